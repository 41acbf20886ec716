#!/usr/bin/env python3
"""Writes the sample observations beside this script.

Usage: make.py SOURCE_DIR

SOURCE_DIR holds sample-observations.jsonl and cfpb-loans/{train,dev}.jsonl;
README.md says what they are. The same sources give the same bytes.
"""

import hashlib
import json
import pathlib
import re
import sys
from typing import Any

Row = dict[str, Any]

COMPLAINTS = 300
LONGEST = 400
SHORTEST = 60
# "XXXX" is what the bureau puts for what it took out.
MOST_BLANKS = 1
BLANK = re.compile(r"\bX{2,}")
SENTENCE_END = re.compile(r"(?<![A-Z])[.!?](?= [A-Z]|$)")
AMOUNT = re.compile(r"\{(\$[\d,.]+)\}")

SITES = ("cc-north", "cc-south")
SHIFTS = ("morning", "afternoon", "evening")
REPORTERS = 24
# How bad the issue is that the consumer ticked; all others are 3.
SEVERITY = {
    "loan_not_applied_for": 4,
    "incorrect_credit_report": 4,
    "struggling_to_pay": 4,
    "getting_the_loan": 2,
    "getting_line_of_credit": 2,
    "add_on_products": 2,
}

# Who says it, by the start of the site's name.
FILES = {
    "store.jsonl": ("store-",),
    "contact-center.jsonl": ("cc-", "claims-"),
    "depot.jsonl": ("depot-",),
}


def read(path: pathlib.Path) -> list[Row]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def write(path: pathlib.Path, rows: list[Row]) -> None:
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_text(text, encoding="utf-8", newline="\n")


def draw(key: str, salt: str) -> int:
    """A number that depends on the key alone, another for every salt."""
    return int.from_bytes(hashlib.sha256(f"{salt}:{key}".encode()).digest()[:8],
                          "big")


def shortened(narrative: str) -> str | None:
    """The whole sentences that fit, or None if they make no sample."""
    text = AMOUNT.sub(r"\1", " ".join(narrative.split()))
    ends = [match.end() for match in SENTENCE_END.finditer(text)
            if match.end() <= LONGEST]
    if not ends:
        return None
    text = text[:ends[-1]]
    if len(text) < SHORTEST or len(BLANK.findall(text)) > MOST_BLANKS:
        return None
    return text


def complaints(source: pathlib.Path) -> list[Row]:
    rows: dict[str, Row] = {}
    texts: set[str] = set()
    for name in ("train.jsonl", "dev.jsonl"):
        for complaint in read(source / "cfpb-loans" / name):
            text = shortened(complaint["text"])
            if text is None or text in texts:
                continue
            texts.add(text)
            key, label = complaint["id"], complaint["label"]
            rows[key] = {
                "id": key,
                "text": text,
                "tags": [label.replace("_", "-"),
                         complaint["sub_product"].lower().replace(" ", "-")],
                "site": SITES[draw(key, "site") % len(SITES)],
                "channel": "contact_center",
                "shift": SHIFTS[draw(key, "shift") % len(SHIFTS)],
                "severity": SEVERITY.get(label, 3),
                "reporter": f"r-{draw(key, 'reporter') % REPORTERS + 1:02}",
                "subject": "customer",
                "source": "cfpb",
                "quote": True,
            }
    chosen = sorted(rows, key=lambda key: draw(key, "choice"))[:COMPLAINTS]
    return [rows[key] for key in chosen]


def own_rows(source: pathlib.Path) -> list[Row]:
    """The project's rows; each site has three people who take turns."""
    seen: dict[str, int] = {}
    rows = []
    for row in read(source / "sample-observations.jsonl"):
        site = row["site"]
        turn = seen.get(site, 0)
        seen[site] = turn + 1
        row.pop("expected")
        row["reporter"] = f"{site}-{'abc'[turn % 3]}"
        row["source"] = "sample"
        rows.append(row)
    return rows


def main() -> int:
    if len(sys.argv) != 2 or sys.argv[1] in ("-h", "--help"):
        print(__doc__.strip())
        return 0 if sys.argv[1:] in (["-h"], ["--help"]) else 2
    source = pathlib.Path(sys.argv[1])
    folder = pathlib.Path(__file__).resolve().parent
    rows = own_rows(source) + complaints(source)
    write(folder / "observations.jsonl", rows)
    for name, starts in FILES.items():
        write(folder / name,
              [row for row in rows if row["site"].startswith(starts)])
    return 0


if __name__ == "__main__":
    sys.exit(main())
