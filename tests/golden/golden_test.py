#!/usr/bin/env python3
"""Digests of a small month, byte for byte as they are in tests/data/golden.

Usage: golden_test.py            compare
       golden_test.py --update   write what is expected anew
"""

import difflib
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = ROOT / "tests" / "data" / "golden"
EXPECTED = DATA / "expected"
# The first day, a quiet one, one on which tills fail in the west, the last.
CHOSEN = {"amara": ["2026-09-02", "2026-09-11", "2026-09-21", "2026-09-30"],
          "dana": ["2026-09-21"], "femi": ["2026-09-11", "2026-09-28"]}
FORMS = ["json", "txt", "html"]
DIFFERENCE = 40  # lines of it that are shown


def rehearse(out: pathlib.Path) -> None:
    feed = pathlib.Path(os.environ["EARSHOT_BIN_DIR"]) / "earshot-feed"
    subprocess.run(
        [feed, "rehearse", "--observations", DATA / "notes.jsonl",
         "--organisation", DATA / "organisation.textproto",
         "--from", "2026-09-02", "--to", "2026-10-01", "--out", out,
         "--also", "text", "--also", "html"],
        check=True, capture_output=True)


def chosen() -> list[str]:
    return [f"{leader}/{day}.{form}" for leader, days in CHOSEN.items()
            for day in days for form in FORMS]


def update() -> None:
    with tempfile.TemporaryDirectory() as folder:
        rehearse(pathlib.Path(folder))
        for name in chosen():
            made = pathlib.Path(folder) / "digests" / name
            kept = EXPECTED / name
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_bytes(made.read_bytes())
    for path in sorted(EXPECTED.rglob("*.*")):
        if path.relative_to(EXPECTED).as_posix() not in chosen():
            path.unlink()


class Golden(unittest.TestCase):
    maxDiff = None

    def test_the_month_gives_the_digests_that_are_kept(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            rehearse(pathlib.Path(folder))
            for name in chosen():
                with self.subTest(name):
                    self.compare(name, pathlib.Path(folder) / "digests" / name)

    def compare(self, name: str, made: pathlib.Path) -> None:
        kept = (EXPECTED / name).read_bytes()
        got = made.read_bytes()
        if kept == got:
            return
        lines = list(difflib.unified_diff(
            kept.decode().splitlines(), got.decode().splitlines(), "expected",
            "made", lineterm="", n=1))
        self.fail("\n".join([f"{name} differs; if it is meant to, run "
                             "tests/golden/update", *lines[:DIFFERENCE]]))


if __name__ == "__main__":
    if sys.argv[1:] == ["--update"]:
        update()
    else:
        unittest.main()
