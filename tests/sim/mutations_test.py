#!/usr/bin/env python3
"""Every mutation still applies and says what it is for (tests/sim/mutate)."""

import importlib.machinery
import importlib.util
import os
import pathlib
import re
import shutil
import subprocess
import unittest

ROOT = pathlib.Path(os.environ["EARSHOT_SOURCE_DIR"])
PATCHES = sorted((ROOT / "tests/sim/mutations").glob("*.patch"))


def load_mutate():
    loader = importlib.machinery.SourceFileLoader(
        "mutate", str(ROOT / "tests/sim/mutate"))
    spec = importlib.util.spec_from_loader("mutate", loader)
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


MUTATE = load_mutate()


def breaches() -> set[str]:
    text = (ROOT / "tests/checker/check.cc").read_text(encoding="utf-8")
    names = re.search(r"kNames = \{(.*?)\};", text, re.S)
    return set(re.findall(r'"(\w+)"', names.group(1))) | {
        "not_converged", "hang"}


def test_names() -> str:
    """The sources of all tests, in which a test's name is looked for."""
    return "\n".join(path.read_text(encoding="utf-8")
                     for path in ROOT.glob("tests/**/*_test.*"))


class Mutations(unittest.TestCase):

    def test_there_are_enough(self) -> None:
        self.assertGreaterEqual(len(PATCHES), 15)

    def test_each_applies(self) -> None:
        if shutil.which("git") is None:
            self.skipTest("there is no git to apply a patch with")
        if not (ROOT / ".git").exists():
            self.skipTest("these sources are no git repository")
        for path in PATCHES:
            with self.subTest(path.name):
                done = subprocess.run(
                    ["git", "-c", "safe.directory=*", "apply", "--check",
                     str(path)], cwd=ROOT, capture_output=True, text=True,
                    check=False)
                self.assertEqual(
                    done.returncode, 0,
                    f"{done.stderr}next: make the patch again for the code as "
                    "it is now, or remove it with the guard it removes")

    def test_each_says_what_it_is_for(self) -> None:
        known = breaches()
        sources = test_names()
        for path in PATCHES:
            with self.subTest(path.name):
                mutation = MUTATE.read_mutation(path)
                self.assertTrue(mutation.removed)
                self.assertTrue(mutation.promise)
                if mutation.expected != "none":
                    self.assertIn(mutation.expected, known)
                    self.assertFalse(mutation.elsewhere)
                    continue
                self.assertTrue(mutation.elsewhere)
                for name in re.findall(r"\w+\.(\w+)`", mutation.elsewhere):
                    self.assertIn(name, sources)


if __name__ == "__main__":
    unittest.main()
