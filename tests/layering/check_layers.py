#!/usr/bin/env python3
"""Checks that every #include of the product points downwards.

Usage: check_layers.py [--root DIR]

The layers, lowest first:

  base/os, base/telemetry             telemetry may include os
  base/store, base/config, base/wire, base/http, base/templates
  base/spool                          uses store and wire
  proto/contract
  rooms: folders of agents/, router/, dashboard_feed/
  wiring: files that stand directly in a program's folder
  main.cc of a program

A file includes its own room and the layers below. Rooms of one program include
each other only where docs/ARCHITECTURE.md names the pair, and never those of
another program; dashboard_feed/rehearse alone joins the router's rooms to the
feed's. Words of the product stay out of base/, but for those that
base_words.allow, beside this script, gives a reason for.
"""

import argparse
import dataclasses
import os
import pathlib
import re
import sys
from collections.abc import Iterator

BASE_RANKS = {"os": 0, "telemetry": 0, "store": 1, "config": 1, "wire": 1,
              "http": 1, "templates": 1, "spool": 2}
CONTRACT_RANK, ROOM_RANK, WIRING_RANK, MAIN_RANK = 3, 4, 5, 6
# Pairs that the order of the ranks alone would not give.
BASE_SIDEWAYS = {("base/telemetry", "base/os")}
NOT_FOR_SPOOL = {"base/config"}

PROGRAMS = ("agents", "router", "dashboard_feed")
TOPS = ("base", "proto") + PROGRAMS
REHEARSE = "dashboard_feed/rehearse"

SOURCE_SUFFIXES = {".h", ".hpp", ".cc", ".cpp", ".c", ".inc"}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
MESSAGES = re.compile(r"(?:proto/)?earshot/v1/(\w+)\.pb\.h")
THIRD_PARTY = (
    (re.compile(r"zmq(_addon)?\.hp?p?"), "base/wire", "ZeroMQ"),
    (re.compile(r"sqlite3(ext)?\.h"), "base/store", "SQLite"),
    (re.compile(r"spdlog/.*"), "base/telemetry", "spdlog"),
)

PRODUCT_WORDS = ("observation", "insight", "digest", "leader", "verbatim",
                 "reporter", "taxonomy", "subscription", "site")
PLURALS = {word + "s": word for word in PRODUCT_WORDS} | {
    "taxonomies": "taxonomy"}
WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+")

ARCHITECTURE = "docs/ARCHITECTURE.md"
ALLOWED_WORDS = "tests/layering/base_words.allow"


@dataclasses.dataclass(frozen=True)
class Finding:
    """One broken rule, and what to do about it."""

    path: str
    line: int
    problem: str
    next_step: str

    def __str__(self) -> str:
        return (f"{self.path}:{self.line}: {self.problem}\n"
                f"    next: {self.next_step}")


@dataclasses.dataclass(frozen=True)
class Place:
    """Where a file stands: its room (or program, for wiring), and its rank."""

    room: str
    rank: int

    @property
    def program(self) -> str | None:
        top = self.room.split("/")[0]
        return top if top in PROGRAMS else None

    def __str__(self) -> str:
        kinds = {WIRING_RANK: "the wiring of ", MAIN_RANK: "main.cc of "}
        return kinds.get(self.rank, "") + self.room


def place_of(path: str) -> Place | None:
    """The place of a path from the repository's root; None if it has none."""
    parts = path.split("/")
    if parts[0] == "base" and len(parts) > 2 and parts[1] in BASE_RANKS:
        return Place(f"base/{parts[1]}", BASE_RANKS[parts[1]])
    if parts[:2] == ["proto", "contract"] and len(parts) > 2:
        return Place("proto/contract", CONTRACT_RANK)
    if parts[0] in PROGRAMS and len(parts) > 2:
        return Place(f"{parts[0]}/{parts[1]}", ROOM_RANK)
    if parts[0] in PROGRAMS and len(parts) == 2:
        rank = MAIN_RANK if parts[1] == "main.cc" else WIRING_RANK
        return Place(parts[0], rank)
    return None


