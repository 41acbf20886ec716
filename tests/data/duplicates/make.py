#!/usr/bin/env python3
"""Writes a stream of messages of which many repeat another, and its gold.

usage: make.py SOURCES OUT [--seed N] [--messages N] [--without FILE]

SOURCES  a folder with banking77/, clinc150/, hwu64/ and sentiment-vader/, each
         with dev.jsonl (rows with "text")
OUT      gets OUT.jsonl and OUT.gold.jsonl, as near.jsonl and near.gold.jsonl
         in this folder are, with greetings, references and signatures of its
         own
--without FILE  take no text that FILE (JSON lines) has

The same arguments give the same files. Texts keep the licence and the credits
of their sources; see README.md.
"""

import argparse
import json
import pathlib
import random
import re

SOURCES = ("banking77", "clinc150", "hwu64", "sentiment-vader")
GREETINGS = ("Dear team, ", "Morning! ", "hello there ", "Please note: ",
             "Just a heads up, ", "Hi folks, ", "One more from the desk: ",
             "As discussed, ", "Customer says: ", "ok so ")
CLOSINGS = (" Many thanks", " Kind regards", " Let me know.", " pls fix",
            " Thank you!", " (sent by mobile)", " Best, Jo", " Can you look?")
REFERENCES = ("SR-{n} ", "Incident {n}: ", "#{n} ", "[CASE {n}] ",
              "TKT{n} - ", "Order ref {n} / ", "RITM{n} ", "Job no {n}: ")
FORWARDS = ("FW: ", "Fwd: ", "Re: ", "> ", "---- forwarded ---- ")
SIGNATURES = (" - Ana, depot 7", "\n-- \nTomasz, till 12", "\nregards Wei",
              " / night desk", "\nhelpdesk agent 88", " -- Olu (bay 3)",
              "\nLena\nBranch 410")
SHORTHAND = (
    ("you", "u"), ("are", "r"), ("your", "ur"), ("please", "plz"),
    ("please", "pls"), ("thanks", "tks"), ("and", "&"), ("with", "w/"),
    ("without", "w/o"), ("because", "cuz"), ("account", "acc"),
    ("account", "acct"), ("payment", "pmt"), ("balance", "bal"),
    ("number", "num"), ("number", "no."), ("message", "msg"),
    ("transaction", "txn"), ("amount", "amt"), ("transfer", "trf"),
    ("tomorrow", "tmrw"), ("people", "ppl"), ("before", "b4"),
    ("phone", "fone"), ("about", "abt"), ("through", "thru"),
    ("do not", "don't"), ("is not", "isn't"), ("can not", "can't"),
    ("what is", "what's"), ("i am", "i'm"), ("it is", "it's"),
    ("i have", "i've"), ("does not", "doesn't"), ("that is", "that's"),
    ("i would", "i'd"), ("will not", "won't"))
NUMBER_WORDS = ("two three four five six seven eight nine ten twelve "
                "fifteen twenty thirty").split()
NEGATABLE = ("is are was were can could will would should do does did have "
             "has").split()
NEIGHBOURS = {row[i]: (row[i - 1] if i else "") + row[i + 1:i + 2]
              for row in ("qwertyuiop", "asdfghjkl", "zxcvbnm")
              for i in range(len(row))}


def typo(rng: random.Random, text: str) -> str:
    words = text.split(" ")
    for _ in range(1 + (len(words) > 7) + (len(words) > 25)):
        places = [i for i, w in enumerate(words)
                  if len(w) > 3 and w.isascii() and w.isalpha()]
        if not places:
            return text
        at = rng.choice(places)
        word = words[at]
        i = rng.randrange(len(word) - 1)
        kind = rng.randrange(4)
        if kind == 0:
            word = word[:i] + word[i + 1] + word[i] + word[i + 2:]
        elif kind == 1:
            word = word[:i + 1] + word[i + 2:]
        elif kind == 2:
            word = word[:i] + word[i] + word[i:]
        else:
            near = NEIGHBOURS.get(word[i].lower(), "")
            if near:
                word = word[:i] + rng.choice(near) + word[i + 1:]
        words[at] = word
    return " ".join(words)


