#!/usr/bin/env python3
"""Fails when a test file under tests/ belongs to no ctest target.

Usage: registration_test.py LIST, where LIST is the test_sources.txt that
configuring wrote: one absolute path of a registered test's source a line.
"""

import os
import pathlib
import sys
import tempfile
import unittest


def unregistered(root: pathlib.Path, listed: set[pathlib.Path]) -> list[str]:
    """Test files below root/tests that are not among the listed ones."""
    found = [
        path
        for pattern in ("*_test.cc", "*_test.py", "*_fuzz.cc")
        for path in (root / "tests").rglob(pattern)
    ]
    return sorted(
        path.relative_to(root).as_posix()
        for path in found
        if path.resolve() not in listed
    )


def read_list(list_file: pathlib.Path) -> set[pathlib.Path]:
    return {
        pathlib.Path(line).resolve()
        for line in list_file.read_text(encoding="utf-8").splitlines()
        if line
    }


class Registration(unittest.TestCase):
    list_file = pathlib.Path()

    def test_every_test_file_is_in_a_target(self) -> None:
        root = pathlib.Path(os.environ["EARSHOT_SOURCE_DIR"])
        left_out = unregistered(root, read_list(self.list_file))
        self.assertEqual(
            left_out,
            [],
            "these are never run; add earshot_test(...), "
            "earshot_python_test(...) or earshot_fuzz(...) to the "
            "CMakeLists.txt beside them, then configure again",
        )

    def test_a_forgotten_file_is_named(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            room = root / "tests" / "wire"
            room.mkdir(parents=True)
            for name in ("a_test.cc", "b_test.py", "c_test.cc", "d_fuzz.cc",
                         "fake.cc"):
                (room / name).touch()
            listed = {(room / "a_test.cc").resolve()}
            self.assertEqual(
                unregistered(root, listed),
                ["tests/wire/b_test.py", "tests/wire/c_test.cc",
                 "tests/wire/d_fuzz.cc"],
            )


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    Registration.list_file = pathlib.Path(sys.argv.pop(1))
    unittest.main()