class Layers:
    """The rules, over one tree."""

    def __init__(self, root: pathlib.Path) -> None:
        self.root = root
        self.findings: list[Finding] = []
        self.files = 0
        self.includes = 0
        self.sideways = self.read_sideways()
        self.allowed = self.read_allowed_words()
        self.used_words: set[tuple[str, str]] = set()

    def report(self, path: str, line: int, problem: str, step: str) -> None:
        self.findings.append(Finding(path, line, problem, step))

    def lines_of(self, path: str) -> list[str]:
        text = (self.root / path).read_text(encoding="utf-8", errors="replace")
        return text.splitlines()

    def read_sideways(self) -> set[tuple[str, str]]:
        """The pairs of rooms from the table | from | to | reason |."""
        if not (self.root / ARCHITECTURE).is_file():
            self.report(ARCHITECTURE, 1, "the page is missing",
                        'write it, with a table "| from | to | reason |"')
            return set()
        pairs: dict[tuple[str, str], int] = {}
        inside = seen = False
        for number, line in enumerate(self.lines_of(ARCHITECTURE), 1):
            cells = [cell.strip(" `") for cell in line.strip().split("|")[1:-1]]
            if [cell.lower() for cell in cells] == ["from", "to", "reason"]:
                inside = seen = True
            elif not cells:
                inside = False
            elif inside and not all(set(cell) <= set("-:") for cell in cells):
                self.read_row(number, cells, pairs)
        if not seen:
            self.report(ARCHITECTURE, 1,
                        'no table has the header "| from | to | reason |"',
                        'put it under the heading "Sideways includes"')
        self.refuse_circles(pairs)
        return set(pairs)

    def read_row(self, number: int, cells: list[str],
                 pairs: dict[tuple[str, str], int]) -> None:
        if len(cells) != 3 or not all(cells):
            self.report(ARCHITECTURE, number,
                        "a row of the table lacks a room or its reason",
                        "fill all three cells, or remove the row")
            return
        source, target = (cell.rstrip("/") for cell in cells[:2])
        places = [place_of(room + "/x.h") for room in (source, target)]
        programs = {place.program if place and place.rank == ROOM_RANK else None
                    for place in places}
        if None in programs or len(programs) != 1:
            self.report(ARCHITECTURE, number,
                        f"{source} and {target} are not two rooms of one "
                        "program",
                        "name folders such as router/insight; what two "
                        "programs share belongs in proto/contract or base")
            return
        pairs[source, target] = number

    def refuse_circles(self, pairs: dict[tuple[str, str], int]) -> None:
        for source, target in pairs:
            reached, todo = set(), [target]
            while todo:
                room = todo.pop()
                if room not in reached:
                    reached.add(room)
                    todo += [to for origin, to in pairs if origin == room]
            if source in reached:
                self.report(ARCHITECTURE, pairs[source, target],
                            f"{source} -> {target} closes a circle of rooms",
                            "turn one of the includes round, or move what both "
                            "need into a room below them")

    def read_allowed_words(self) -> dict[tuple[str, str], int]:
        """Rows "path | word | reason"; '#' starts a comment line."""
        allowed: dict[tuple[str, str], int] = {}
        if not (self.root / ALLOWED_WORDS).is_file():
            return allowed
        for number, line in enumerate(self.lines_of(ALLOWED_WORDS), 1):
            if not line.strip() or line.startswith("#"):
                continue
            cells = [cell.strip() for cell in line.split("|")]
            if len(cells) != 3 or not all(cells):
                self.report(ALLOWED_WORDS, number,
                            "a row is not: path | word | reason",
                            "give the file, the word and why it may stay")
                continue
            allowed[cells[0], cells[1].lower()] = number
        return allowed

    def sources(self) -> Iterator[str]:
        for top in TOPS:
            for path in sorted((self.root / top).rglob("*")):
                inner = path.relative_to(self.root).as_posix()
                if (path.suffix in SOURCE_SUFFIXES and path.is_file()
                        and "node_modules" not in inner.split("/")):
                    yield inner

    def check(self) -> None:
        for path in self.sources():
            self.files += 1
            place = place_of(path)
            if place is None:
                self.report(path, 1, "the file stands in no known room",
                            "move it into a room; a new room of base/ needs "
                            "its rank in tests/layering/check_layers.py")
                continue
            for number, line in enumerate(self.lines_of(path), 1):
                match = INCLUDE.match(line)
                if match:
                    self.includes += 1
                    self.check_include(path, number, place, match.group(2))
                elif place.rank < CONTRACT_RANK:
                    self.check_words(path, number, line)
        for (path, word), number in self.allowed.items():
            if (path, word) not in self.used_words:
                self.report(ALLOWED_WORDS, number,
                            f'"{word}" does not occur in {path} any more',
                            "remove the row")

    def check_include(self, path: str, line: int, place: Place,
                      target: str) -> None:
        for pattern, owner, library in THIRD_PARTY:
            if pattern.fullmatch(target):
                if place.room != owner:
                    self.report(path, line,
                                f"{place} includes {target}; only {owner} "
                                f"touches {library}",
                                f"use what {owner} offers, or add it there")
                return
        messages = MESSAGES.fullmatch(target)
        if messages:
            if place.rank < CONTRACT_RANK and messages.group(1) != "session":
                self.report(path, line,
                            f"{place} includes {target}; base knows no message "
                            "but session",
                            "take the bytes, or a template parameter, and "
                            "leave the type to the caller")
            return
        top = target.split("/")[0]
        if top == "tests":
            self.report(path, line, f"the product includes {target}",
                        "move what both need out of tests/")
            return
        beside = (self.root / path).parent / target
        if top in (".", "..") or (top not in TOPS and beside.is_file()):
            self.report(path, line,
                        f'"{target}" is not written from the repository\'s '
                        "root",
                        "write the whole path, such as base/os/clock.h")
            return
        if top in TOPS:
            self.check_step(path, line, place, target)

    def check_step(self, path: str, line: int, place: Place,
                   target: str) -> None:
        to = place_of(target)
        if to is None:
            self.report(path, line, f"{target} stands in no known room",
                        "include a header of a room")
            return
        if self.may_include(place, to):
            return
        if place.program and to.program and place.program != to.program:
            step = ("programs share proto/ and base/ alone; move what both "
                    "need to proto/contract, or send it over the wire")
        elif place.rank == to.rank == ROOM_RANK:
            step = (f"pass the value in from the wiring, or add the row "
                    f"| {place.room} | {to.room} | reason | to {ARCHITECTURE}")
        elif to.rank > place.rank:
            step = ("turn it round: return a value, or take an interface "
                    "that the layer above implements")
        else:
            step = "keep the two apart and let the layer above join them"
        self.report(path, line, f"{place} may not include {to} ({target})",
                    step)

    def may_include(self, place: Place, to: Place) -> bool:
        if to.program and to.program != place.program:
            return (place.room == REHEARSE and to.program == "router"
                    and to.rank == ROOM_RANK)
        if place.rank == to.rank:
            pair = (place.room, to.room)
            return (place.room == to.room or pair in BASE_SIDEWAYS
                    or pair in self.sideways or place.room == REHEARSE)
        if place.room == "base/spool" and to.room in NOT_FOR_SPOOL:
            return False
        return to.rank < place.rank

    def check_words(self, path: str, line: int, text: str) -> None:
        for match in WORD.finditer(text):
            lower = match.group().lower()
            word = PLURALS.get(lower, lower)
            if word not in PRODUCT_WORDS:
                continue
            if (path, word) in self.allowed:
                self.used_words.add((path, word))
                continue
            self.report(path, line,
                        f'base names a product idea, "{match.group()}"',
                        "name what it is to base (record, peer, key), or move "
                        f"it up; a word with another meaning gets a row in "
                        f"{ALLOWED_WORDS}")


def check_tree(root: pathlib.Path) -> Layers:
    layers = Layers(root)
    layers.check()
    return layers


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--root", type=pathlib.Path,
        default=os.environ.get("EARSHOT_SOURCE_DIR",
                               pathlib.Path(__file__).resolve().parents[2]))
    layers = check_tree(pathlib.Path(parser.parse_args().root))
    for finding in layers.findings:
        print(finding)
    print(f"{layers.includes} includes in {layers.files} files, "
          f"{len(layers.findings)} broken rules")
    return 1 if layers.findings else 0


if __name__ == "__main__":
    sys.exit(main())