def word_order(rng: random.Random, text: str) -> str:
    parts = re.split(r"(?<=[.!?,])\s+", text)
    if len(parts) > 1 and rng.random() < 0.4:
        at = rng.randrange(1, len(parts))
        return " ".join(parts[at:] + parts[:at])
    words = text.split(" ")
    for _ in range(1 + len(words) // 12):
        if len(words) > 2:
            i = rng.randrange(len(words) - 1)
            words[i], words[i + 1] = words[i + 1], words[i]
    return " ".join(words)


def truncate(rng: random.Random, text: str) -> str:
    words = text.split(" ")
    if len(words) < 5:
        return text
    keep = max(3, int(len(words) * rng.uniform(0.55, 0.9)))
    return " ".join(words[:keep]) + rng.choice(["", "...", " [...]", " ..."])


def shorthand(rng: random.Random, text: str) -> str:
    out = text
    for long, short in rng.sample(SHORTHAND, len(SHORTHAND)):
        out = re.sub(rf"\b{long}\b", short, out, flags=re.IGNORECASE)
    return out


def case_punct(rng: random.Random, text: str) -> str:
    kind = rng.randrange(4)
    if kind == 0:
        return text.upper()
    if kind == 1:
        return text.rstrip(".!?") + rng.choice(["", "!", "??", " ."])
    if kind == 2:
        return " " + text.replace(" ", "  ") + "\n"
    return text.title() if "'" not in text else text.lower()


def greeting(rng: random.Random, text: str) -> str:
    kind = rng.randrange(3)
    return ((rng.choice(GREETINGS) if kind != 1 else "") + text +
            (rng.choice(CLOSINGS) if kind != 0 else ""))


def reference(rng: random.Random, text: str) -> str:
    number = rng.randrange(10 ** rng.randrange(4, 7))
    return rng.choice(REFERENCES).format(n=10000 + number) + text


def forward(rng: random.Random, text: str) -> str:
    return rng.choice(FORWARDS) + text + rng.choice(SIGNATURES)


def trap_number(rng: random.Random, text: str) -> str | None:
    found = list(re.finditer(
        r"(?<![A-Za-z0-9])\d+|\b(?:" + "|".join(NUMBER_WORDS) + r")\b", text))
    if not found:
        return None
    at = rng.choice(found)
    old = at.group()
    new = old
    while new == old:
        new = (str(rng.randrange(10 ** len(old))) if old.isdigit()
               else rng.choice(NUMBER_WORDS))
    return text[:at.start()] + new + text[at.end():]


def trap_negation(rng: random.Random, text: str) -> str | None:
    short = re.search(r"\b(is|are|was|were|does|did|could|would|should)n't\b",
                      text)
    if short:
        return text[:short.end() - 3] + text[short.end():]
    if re.search(r"\b(not|no|never|\w+n'?t|cannot|without)\b", text, re.I):
        return None
    found = list(re.finditer(r"\b(?:" + "|".join(NEGATABLE) + r")\b", text))
    if not found:
        return None
    at = rng.choice(found).end()
    return text[:at] + " not" + text[at:]


EDITS = {"case_punct": case_punct, "typo": typo, "word_order": word_order,
         "truncate": truncate, "greeting": greeting, "ref": reference,
         "forward": forward, "shorthand": shorthand,
         "exact": lambda rng, text: text}
WEIGHTS = {"exact": 85, "combo": 94, "greeting": 41, "forward": 37, "ref": 37,
           "word_order": 35, "typo": 34, "truncate": 27, "case_punct": 25,
           "shorthand": 45}
INNER = ("typo", "word_order", "truncate", "shorthand", "case_punct")
OUTER = ("greeting", "ref", "forward")


def resend(rng: random.Random, text: str) -> tuple[str, str]:
    kind = rng.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
    if kind != "combo":
        return kind, EDITS[kind](rng, text)
    names = (rng.sample(INNER, rng.choice([0, 1, 1, 2])) or ["typo"])
    names += rng.sample(OUTER, rng.choice([1, 1, 2]) if len(names) < 2 else 1)
    for name in names[:3]:
        text = EDITS[name](rng, text)
    return kind, text


def read_texts(folder: pathlib.Path, unwanted: set[str]
               ) -> list[tuple[str, str]]:
    texts, seen = [], set(unwanted)
    for source in SOURCES:
        with open(folder / source / "dev.jsonl", encoding="utf-8") as lines:
            for line in lines:
                text = json.loads(line)["text"]
                known = re.sub(r"\W+", "", text.lower())
                if len(known) >= 8 and known not in seen:
                    seen.add(known)
                    texts.append((source, text))
    return texts


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("sources", type=pathlib.Path)
    parser.add_argument("out")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--messages", type=int, default=6000)
    parser.add_argument("--without", type=pathlib.Path)
    args = parser.parse_args()
    rng = random.Random(args.seed)
    unwanted = set()
    if args.without:
        with open(args.without, encoding="utf-8") as lines:
            unwanted = {re.sub(r"\W+", "", json.loads(line)["text"].lower())
                        for line in lines}
    texts = read_texts(args.sources, unwanted)
    rng.shuffle(texts)
    clusters: list[list[tuple[str, str, str]]] = []  # id, text, source
    unused = texts[: args.messages // 4]
    weights: list[float] = []
    rows = []
    traps: list[list[str]] = []
    trapped: set[tuple[str, int]] = set()
    for number in range(args.messages):
        name = f"own{number:06d}"
        kind, anchor = "original", None
        place = None
        if clusters and (not unused or rng.random() > 0.25):
            place = rng.choices(range(len(clusters)), weights)[0]
            first_id, text, source = clusters[place][0]
            trap = None
            if rng.random() < 0.16:
                kind = rng.choice(["trap_number", "trap_number",
                                   "trap_negation"])
                make = trap_number if kind == "trap_number" else trap_negation
                if (kind, place) not in trapped:
                    trap = make(rng, text)
                    trapped.add((kind, place))
            anchor = first_id
            # No trap is made twice.
            if trap and sorted(trap.split()) in traps:
                trap = None
            if trap:
                traps.append(sorted(trap.split()))
                text, place = trap, None
            else:
                kind, text = resend(rng, text)
        else:
            source, text = unused.pop()
        if place is None:
            place = len(clusters)
            clusters.append([])
            weights.append(min(rng.paretovariate(0.9), 12.0))
        clusters[place].append((name, text, source))
        if len(clusters[place]) > 40:
            weights[place] = 0.0
        rows.append((name, text, place, kind, anchor, source))
    with open(args.out + ".jsonl", "w", encoding="utf-8") as out, \
            open(args.out + ".gold.jsonl", "w", encoding="utf-8") as gold:
        for i, (name, text, place, kind, anchor, source) in enumerate(rows):
            print(json.dumps({"id": name, "ts": 60.0 * i, "text": text},
                             ensure_ascii=False), file=out)
            print(json.dumps({"id": name, "cluster": f"c{place:05d}",
                              "kind": kind, "anchor": anchor,
                              "source": source}), file=gold)


if __name__ == "__main__":
    main()
