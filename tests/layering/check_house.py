#!/usr/bin/env python3
"""Checks the house rules that no compiler knows.

Usage: check_house.py [--root DIR]

  - no path of one machine in a source: /home/..., /root/..., and /tmp/... but
    in a call of mktemp;
  - no file or folder with a name that says nothing;
  - a source of more than 400 lines says why, in a line with "Length:" among
    its first 40;
  - nothing at the top level but what README.md explains;
  - no mark of unfinished work in a source.

Looks at what git tracks, or at every file where there is no git.
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys

TOP_LEVEL = {"CMakeLists.txt", "CMakePresets.json", "README.md", "LICENSE",
             "CHANGELOG.md", "CONTRIBUTING.md", "proto", "router", "agents",
             "dashboard_feed", "deploy", "tests", "base", "docs", "cmake"}
SOURCE_SUFFIXES = {".h", ".hpp", ".cc", ".cpp", ".c", ".inc", ".py", ".sh",
                   ".ts", ".js", ".mjs", ".css", ".cmake", ".proto",
                   ".service", ".txt", ".json", ".toml", ".yml", ".yaml"}
CODE_SUFFIXES = {".h", ".hpp", ".cc", ".cpp", ".c", ".inc", ".py", ".sh",
                 ".ts", ".js", ".mjs", ".cmake", ".proto"}
DATA_FOLDERS = ("tests/data/", "tests/fuzz/corpus/", "deploy/sample/")
GENERATED = {"package-lock.json"}

EMPTY_NAMES = {"util", "utils", "common", "helper", "helpers", "manager",
               "misc"}
MACHINE_PATH = re.compile(r"(?<![\w.}$])/(?:home|root)/\w")
TEMPORARY_PATH = re.compile(r"(?<![\w.}$])/tmp/[\w$]")
# The brackets keep this very line from being a finding.
UNFINISHED = re.compile(r"\b(?:TO[D]O|FIX[M]E|X[X]X)\b")
LONGEST = 400
HEAD = 40


def tracked(root: pathlib.Path) -> list[str]:
    try:
        listed = subprocess.run(
            # The tree may belong to another user than the one who tests it.
            ["git", "-c", "safe.directory=*", "-C", str(root), "ls-files",
             "-z"], check=True, capture_output=True, text=True
        ).stdout.split("\0")
    except (OSError, subprocess.CalledProcessError):
        listed = []
    if not any(listed):
        built = {path.parent for path in root.glob("**/CMakeCache.txt")}
        listed = [
            path.relative_to(root).as_posix() for path in root.rglob("*")
            if not {"build", "node_modules", "__pycache__", ".git"}
            & set(path.relative_to(root).parts)
            and not built & set(path.parents)]
    return sorted(path for path in listed if path and (root / path).is_file())


def is_source(path: pathlib.Path, suffixes: set[str]) -> bool:
    if path.name in GENERATED:
        return False
    if path.suffix:
        return path.suffix in suffixes
    with path.open("rb") as opened:
        return opened.read(2) == b"#!"


def name_findings(path: str) -> list[str]:
    found = []
    top = path.split("/")[0]
    if top not in TOP_LEVEL and not top.startswith("."):
        found.append(f"{path}:1: {top} has no place at the top level\n"
                     "    next: move it into the folder it belongs to")
    for word in re.split(r"[/._-]", path.lower()):
        if word in EMPTY_NAMES:
            found.append(f'{path}:1: the name "{word}" says nothing\n'
                         "    next: name the one idea that it holds")
    return found


def text_findings(path: str, lines: list[str], is_code: bool) -> list[str]:
    found = []
    for number, line in enumerate(lines, 1):
        if MACHINE_PATH.search(line) or (
                TEMPORARY_PATH.search(line) and "mktemp" not in line):
            found.append(f"{path}:{number}: a path of one machine\n"
                         "    next: take it as an argument, or use mktemp")
        if is_code and UNFINISHED.search(line):
            found.append(f"{path}:{number}: a mark of unfinished work\n"
                         "    next: finish it, or write down the limit in "
                         "docs/")
    long = is_code and len(lines) > LONGEST
    if long and not any("Length:" in line for line in lines[:HEAD]):
        found.append(f"{path}:1: {len(lines)} lines, more than {LONGEST}\n"
                     "    next: split it by idea, or say why not in a line "
                     'with "Length:" near the top')
    return found


def findings(root: pathlib.Path) -> list[str]:
    found = []
    for path in tracked(root):
        found += name_findings(path)
        if path.startswith(DATA_FOLDERS) and not path.endswith(".py"):
            continue
        file = root / path
        if is_source(file, SOURCE_SUFFIXES):
            lines = file.read_text(encoding="utf-8",
                                   errors="replace").splitlines()
            found += text_findings(path, lines, is_source(file, CODE_SUFFIXES))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--root", type=pathlib.Path,
        default=os.environ.get("EARSHOT_SOURCE_DIR",
                               pathlib.Path(__file__).resolve().parents[2]))
    found = findings(pathlib.Path(parser.parse_args().root))
    for finding in found:
        print(finding)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
