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

    def test_an_answer_is_read_in_the_language_of_who_reads(self) -> None:
        self.report(self.depot, "Something quite ordinary", 6)  # so that it is no slice
        self.depot.command("observe", GATE, "--named", "Ada")
        gate = self.insight_of("amara", GATE)
        self.feed.command("answer", str(gate), "A new keypad comes", "--in",
                          "es=Llega un teclado nuevo", "--as", "amara")
        eventually("it is there", lambda: "A new keypad comes" in self.depot.command(
            "inbox", "--language", "de"))
        self.assertIn("Llega un teclado nuevo", self.depot.command("inbox", "--language", "es-MX"))
        wrong = self.feed.try_command("answer", str(gate), "Soon", "--in", "pronto", "--as", "amara")
        self.assertEqual(wrong.returncode, 2)
        self.assertIn("--in es=", wrong.stderr)

    def test_what_a_leader_saw_on_a_visit_counts_as_what_is_observed(self) -> None:
        self.report(self.store, "Something quite ordinary", 6)
        seen = "Two of three lanes stood empty at noon"
        self.feed.command("observe", seen, "--site", "store-014", "--severity", "4",
                          "--as", "amara")
        self.insight_of("jonas", seen)
        refused = self.feed.try_command("observe", seen, "--site", "depot-3", "--as", "jonas")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("no site 'depot-3' in the scope", refused.stderr)

    def test_praise_reaches_the_colleague_and_their_leader_wherever_they_work(self) -> None:
        self.report(self.store, "Something quite ordinary", 6)
        self.depot.command("observe", "Found our lost pallet within the hour", "--thanks",
                           "Priya", "--thanks-site", "store-014")
        eventually("it is news there", lambda: "Praise for Priya" in self.store.command("inbox"))
        self.assertNotIn("lost pallet", self.store.command("inbox"), "never the words")
        self.assertNotIn("Priya", self.depot.command("inbox"))
        eventually("their leader reads it", lambda: "Priya (store-014)" in self.feed.command(
            "digest", "--for", "jonas"))


if __name__ == "__main__":
    unittest.main()
