"""The hand-written wordings of tests/data/planted, and what people make of them:
slots filled, one of several alternatives taken, an opener, a sigh, a typo.

Usage: texts.py train|dev    prints each issue with two rendered wordings.
"""

import dataclasses
import json
import pathlib
import random
import re
import sys
from typing import Any

DATA = pathlib.Path(__file__).resolve().parents[2] / "data/planted"

NAMES = ("Maria Ken Priya Tom Aisha Luc Elena Marcus Yuki Dave Fatima Joan Omar "
         "Sofie Pablo Nina Greg Ines Hamid Carol Theo Ruth Mateo Claire").split()
ITEMS = ("oat milk;yoghurt;batteries;chicken;sunscreen;cat food;bread rolls;"
         "nappies;olive oil;shampoo;coffee pods;strawberries;light bulbs;rice;"
         "washing tablets;a lamp;a jacket;umbrella;notebook;scarf;lunch box;"
         "headphones").split(";")
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
OPENERS = ("fyi", "hi", "Just now:", "again:", "Hi team,", "heads up:", "Hello,",
           "from the floor:", "Reporting this for {name}:", "{day}:", "Note:",
           "so,", "sorry but", "For the record,", "update:", "2nd report:")
CLOSERS = ("pls fix", "thanks", "please pass it on", "Can someone look?", "thx",
           "It's getting old.", "{name} says the same", "not the first time",
           "Anyone else?", "- {name}", "that's it", "!!", "...", "Tell us please.",
           "just saying", "please help", "I'll leave it there.", "since {time}")
TYPO_SHARE = 0.14
TWO_SHARE = 0.22  # of the texts are two wordings in a row
SLOT = re.compile(r"\{(\w+)\}")
CHOICE = re.compile(r"\(([^()|]*(?:\|[^()|]*)+)\)")


@dataclasses.dataclass(frozen=True)
class Issue:
    """One theme: what many people say in their own words."""
    id: str
    topic: str
    kind: str
    channels: tuple[str, ...]
    severities: tuple[int, ...]
    fits: frozenset[str]
    confusable: str | None
    slots: dict[str, list[str]]
    wordings: dict[str, list[str]]


def issue_of(row: dict[str, Any]) -> Issue:
    return Issue(row["id"], row["topic"], row["kind"], tuple(row["channels"]),
                 tuple(row["severities"]), frozenset(row["fits"]),
                 row.get("confusable"), row.get("slots", {}), row["wordings"])


def issues(split: str, data: pathlib.Path = DATA) -> list[Issue]:
    with open(data / f"stories_{split}.json", encoding="utf-8") as opened:
        return [issue_of(row) for row in json.load(opened)["issues"]]


def one_offs(data: pathlib.Path = DATA) -> list[tuple[str, str]]:
    """(kind, wording)."""
    with open(data / "one_offs.json", encoding="utf-8") as opened:
        return [(kind, text) for kind, texts in json.load(opened).items()
                for text in texts]


def slot_value(name: str, rng: random.Random) -> str:
    if name == "n":
        return str(rng.randint(2, 9))
    if name == "min":
        return str(rng.choice((5, 10, 12, 15, 20, 25, 30, 40)))
    if name == "days":
        return str(rng.randint(3, 19))
    if name == "money":
        amount = rng.choice((rng.randint(2, 30), rng.randint(20, 480)))
        return rng.choice((f"${amount}", f"{amount}.{rng.randint(10, 99)}",
                           f"{amount} bucks", f"about {amount}"))
    if name == "time":
        hour, minute = rng.randint(6, 21), rng.choice((0, 15, 20, 30, 40, 50))
        return rng.choice((f"{hour}:{minute:02d}", f"{(hour - 1) % 12 + 1} o'clock",
                           f"{(hour - 1) % 12 + 1}ish"))
    choices = {"name": NAMES, "item": ITEMS, "day": DAYS}.get(name)
    if choices is None:
        raise ValueError(f"no value for the slot {{{name}}}; known: n min days money "
                         "time name item day, and the issue's own slots")
    return rng.choice(choices)


def with_typo(text: str, rng: random.Random) -> str:
    places = [i for i in range(1, len(text) - 2)
              if text[i].isalpha() and text[i + 1].isalpha()]
    if not places:
        return text
    at = rng.choice(places)
    how = rng.random()
    if how < 0.4:
        return text[:at] + text[at + 1] + text[at] + text[at + 2:]
    if how < 0.75:
        return text[:at] + text[at + 1:]
    return text[:at] + text[at] + text[at:]


class Writer:
    """Renders wordings; `plain`: of each issue only the first. `bound` holds for good what a month has decided about an
    issue's own slots: one product, not another each time."""

    def __init__(self, rng: random.Random, plain: bool = False) -> None:
        self.rng = rng
        self.plain = plain
        self.bound: dict[str, dict[str, str]] = {}

    def bind(self, issue: Issue) -> None:
        self.bound[issue.id] = {name: self.rng.choice(values)
                                for name, values in sorted(issue.slots.items())}

    def fill(self, wording: str, bound: dict[str, str]) -> str:
        rng = self.rng
        if "|" in wording:
            wording = CHOICE.sub(lambda m: rng.choice(m[1].split("|")), wording)
        if "{" in wording:
            wording = SLOT.sub(
                lambda m: bound.get(m[1]) or slot_value(m[1], rng), wording)
        return wording

    def dress(self, text: str, english: bool) -> str:
        rng = self.rng
        if english and rng.random() < 0.16:
            text = f"{self.fill(rng.choice(OPENERS), {})} {text}"
        if english and rng.random() < 0.18:
            text = f"{text} {self.fill(rng.choice(CLOSERS), {})}"
        if rng.random() < TYPO_SHARE:
            text = with_typo(text, rng)
        habit = rng.random()
        if habit < 0.2:
            text = text.lower()
        elif habit < 0.22:
            text = text.upper()
        elif habit < 0.3:
            text = text.rstrip(".!?") + rng.choice(("!", "!!", "", "?"))
        return text

    def write(self, issue: Issue, language: str) -> str:
        if self.plain:
            return self.fill(issue.wordings["en"][0], self.bound.get(issue.id, {}))
        wordings = issue.wordings.get(language) or issue.wordings["en"]
        english = wordings is issue.wordings["en"]
        wording = self.rng.choice(wordings)
        if self.rng.random() < TWO_SHARE:
            first = self.rng.choice(wordings)
            if first != wording and len(first) + len(wording) < 160:
                wording = f"{first.rstrip('.')}. {wording}"
        return self.dress(self.fill(wording, self.bound.get(issue.id, {})), english)

    def write_one_off(self, wording: str) -> str:
        text = self.fill(wording, {})
        return self.dress(text, english=False)


def main() -> None:
    writer = Writer(random.Random(1))
    for issue in issues(sys.argv[1]):
        writer.bind(issue)
        print(f"{issue.id} ({issue.topic})")
        for language in ("en", "en", "es", "fr"):
            print("   ", writer.write(issue, language))


if __name__ == "__main__":
    main()
