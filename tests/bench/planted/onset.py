"""What a month's truth.json says of its stories: who should see each, and from
when on.
"""

import bisect
import datetime
from typing import TYPE_CHECKING, Any

from stories import Report, Story
from world import Leader

if TYPE_CHECKING:
    from month import Month

RULE = (
    "A story's onset for a leader is the arrival of the first report with which the "
    "reports of its issue in the leader's scope within the last 72 hours have five "
    "distinct reporters with a key, and are as many as b + 4 sqrt(b) and as 1.5 b, "
    "where b is what 72 hours brought on average before the story began (below one: "
    "only reports since its beginning are looked at). For a safety matter it is the "
    "arrival of its first report in scope. A leader for whom it is never reached by a "
    "day after the story's end is not among the story's leaders.")
WINDOW_S = 72 * 3600
REPORTERS = 5

Arrival = tuple[str, int, Report]


def onset_for(story: Story, seen: list[tuple[int, Report]], begin: int,
              month_began: int) -> int | None:
    """`seen`: arrivals in scope, in order; begin: the story's first report."""
    if story.kind == "safety":
        return seen[0][0] if seen else None
    before = sum(at < begin for at, _ in seen)
    base = before / max(1.0, (begin - month_began) / 86400) * 3
    if story.kind == "came_back":
        base = 0.0
    needed = max(base + 4 * base ** 0.5, 1.5 * base)
    times = [at for at, _ in seen]
    for number, (at, _) in enumerate(seen):
        if at < begin:
            continue
        first = bisect.bisect_left(times, max(at - WINDOW_S,
                                              begin if base < 1 else month_began))
        recent = seen[first:number + 1]
        keys = {report.person.key for _, report in recent if report.person.named}
        if len(keys) >= REPORTERS and len(recent) >= needed:
            return at
    return None


def story_truth(story: Story, arrivals: list[Arrival], leaders: list[Leader],
                month_began: int) -> dict[str, Any]:
    planted = [report.at for report in story.reports if report.planted]
    begin, end = min(planted), max(planted)
    onsets = {}
    for leader in leaders:
        seen = [(at, report) for _, at, report in arrivals if at <= end + 86400
                and leader.sees(report.site, report.issue.topic, report.shift)]
        at = onset_for(story, seen, begin, month_began)
        if at is not None:
            onsets[leader.id] = at
    show = onsets if story.must_show else {}
    return {"id": story.id, "kind": story.kind, "issue": story.issue.id,
            "topic": story.issue.topic, "must_show": story.must_show,
            "start": stamp(begin), "onset": stamp(min(show.values())) if show else None,
            "end": stamp(end), "leaders": sorted(show),
            "onsets": {leader: stamp(at) for leader, at in sorted(show.items())},
            "observation_ids": [name for name, _, _ in arrivals]}


def stamp(at: int) -> str:
    return datetime.datetime.fromtimestamp(at, datetime.timezone.utc).strftime(
        "%Y-%m-%dT%H:%M:%SZ")


def truth(month: "Month",
          arrivals: list[tuple[str, int, Report | None]]) -> dict[str, Any]:
    by_issue: dict[str, list[Arrival]] = {}
    one_offs = []
    for name, at, report in arrivals:
        if report is None:
            one_offs.append(name)
        else:
            by_issue.setdefault(report.issue.id, []).append((name, at, report))
    settings = month.settings
    began = int(datetime.datetime.combine(settings.start, datetime.time(),
                                          datetime.timezone.utc).timestamp())
    stories = [story_truth(story, by_issue[story.issue.id], month.leaders, began)
               for story in month.stories]
    stories += [
        {"id": f"weekend-{issue}", "kind": "weekend_noise", "issue": issue,
         "must_show": False, "start": stamp(began), "onset": None,
         "end": stamp(began + settings.days * 86400), "leaders": [], "onsets": {},
         "observation_ids": [name for name, _, _ in by_issue.get(issue, [])]}
        for issue, how in sorted(month.chronic.items()) if how["profile"] == "weekend"]
    return {"seed": settings.seed, "split": settings.split, "rule": RULE,
            "start": settings.start.isoformat(), "days": settings.days,
            "warm_up_days": 7, "leaders": [leader.row() for leader in month.leaders],
            "stories": stories,
            "chronic": dict(sorted(month.chronic.items())),
            "issues": {issue: [name for name, _, _ in entries]
                       for issue, entries in sorted(by_issue.items())},
            "topics": {issue.id: issue.topic for issue in month.issues},
            "one_offs": one_offs}
