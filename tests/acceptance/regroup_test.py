#!/usr/bin/env python3
"""Leaders merge and split what the front line reported, on real programs."""

import json
import signal
import unittest

import programs
from loop_world import GATE, LoopWorld
from programs import eventually

RAMP = "Nobody can find the ramp at the west dock"


class RegroupTest(LoopWorld):
    def two_issues(self) -> tuple[int, int]:
        self.report(self.depot, GATE, 6)
        self.report(self.store, RAMP, 6)
        return self.insight_of("amara", GATE), self.insight_of("amara", RAMP)

    def reporters_of(self, insight: int) -> object:
        return self.state_of(insight).get("reporters")

    def test_a_merge_carries_counts_and_answers_and_is_undone(self) -> None:
        gate, ramp = self.two_issues()
        self.feed.command("answer", str(gate), "We look into it", "--as", "amara")
        eventually("the depot reads it", lambda: self.inbox_has(self.depot, "look into it"))
        self.feed.command("merge", str(ramp), "--into", str(gate), "--as", "amara")
        # Who goes by a pseudonym is another at each machine.
        eventually("it counts both", lambda: self.state_of(gate).get("observations") == 12)
        self.assertEqual(self.reporters_of(gate), 12)
        self.assertEqual(self.state_of(ramp), {})
        eventually("who was merged in gets the standing answer",
                   lambda: self.inbox_has(self.store, "look into it"))
        again = self.feed.try_command("merge", str(ramp), "--into", str(gate), "--as", "amara")
        self.assertEqual(again.returncode, 1)
        self.assertIn(f"#{ramp} is part of #{gate} already", again.stderr)
        self.assertIn(f"which #{ramp} is part of",
                      self.feed.command("rename", str(ramp), "West dock", "--as", "amara"))
        self.assertIn(f"merged into #{gate}",
                      self.feed.command("why", "amara", str(ramp)))
        self.router.stop(signal.SIGKILL)
        self.feed.command("split", str(gate), "--merged", str(ramp), "--as", "amara")
        self.router.start()
        eventually("both are there again", lambda: self.reporters_of(ramp) == 6, 60)
        self.assertEqual(self.state_of(gate)["observations"], 6)
        answers = self.store.command("inbox", "--json")
        self.assertEqual(answers.count("look into it"), json.dumps(
            json.loads(answers)).count("look into it"))
        trail = self.router.command("audit", "show", str(gate))
        self.assertIn(f"merge    amara: #{ramp} into #{gate}", trail)
        self.assertIn(f"split    amara: #{ramp} out again", trail)

    def test_a_split_names_a_verbatim_and_later_reports_follow(self) -> None:
        gate, ramp = self.two_issues()
        self.feed.command("merge", str(ramp), "--into", str(gate), "--as", "amara")
        eventually("it counts both", lambda: self.state_of(gate).get("observations") == 12)
        lines = self.feed.command("why", "amara", str(gate)).splitlines()
        name = next(line for line in lines if RAMP in line).split("[")[1].split("]")[0]
        self.feed.command("split", str(gate), "--verbatim", name, "--as", "amara")
        # Until the split is back, what holds both may be called by either.
        west = eventually("it is an insight of its own", lambda: next(
            (number for number, item in programs.digest_items(self.feed.digest("amara")).items()
             if RAMP in item["title"] and number not in (gate, ramp)), None))
        self.assertEqual(self.state_of(gate)["observations"], 6)
        rows = json.dumps({"text": RAMP, "reporter": "somebody else"}) + "\n"
        self.depot.command("import", "-", "--source", "later", stdin=rows)
        eventually("it goes to the new one", lambda: self.reporters_of(west) == 7)

    def test_what_shows_every_site_merges_with_nothing_else(self) -> None:
        gate, _ = self.two_issues()
        self.depot.command("observe", "Gas smells in the cellar", "--kind", "risk", "--quote")
        gas = self.insight_of("amara", "Gas smells")
        refused = self.feed.try_command("merge", str(gate), "--into", str(gas), "--as", "amara")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("whose sites always show", refused.stderr)

    def test_a_replay_with_the_same_rules_changes_nothing(self) -> None:
        gate, ramp = self.two_issues()
        self.feed.command("merge", str(ramp), "--into", str(gate), "--as", "amara")
        eventually("it counts both", lambda: self.state_of(gate).get("observations") == 12)
        said = json.loads(self.router.command("replay", "--diff", "--json"))
        self.assertEqual(said["observations"], 12)
        self.assertEqual(said["topics"] + said["fall_apart"] + said["flow_together"], 0)
        self.assertFalse((self.router.folder / "state/replay").exists())
        self.assertEqual(self.state_of(gate)["observations"], 12)

    def test_leaders_merge_nothing_that_they_do_not_see(self) -> None:
        gate, ramp = self.two_issues()
        refused = self.feed.try_command("merge", str(ramp), "--into", str(gate), "--as", "jonas")
        self.assertEqual(refused.returncode, 1)
        self.assertIn(f"there is no insight #{gate} in the scope of 'jonas'", refused.stderr)
        wrong = self.feed.try_command("split", str(ramp), "--verbatim", "ffffffff", "--as",
                                      "amara")
        self.assertEqual(wrong.returncode, 1)
        self.assertIn("'earshot-feed why", wrong.stderr)
        neither = self.feed.try_command("split", str(ramp), "--as", "amara")
        self.assertEqual(neither.returncode, 2)
        self.assertIn("--verbatim or --merged", neither.stderr)


if __name__ == "__main__":
    unittest.main()
