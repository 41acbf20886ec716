#!/usr/bin/env python3
"""`earshot-router taxonomy` as a person runs it."""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

BIN = pathlib.Path(os.environ["EARSHOT_BIN_DIR"]) / "earshot-router"
GOOD = """
topics { path: "till" owner: "Stores" words: "till" }
topics { path: "till/frozen" rules { weight: 4 name: "a frozen till"
  all { words: "till" } any { words: ["froze*", "stuck"] tags: "outage" } } }
"""
BAD = """
topics { path: "till" words: "two words" }
topics { path: "shop/door" words: "door" patterns: "(" }
"""


class TaxonomyCommands(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def write(self, text: str) -> str:
        path = self.folder / "taxonomy.textproto"
        path.write_text(text, encoding="utf-8")
        return str(path)

    def run_program(self, *arguments: str,
                    code: int = 0) -> subprocess.CompletedProcess:
        done = subprocess.run([BIN, "taxonomy", *arguments],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def test_a_good_file_is_counted(self) -> None:
        done = self.run_program("check", self.write(GOOD))
        self.assertEqual(done.stdout, "ok: 2 topics, 2 rules, 4 terms\n")

    def test_every_mistake_is_a_line_that_names_the_file_and_the_topic(
            self) -> None:
        path = self.write(BAD)
        done = self.run_program("check", path, code=2)
        lines = done.stderr.splitlines()
        self.assertEqual(len(lines), 4, done.stderr)
        for line in lines:
            self.assertIn(f"{path}: topic '", line)

    def test_what_is_no_text_format_is_told_by_its_line(self) -> None:
        path = self.write('topics { path: "a"\n  wrods: "x" }\n')
        done = self.run_program("check", path, code=2)
        self.assertIn(f"{path}:2:", done.stderr)

    def test_a_file_that_is_not_there_fails(self) -> None:
        self.run_program("check", str(self.folder / "none"), code=1)

    def test_an_explanation_has_rules_places_votes_and_outcome(self) -> None:
        done = self.run_program(
            "explain", "The till FROZE again", "--tags", "outage,x",
            "--taxonomy", self.write(GOOD), "--json")
        out = json.loads(done.stdout)
        self.assertEqual(out["topic"], "till/frozen")
        self.assertEqual(out["owner"], "Stores")
        self.assertEqual(out["votes"], [{"topic": "till", "weight": 5},
                                        {"topic": "till/frozen", "weight": 4}])
        rule = out["rules"][1]
        self.assertEqual(rule["rule"], "a frozen till")
        self.assertIn({"term": "word froze*", "at_word": 3, "words": "froze"},
                      rule["found"])
        self.assertIn({"term": "tag outage", "tag": "outage"}, rule["found"])

    def test_a_person_reads_the_same(self) -> None:
        done = self.run_program("explain", "The till froze again",
                                "--taxonomy", self.write(GOOD))
        for words in ("till/frozen", "a frozen till", "by votes",
                      'word froze*: "froze", word 3'):
            self.assertIn(words, done.stdout)

    def test_the_default_taxonomy_explains_without_a_file(self) -> None:
        done = self.run_program("explain", "The fridge is warm again", "--json")
        self.assertEqual(json.loads(done.stdout)["topic"],
                         "facilities_safety/refrigeration")

    def test_an_explanation_has_the_words_that_weigh_most_in_the_model(
            self) -> None:
        done = self.run_program("explain", "The lift is stuck, kudos to Ann",
                                "--json")
        why = json.loads(done.stdout)["router"]["why"]
        weights = [word["weight"] for word in why["words"]]
        self.assertEqual(weights, sorted(weights, reverse=True))
        self.assertLessEqual(len(weights), 5)
        done = self.run_program("explain", "Kudos to the whole night crew")
        self.assertIn("words by which it says recognition", done.stdout)
        self.assertIn("kudos", done.stdout.split("words by which")[1])


if __name__ == "__main__":
    unittest.main()
