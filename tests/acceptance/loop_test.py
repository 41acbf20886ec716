#!/usr/bin/env python3
"""The loop on real programs: reports in, a digest out, an answer back."""

import json
import signal
import subprocess
import unittest

import programs
from loop_world import GATE, LoopWorld
from programs import eventually

class LoopTest(LoopWorld):
    def test_an_answer_reaches_those_who_reported_and_nobody_else(self) -> None:
        self.report(self.depot, GATE, 6)
        self.report(self.store, "Till 3 froze", 6)
        gate = self.insight_of("amara", GATE)
        done = subprocess.run(
            self.amara("answer", str(gate), "A new keypad comes on Thursday", "--as", "amara"),
            capture_output=True, text=True, timeout=30, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        eventually("the depot reads it",
                   lambda: self.inbox_has(self.depot, "keypad comes on Thursday"))
        self.assertFalse(self.inbox_has(self.store, "keypad"))

    def test_an_agent_that_was_away_and_one_that_joins_later_get_the_answer(self) -> None:
        self.report(self.depot, GATE, 6)
        gate = self.insight_of("amara", GATE)
        self.depot.stop()
        self.feed.command("answer", str(gate), "Thursday", "--as", "amara")
        self.report(self.store, GATE, 1)
        eventually("who joined later reads it", lambda: self.inbox_has(self.store, "Thursday"))
        self.depot.start()
        eventually("who was away reads it", lambda: self.inbox_has(self.depot, "Thursday"))

    def test_a_leader_sees_nothing_beyond_the_scope(self) -> None:
        self.report(self.depot, GATE, 6)
        self.report(self.store, "Till 3 froze", 6)
        gate = self.insight_of("amara", GATE)
        self.insight_of("jonas", "Till 3 froze")
        self.assertNotIn(gate, programs.digest_items(self.feed.digest("jonas")))
        refused = self.feed.try_command("answer", str(gate), "Hello", "--as", "jonas")
        unknown = self.feed.try_command("answer", "9999", "Hello", "--as", "jonas")
        self.assertEqual(refused.returncode, 1)
        self.assertEqual(refused.stderr.replace(str(gate), "N"),
                         unknown.stderr.replace("9999", "N"))

    def test_small_groups_hide_numbers_until_enough_people_spoke(self) -> None:
        self.report(self.depot, "Something quite ordinary", 6)
        self.report(self.depot, GATE, 2)
        gate = self.insight_of("amara", GATE)
        self.assertEqual(programs.digest_items(self.feed.digest("amara"))[gate]["reporters"], "<5")
        rows = "".join(json.dumps({"text": GATE, "reporter": f"other-{index}"}) + "\n"
                       for index in range(4))
        self.depot.command("import", "-", "--source", "more", stdin=rows)
        eventually("six people are enough", lambda: programs.digest_items(
            self.feed.digest("amara"))[gate]["reporters"] == 6)

    def test_two_yes_and_one_no_bring_it_back(self) -> None:
        receipts = self.three_report()
        gate = self.insight_of("amara", GATE)
        self.resolve(gate)
        for agent, receipt in receipts[:2]:
            agent.command("verdict", "yes", receipt)
        again = receipts[0][0].try_command("verdict", "no", receipts[0][1])
        self.assertEqual(again.returncode, 1, "asked once")
        agent, receipt = receipts[2]
        agent.command("verdict", "no", receipt, "--because", "It stuck again at one")
        eventually("it is a regression",
                   lambda: self.state_of(gate).get("state") == "reopened")
        self.assertEqual(self.state_of(gate)["verdict"],
                         "the front line says that it is not fixed")
        trail = self.router.command("audit", "show", str(gate))
        for what in ("resolve  amara: A new keypad is in", "fixed?   YES",
                     "fixed?   NO: It stuck again at one"):
            self.assertIn(what, trail)
        self.assertNotIn("Cem", trail, "who reported is in no view")
        self.assertIn("every record is as it was committed",
                      self.router.command("audit", "verify"))

    def test_the_front_line_has_the_last_word_also_after_a_crash(self) -> None:
        receipts = self.three_report()
        gate = self.insight_of("amara", GATE)
        self.resolve(gate)
        self.router.stop(signal.SIGKILL)
        for agent, receipt in receipts:
            agent.command("verdict", "yes", receipt)
        self.depot.stop(signal.SIGKILL)
        self.router.start()
        self.depot.start()
        eventually("it is confirmed",
                   lambda: self.state_of(gate).get("state") == "confirmed", 60)

    def test_the_routers_log_ties_no_machine_to_an_insight(self) -> None:
        """Beside who has sent something, nothing says where it went, or how many
        there are."""
        self.report(self.depot, "Something quite ordinary", 6)
        self.depot.command("observe", GATE, "--anonymous", "--quote", "--severity", "5")
        gate = self.insight_of("amara", GATE)
        self.feed.command("answer", str(gate), "Thursday", "--as", "amara")
        eventually("the news of it is there", lambda: self.router.log("insight_changed"))
        lines = [json.loads(line) for line in
                 (self.router.folder / "log.jsonl").read_text().splitlines()]
        self.assertTrue(any(line["event"] == "committed" for line in lines))
        for line in lines:
            self.assertFalse({"agent", "peer", "site"} & line.keys() and
                             {"insight", "observation"} & line.keys(), line)
            if "insight" in line:
                self.assertIn("decided", line["why"])
                self.assertFalse({"observations", "reporters", "sites"} & line.keys(), line)
            if line["event"] == "delivered":
                self.assertEqual(line["peer"], "feed")

    def test_colleagues_read_that_it_was_answered_and_nothing_of_what_was_said(self) -> None:
        colleague = self.new_agent("colleague", "depot-3")
        self.report(self.depot, GATE, 6)
        gate = self.insight_of("amara", GATE)
        self.feed.command("answer", str(gate), "A new keypad comes", "--as", "amara")
        eventually("it is news there", lambda: "A new keypad comes" in colleague.command("inbox"))
        self.assertNotIn(GATE, colleague.command("inbox", "--json"))
        self.assertNotIn("keypad", self.store.command("inbox"))

    def test_feed_and_router_killed_on_the_way_lose_no_answer(self) -> None:
        self.report(self.depot, GATE, 6)
        gate = self.insight_of("amara", GATE)
        self.router.stop(signal.SIGKILL)
        # The feed spools the decision while the router is away.
        self.feed.command("answer", str(gate), "Thursday at last", "--as", "amara")
        self.feed.stop(signal.SIGKILL)
        self.router.start()
        self.feed.start()
        eventually("the answer arrives all the same",
                   lambda: self.inbox_has(self.depot, "Thursday at last"), 60)
        answers = json.loads(self.depot.command("inbox", "--json"))
        self.assertEqual(json.dumps(answers).count("Thursday at last"), 1)


if __name__ == "__main__":
    unittest.main()
