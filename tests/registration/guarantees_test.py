#!/usr/bin/env python3
"""Fails when docs/guarantees.md names a test that does not exist."""

import os
import pathlib
import re
import unittest

ROOT = pathlib.Path(os.environ["EARSHOT_SOURCE_DIR"])
NAME = re.compile(r"`([A-Z]\w+\.[A-Z]\w+|test_\w+|\w+_test\.py|\w+_fuzz)`")


def all_tests() -> set[str]:
    found = set()
    for path in (ROOT / "tests").rglob("*"):
        if path.name.endswith("_test.py"):
            found.add(path.name)
            found |= set(re.findall(r"def (test_\w+)", path.read_text("utf-8")))
        elif path.name.endswith("_fuzz.cc"):
            found.add(path.stem)
        elif path.name.endswith("_test.cc"):
            text = path.read_text("utf-8")
            found |= {f"{suite}.{name}" for suite, name in re.findall(
                r"^TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\)", text, re.M)}
    return found


class Guarantees(unittest.TestCase):
    page = (ROOT / "docs" / "guarantees.md").read_text("utf-8")

    def test_every_test_that_is_named_exists(self) -> None:
        named = set(NAME.findall(self.page))
        self.assertGreater(len(named), 30)
        self.assertEqual(sorted(named - all_tests()), [])

    def test_every_promise_names_a_test(self) -> None:
        rows = [line for line in self.page.splitlines()
                if line.startswith("| ") and not line.startswith("| Promise")]
        for row in rows:
            self.assertTrue(NAME.search(row), row)

    def test_every_breach_of_the_checker_is_promised_against(self) -> None:
        source = (ROOT / "tests" / "checker" / "check.cc").read_text("utf-8")
        names = re.search(r"\{\s*\"lost\".*?\}", source, re.S)
        self.assertIsNotNone(names)
        for breach in re.findall(r'"(\w+)"', names.group(0)):
            self.assertIn(f"`{breach}`", self.page)


if __name__ == "__main__":
    unittest.main()
