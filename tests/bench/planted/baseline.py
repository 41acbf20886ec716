"""Digests by two plain rules, with perfect clusters: what ranking must beat.

count: the five issues with the most reports in scope in the last day. trend: of those
that have ten reports in the last three days and twice what the fourteen days before
bring one to expect, the five with most times that.
"""

import collections
import datetime
import json
import pathlib
import zoneinfo
from typing import Any

from score import SENT_HOUR, moment

TOP = 5
COUNT_DAYS = 1
RECENT_DAYS = 3
BEFORE_DAYS = 14
LEAST = 10
TIMES = 2.0

Days = dict[str, dict[int, list[str]]]  # issue to day to observations


def matches(scope: dict[str, list[str]], row: dict[str, Any], topic: str,
            region: str) -> bool:
    values = {"regions": region, "sites": row["site"], "topics": topic,
              "channels": row["channel"], "shifts": row["shift"]}
    return all(not scope.get(key) or value in scope[key] for key, value in values.items())


def by_day(rows: list[dict[str, Any]], leader: dict[str, Any], start: datetime.date,
           topics: dict[str, str], issue_of: dict[str, str],
           regions: dict[str, str]) -> Days:
    """Day n ends with the digest that is sent on day n of the month."""
    zone = zoneinfo.ZoneInfo(leader["time_zone"])
    begin = datetime.datetime.combine(start, datetime.time(SENT_HOUR), zone).timestamp()
    days: Days = collections.defaultdict(lambda: collections.defaultdict(list))
    for row in rows:
        issue = issue_of.get(row["id"])
        if issue and matches(leader["scope"], row, topics[issue], regions[row["site"]]):
            days[issue][int((row["arrived"] - begin) // 86400) + 1].append(row["id"])
    return days


def count_rule(days: dict[int, list[str]], today: int) -> float:
    return sum(len(days.get(day, ())) for day in range(today - COUNT_DAYS + 1, today + 1))


def trend_rule(days: dict[int, list[str]], today: int) -> float:
    recent = sum(len(days.get(day, ()))
                 for day in range(today - RECENT_DAYS + 1, today + 1))
    before_from = max(1, today - RECENT_DAYS - BEFORE_DAYS + 1)
    before = [len(days.get(day, ()))
              for day in range(before_from, today - RECENT_DAYS + 1)]
    expected = RECENT_DAYS * sum(before) / max(1, len(before))
    if recent < LEAST or recent < TIMES * expected:
        return 0.0
    return recent / max(1.0, expected)


RULES = {"count": count_rule, "trend": trend_rule}


def digest(days: Days, today: int, rule: str) -> dict[str, Any]:
    scores = {issue: RULES[rule](counts, today) for issue, counts in days.items()}
    best = sorted((-score, issue) for issue, score in scores.items() if score > 0)[:TOP]
    items = []
    for rank, (score, issue) in enumerate(best, 1):
        recent = [name for day in range(today - RECENT_DAYS + 1, today + 1)
                  for name in days[issue].get(day, [])]
        items.append({"insight": issue, "rank": rank, "section": "top", "title": issue,
                      "priority": round(-score, 3), "observations": len(recent),
                      "sample_ids": recent[-5:], "why": [f"{rule} {-score:.1f}"]})
    return {"items": items}


def run(folder: pathlib.Path, out: pathlib.Path, rule: str) -> None:
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    organisation = json.loads((folder / "organisation.json").read_text(encoding="utf-8"))
    regions = {site["id"]: site["region"] for site in organisation["sites"]}
    issue_of = {name: issue for issue, names in truth["issues"].items() for name in names}
    start = datetime.date.fromisoformat(truth["start"])
    rows = []
    with open(folder / "observations.jsonl", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            arrived = row.get("received_at", row["observed_at"])
            row["arrived"] = moment(arrived).timestamp()
            rows.append(row)
    for leader in truth["leaders"]:
        days = by_day(rows, leader, start, truth["topics"], issue_of, regions)
        target = out / "digests" / leader["id"]
        target.mkdir(parents=True, exist_ok=True)
        for today in range(1, truth["days"] + 1):
            name = (start + datetime.timedelta(days=today)).isoformat()
            (target / f"{name}.json").write_text(
                json.dumps(digest(days, today, rule)), encoding="utf-8")
