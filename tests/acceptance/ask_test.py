#!/usr/bin/env python3
"""Leaders ask and advise the front line, on real programs."""

import json
import unittest

from loop_world import GATE, LoopWorld
from programs import eventually


class AskTest(LoopWorld):
    def question_of(self, agent, *receipt: str) -> dict[str, object]:
        def found() -> dict[str, object] | None:
            inbox = json.loads(agent.command("inbox", "--json", *receipt))
            return inbox["questions"][0] if inbox["questions"] else None
        return eventually("it is asked", found)

    def results(self) -> str:
        return self.feed.command("results", "--as", "amara")

    def test_reporters_are_asked_once_and_counts_show_when_enough_answered(self) -> None:
        self.report(self.depot, "Something quite ordinary", 6)  # so that it is no slice
        receipts = []
        for index in range(5):
            said = self.depot.command("observe", GATE, "--named", f"Person {index}")
            receipts.append(said.split("receipt ")[1].split()[0])
        hidden = self.store.command("observe", GATE, "--anonymous")
        code = hidden.split("receipt ")[1].split()[0]
        gate = self.insight_of("amara", GATE)
        self.feed.command("ask", "Does it still happen?", "--insight", str(gate), "--choice",
                          "yes", "--choice", "no", "--as", "amara")
        for receipt in receipts:
            question = self.question_of(self.depot, "--receipt", receipt)
            self.assertEqual(question["options"], ["yes", "no"])
            self.depot.command("reply", question["code"], "no", "--receipt", receipt)
        again = self.depot.try_command("reply", question["code"], "no", "--receipt", receipts[0])
        self.assertEqual(again.returncode, 1, "asked once")
        # Nobody sees what an anonymous reporter is asked, but with the receipt.
        self.assertEqual(json.loads(self.store.command("inbox", "--json"))["questions"], [])
        question = self.question_of(self.store, "--receipt", code)
        wrong = self.store.try_command("reply", question["code"], "perhaps", "--receipt", code)
        self.assertIn("yes, no", wrong.stderr)
        self.store.command("reply", question["code"], "1", "--receipt", code)
        eventually("all have answered", lambda: "6 of 6 answered" in self.results())
        self.assertIn("yes: 1", self.results())
        self.assertIn("no: 5", self.results())

    def test_few_answers_are_told_as_few(self) -> None:
        self.feed.command("ask", "How was today's shift?", "--scale", "1-5", "--as", "jonas")
        question = self.question_of(self.store)
        self.assertEqual(json.loads(self.depot.command("inbox", "--json"))["questions"], [],
                         "out of the scope")
        self.store.command("reply", question["code"], "4")
        eventually("it is back", lambda: "<5 of 1 answered" in self.feed.command(
            "results", "--as", "jonas"))
        self.assertNotIn("4: 1", self.feed.command("results", "--as", "jonas"))
        self.assertIn("asked and advised nothing", self.results())

    def test_guidance_reaches_the_sites_and_tells_where_it_was_opened(self) -> None:
        self.feed.command("guide", "Refund up to 50 without asking", "--role", "cashier",
                          "--site", "store-014", "--as", "amara")
        eventually("it is there", lambda: "Refund up to 50" in self.store.command("inbox"))
        self.assertNotIn("Refund", self.depot.command("inbox"))
        eventually("it was opened", lambda: "opened on 1" in self.results())
        self.assertIn("for cashier", self.results())
        refused = self.feed.try_command("guide", "Anything", "--site", "depot-3", "--as", "jonas")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("no site 'depot-3' in the scope", refused.stderr)


if __name__ == "__main__":
    unittest.main()
