#!/usr/bin/env python3
"""Reports that arrive up to nine days late: nothing rises for that alone, nothing is
missing from every digest, and what is late is marked.

Usage: late_test.py [--observations N] [--sites N]    a larger month, by hand
"""

import argparse
import collections
import datetime
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
from typing import Any

import score
from month import Month, Settings

SIZE = {"observations": 6000, "sites": 60}
SEED = 5


def rehearse(folder: pathlib.Path, name: str) -> pathlib.Path:
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    start = datetime.date.fromisoformat(truth["start"])
    end = start + datetime.timedelta(days=truth["days"] + 10)  # the last late ones
    out = folder / name
    subprocess.run(
        [pathlib.Path(os.environ["EARSHOT_BIN_DIR"]) / "earshot-feed", "rehearse",
         "--observations", folder / f"{name}.jsonl",
         "--organisation", folder / "organisation.json", "--from", f"{start}T00:00:00Z",
         "--to", f"{end}T00:00:00Z", "--out", out],
        check=True, stdout=subprocess.DEVNULL)
    return out


class LateTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.temporary = tempfile.TemporaryDirectory(prefix="earshot-late-")
        cls.folder = folder = pathlib.Path(cls.temporary.name)
        Month(Settings(SEED, "train", **SIZE)).write(folder)
        cls.truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
        text = (folder / "observations.jsonl").read_text(encoding="utf-8")
        cls.rows = [json.loads(line) for line in text.splitlines()]
        (folder / "late.jsonl").write_text(text, encoding="utf-8")
        on_time = sorted(({key: value for key, value in row.items() if key != "received_at"}
                          for row in cls.rows), key=lambda row: row["observed_at"])
        (folder / "on_time.jsonl").write_text(
            "".join(json.dumps(row) + "\n" for row in on_time), encoding="utf-8")
        cls.out = {name: rehearse(folder, name) for name in ("late", "on_time")}
        cls.digests = {name: score.read_digests(out / "digests", cls.truth["leaders"])
                       for name, out in cls.out.items()}

    @classmethod
    def tearDownClass(cls) -> None:
        cls.temporary.cleanup()

    def late_ids(self) -> set[str]:
        return {row["id"] for row in self.rows if "received_at" in row}

    def rising(self, name: str) -> dict[tuple[str, str], list[datetime.datetime]]:
        scorer = score.Scorer(self.truth)
        found = collections.defaultdict(list)
        for digest in self.digests[name]:
            for item in digest.items:
                if "rising" in item["why"]:
                    found[digest.leader, scorer.issue_hit(item) or ""].append(digest.sent)
        return found

    def test_the_month_has_late_ones_of_up_to_nine_days(self) -> None:
        waits = [(score.moment(row["received_at"]) - score.moment(row["observed_at"])).days
                 for row in self.rows if "received_at" in row]
        self.assertGreater(len(waits), 0.02 * len(self.rows))
        self.assertGreaterEqual(max(waits), 7)

    def test_nothing_rises_because_it_was_late(self) -> None:
        """The same issues for the same leaders, but for what is just above or just
        below: a twentieth more, a twentieth less."""
        late, on_time = self.rising("late"), self.rising("on_time")
        few = len(on_time) // 10
        self.assertLessEqual(len(set(late) - set(on_time)), few)
        self.assertLessEqual(len(set(on_time) - set(late)), few)
        total = {name: sum(map(len, found.values()))
                 for name, found in (("late", late), ("on_time", on_time))}
        self.assertLessEqual(total["late"], total["on_time"] * 1.02)

    def test_every_report_is_in_a_digest_of_whoever_sees_everything(self) -> None:
        """As many as those on time, but for what too few people said to be shown."""
        everything = self.truth["leaders"][0]["id"]
        told = {}
        for name, out in self.out.items():
            told[name] = sum(
                json.loads(path.read_text(encoding="utf-8"))["observations"]
                for path in (out / "digests" / everything).glob("*.json"))
        self.assertEqual(*({row["id"] for row in self.assignments(name)}
                           for name in self.out))
        self.assertAlmostEqual(told["late"], told["on_time"],
                               delta=0.01 * len(self.rows))

    def assignments(self, name: str) -> list[dict[str, Any]]:
        text = (self.out[name] / "assignments.jsonl").read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines()]

    def test_late_ones_are_marked_and_those_on_time_are_not(self) -> None:
        marked = {name: sum("late" in item for digest in digests for item in digest.items)
                  for name, digests in self.digests.items()}
        self.assertGreater(marked["late"], 0)
        self.assertEqual(marked["on_time"], 0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--observations", type=int, default=SIZE["observations"])
    parser.add_argument("--sites", type=int, default=SIZE["sites"])
    options, rest = parser.parse_known_args()
    SIZE = {"observations": options.observations, "sites": options.sites}
    unittest.main(argv=[sys.argv[0], *rest])
