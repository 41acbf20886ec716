"""How well digests tell the planted stories.

An item that stands in one of the front sections hits a story when most of its sample
ids are the story's. README.md of this folder says what each figure means.
"""

import collections
import dataclasses
import datetime
import json
import pathlib
import statistics
import zoneinfo
from typing import Any

FRONT = frozenset(("decision", "top", "new", "rising", "regressed"))
SENT_HOUR = 8  # of a daily digest, local time, where it has no `to`
SHOWN_WITHIN = datetime.timedelta(days=7)
ENDED_WITHIN = datetime.timedelta(days=3)
DAY = datetime.timedelta(days=1)


def moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


@dataclasses.dataclass(frozen=True)
class Digest:
    leader: str
    period: str
    sent: datetime.datetime
    items: list[dict[str, Any]]


@dataclasses.dataclass(frozen=True)
class Pair:
    """A story that a leader should see."""
    story: str
    kind: str
    leader: str
    days_late: float | None  # None: never shown in time


def period_moment(period: str, zone: zoneinfo.ZoneInfo) -> datetime.datetime:
    """2026-11-02, 2026-11-02T14 or 2026-11-02T14:35, with or without an offset."""
    day, _, clock = period.partition("T")
    hour, minute = SENT_HOUR, 0
    if clock:
        numbers = clock.replace("-", ":").split("+")[0].split(":")
        hour, minute = int(numbers[0]), int((numbers[1:2] or ["0"])[0])
    return datetime.datetime.combine(datetime.date.fromisoformat(day),
                                     datetime.time(hour, minute), zone)


def items_of(digest: dict[str, Any]) -> list[dict[str, Any]]:
    items = list(digest.get("items", []))
    sections = digest.get("sections", [])
    if isinstance(sections, dict):
        sections = [{"section": name, **(part if isinstance(part, dict)
                                         else {"items": part})}
                    for name, part in sections.items()]
    for section in sections:
        name = section.get("section") or section.get("name") or section.get("id")
        items += [{"section": name} | item for item in section.get("items", [])]
    return items


def read_digests(folder: pathlib.Path, leaders: list[dict[str, Any]]) -> list[Digest]:
    digests = []
    for leader in leaders:
        zone = zoneinfo.ZoneInfo(leader["time_zone"])
        for path in sorted((folder / leader["id"]).glob("*.json")):
            read = json.loads(path.read_text(encoding="utf-8"))
            sent = moment(read["to"]) if "to" in read else \
                period_moment(path.stem, zone)
            digests.append(Digest(leader["id"], path.stem, sent, items_of(read)))
    return digests


def read_assignments(path: pathlib.Path) -> dict[str, str]:
    """Observation to insight."""
    found = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if row.get("insight") not in (None, "", 0):
                found[row["id"]] = str(row["insight"])
    return found


