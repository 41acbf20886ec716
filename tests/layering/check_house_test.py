#!/usr/bin/env python3
"""Plants one broken house rule at a time and expects its finding."""

import pathlib
import tempfile
import unittest

import check_house


def findings(files: dict[str, str]) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for path, text in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, encoding="utf-8")
        return check_house.findings(root)


class HouseTest(unittest.TestCase):
    def assert_one(self, files: dict[str, str], start: str, part: str) -> None:
        found = findings(files)
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith(start), found[0])
        self.assertIn(part, found[0])
        self.assertIn("\n    next: ", found[0])

    def test_a_tidy_tree_has_no_finding(self) -> None:
        self.assertEqual(findings({
            "README.md": "see /" + "home/you\n",
            ".github/x.yml": "a: 1\n",
            "router/log/log.cc": '// see "home/page", mktemp XXXXXX\n',
            "deploy/try": "#!/bin/sh\nmktemp -d /" + "tmp/earshot-XXXXXX\n",
        }), [])

    def test_paths_of_one_machine_are_found(self) -> None:
        for folder in ("home", "root", "tmp"):
            line = f'open("/{folder}/thing")\n'
            self.assert_one({"base/os/a.cc": "\n" + line}, "base/os/a.cc:2:",
                            "one machine")
            self.assert_one({"deploy/x": "#!/bin/sh\n" + line}, "deploy/x:2:",
                            "one machine")

    def test_names_that_say_nothing_are_found(self) -> None:
        for path in ("base/utils/a.h", "router/log/log_helpers.cc",
                     "agents/misc.h", "docs/Common.md"):
            with self.subTest(path=path):
                self.assert_one({path: "\n"}, path, "says nothing")

    def test_such_words_inside_longer_ones_are_free(self) -> None:
        self.assertEqual(
            findings({"docs/uncommonly.md": "", "docs/miscount.md": ""}), [])

    def test_a_long_source_says_why(self) -> None:
        body = "int a;\n" * 400
        self.assertEqual(findings({"router/log/a.cc": body}), [])
        self.assert_one({"router/log/a.cc": body + "int b;\n"},
                        "router/log/a.cc:1:", "401 lines")
        self.assertEqual(findings(
            {"router/log/a.cc": "// Length: one table.\n" + body}), [])

    def test_the_top_level_takes_no_newcomer(self) -> None:
        self.assert_one({"notes/a.md": "x\n"}, "notes/a.md", "top level")

    def test_a_build_tree_is_not_looked_at(self) -> None:
        self.assertEqual(findings({"b/CMakeCache.txt": "",
                                   "b/bin/utils.h": ""}), [])

    def test_marks_of_unfinished_work_are_found(self) -> None:
        for mark in ("TO" + "DO", "FIX" + "ME", "X" * 3):
            self.assert_one({"base/os/a.h": f"// {mark}: later\n"},
                            "base/os/a.h:1:", "unfinished")

    def test_data_may_say_what_it_likes(self) -> None:
        self.assertEqual(findings(
            {"tests/data/a.json": "X" * 3 + " /" + "root/x\n"}), [])


if __name__ == "__main__":
    unittest.main()
