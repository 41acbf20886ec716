#!/usr/bin/env python3
"""Makes the small month of tests/data/golden/notes.jsonl.

Usage: make_month.py > tests/data/golden/notes.jsonl

Only random() of a fixed seed is used, which Python keeps the same over its
versions: the same rows on every machine.
"""

import datetime
import json
import random
import sys

SEED = 20260901
FIRST = datetime.datetime(2026, 9, 1, tzinfo=datetime.timezone.utc)
DAYS = 30
SITES = ["w-01", "w-02", "w-03", "e-01", "e-02", "e-03"]
SHIFTS = [("morning", 8), ("late", 15), ("night", 23)]
TILLS = ["Till {n} froze again in the middle of a sale",
         "The self checkout till {n} is frozen and customers walk away",
         "Till {n} hangs at the card payment screen"]
# Every day a little of each: words, severity, kind.
USUAL = [
    (["The queue at the checkout was {n} people long before noon",
      "Customers complain that they wait too long at the checkout"], 2,
     "pain_point"),
    (["The parking lot lights by gate {n} are out",
      "It is dark on the parking lot, light {n} is broken"], 3, "pain_point"),
    (["We could let customers book a pick-up time online",
      "An app to reserve the large trolleys would help"], 1, "idea"),
    (["A customer thanked the whole night crew for their help",
      "Kudos to the team at the service desk, a customer wrote"], 1, "praise"),
    (["The price on the shelf for item {n} was not the price at the till",
      "Shelf label {n} shows last week's price"], 3, "pain_point"),
    (["The return form asks for the same number twice",
      "Refunds without a receipt need a call to the office every time"], 2,
     "process_gap"),
]


class Month:
    def __init__(self) -> None:
        self.random = random.Random(SEED)
        self.rows: list[tuple[datetime.datetime, dict]] = []

    def pick(self, of: list):
        return of[int(self.random.random() * len(of))]

    def say(self, day: int, words: list[str], severity: int, kind: str,
            sites: list[str]) -> None:
        shift, hour = self.pick(SHIFTS)
        site = self.pick(sites)
        at = FIRST + datetime.timedelta(
            days=day, hours=hour - 1, minutes=int(self.random.random() * 60))
        text = self.pick(words).replace(
            "{n}", str(1 + int(self.random.random() * 9)))
        self.rows.append((at, {
            "observed_at": at.isoformat(), "text": text, "site": site,
            "channel": "store", "shift": shift, "severity": severity,
            "kind": kind, "quote": self.random.random() < 0.7,
            "reporter": f"{site}-{int(self.random.random() * 14)}"}))

    def make(self) -> list[dict]:
        for day in range(DAYS):
            for _ in range(12 + int(self.random.random() * 4)):
                words, severity, kind = self.pick(USUAL)
                self.say(day, words, severity, kind, SITES)
            # The tills of the west fail from the 14th on, more each day.
            for _ in range(max(0, day - 12)):
                self.say(day, TILLS, 4, "pain_point", SITES[:3])
        for day in (9, 20, 27):
            self.say(day, ["A shelf fell over and nearly hit a customer"], 5,
                     "risk", ["e-02"])
        self.rows.sort(key=lambda row: row[0])
        return [{"id": f"g-{number:04}", **row}
                for number, (_, row) in enumerate(self.rows, 1)]


def main() -> None:
    for row in Month().make():
        sys.stdout.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main()