class Scorer:
    def __init__(self, truth: dict[str, Any],
                 assignments: dict[str, str] | None = None) -> None:
        self.truth = truth
        self.issue_of = {name: issue for issue, names in truth["issues"].items()
                         for name in names}
        self.stories: dict[str, list[dict[str, Any]]] = collections.defaultdict(list)
        for story in truth["stories"]:
            self.stories[story["issue"]].append(story)
        self.members: dict[str, list[str]] = collections.defaultdict(list)
        for name, insight in (assignments or {}).items():
            self.members[insight].append(name)
        start = datetime.datetime.fromisoformat(truth["start"]).replace(
            tzinfo=datetime.timezone.utc)
        self.scored_from = start + truth["warm_up_days"] * DAY
        self.scored_to = start + truth["days"] * DAY + DAY
        self.weeks = (truth["days"] - truth["warm_up_days"]) / 7
        self.wrong: list[str] = []  # what was scored as false, for people

    def issue_hit(self, item: dict[str, Any]) -> str | None:
        """The issue of most of its samples; of what its insight holds where the
        digest shows no sample."""
        names = item.get("sample_ids") or self.members.get(str(item.get("insight")), [])
        counts = collections.Counter(self.issue_of.get(name, "") for name in names)
        if not counts:
            return None
        issue, count = counts.most_common(1)[0]
        return issue if issue and count * 2 > len(names) else None

    def front(self, item: dict[str, Any], praise: bool) -> bool:
        return item.get("section") in FRONT or (
            praise and item.get("section") == "recognition")

    def pairs(self, digests: list[Digest]) -> list[Pair]:
        shown: dict[tuple[str, str], list[tuple[datetime.datetime, bool]]]
        shown = collections.defaultdict(list)
        for digest in digests:
            for item in digest.items:
                issue = self.issue_hit(item)
                if issue in self.stories and self.front(item, praise=True):
                    shown[digest.leader, issue].append(
                        (digest.sent, item["section"] == "recognition"))
        zones = {leader["id"]: zoneinfo.ZoneInfo(leader["time_zone"])
                 for leader in self.truth["leaders"]}
        pairs = []
        for story in self.truth["stories"]:
            for leader, onset in story["onsets"].items():
                due = first_due(moment(onset), zones[leader])
                if due > self.scored_to:
                    continue
                times = [sent for sent, recognition in shown[leader, story["issue"]]
                         if moment(story["start"]) <= sent <= moment(onset) + SHOWN_WITHIN
                         and (not recognition or story["kind"] == "praise")]
                late = max(0.0, (min(times) - due) / DAY) if times else None
                pairs.append(Pair(story["id"], story["kind"], leader, late))
        return pairs

    def excused(self, issue: str | None, sent: datetime.datetime) -> bool:
        return any(story["must_show"] and
                   moment(story["start"]) <= sent <= moment(story["end"]) + ENDED_WITHIN
                   for story in self.stories.get(issue or "", []))

    def false_alarms(
            self, digests: list[Digest]) -> tuple[int, int, collections.Counter[str]]:
        """Once for each leader, insight and week; once for each digest; and what they
        were about."""
        weekly: set[tuple[str, str, int]] = set()
        daily: set[tuple[str, str, str]] = set()
        about: collections.Counter[str] = collections.Counter()
        for digest in digests:
            if not self.scored_from + DAY <= digest.sent < self.scored_to:
                continue
            for item in digest.items:
                issue = self.issue_hit(item)
                if not self.front(item, praise=False) or self.excused(issue, digest.sent):
                    continue
                key = str(item.get("insight") or issue)
                week = (digest.sent - self.scored_from).days // 7
                if (digest.leader, key, week) not in weekly:
                    about[issue or "nothing of one issue"] += 1
                    self.wrong.append(
                        f"{digest.period} {digest.leader:<18} {item['section']:<9} "
                        f"{issue or '-':<24} {item.get('title', '')}")
                weekly.add((digest.leader, key, week))
                daily.add((digest.leader, key, digest.period))
        return len(weekly), len(daily), about

    def score(self, digests: list[Digest]) -> dict[str, Any]:
        pairs = self.pairs(digests)
        weekly, daily, about = self.false_alarms(digests)
        leader_weeks = len(self.truth["leaders"]) * self.weeks
        kinds = sorted({pair.kind for pair in pairs})
        return figures(pairs) | {
            "false_alarms_per_leader_week": round(weekly / leader_weeks, 2),
            "false_items_per_leader_week": round(daily / leader_weeks, 2),
            "pairs": len(pairs),
            "by_kind": {kind: figures([pair for pair in pairs if pair.kind == kind])
                        for kind in kinds},
            "false_alarms_about": dict(about.most_common(8))}


def figures(pairs: list[Pair]) -> dict[str, Any]:
    late = [pair.days_late for pair in pairs if pair.days_late is not None]
    return {"recall": round(len(late) / len(pairs), 3) if pairs else None,
            "median_days_late": round(statistics.median(late), 2) if late else None}


def first_due(onset: datetime.datetime, zone: zoneinfo.ZoneInfo) -> datetime.datetime:
    """The first daily digest after it."""
    local = onset.astimezone(zone)
    due = datetime.datetime.combine(local.date(), datetime.time(SENT_HOUR), zone)
    if due < onset:
        due = datetime.datetime.combine(local.date() + DAY,
                                        datetime.time(SENT_HOUR), zone)
    return due


def alert_figures(truth: dict[str, Any], alerts: list[dict[str, Any]]) -> dict[str, Any]:
    """Safety matters that came as an immediate alert, over all such pairs."""
    told = collections.defaultdict(set)
    for alert in alerts:
        names = alert.get("sample_ids") or [alert.get("observation") or alert.get("id")]
        told[alert.get("leader")].update(names)
    pairs = [(set(story["observation_ids"]), leader) for story in truth["stories"]
             if story["kind"] == "safety" for leader in story["leaders"]]
    hits = sum(bool(names & told[leader]) for names, leader in pairs)
    return {"safety_alerted": round(hits / len(pairs), 3) if pairs else None,
            "alerts": len(alerts)}
