"""One month: which issues are always there, which become stories, and the rows
of both in order of arrival.
"""

import dataclasses
import datetime
import json
import pathlib
import random
from typing import Any

import onset
import texts
import world
from stories import ALWAYS, KINDS, ON_BASE, SOMETIMES, WARM_UP_DAYS, Floor, Report, Story
from texts import Issue
from world import Picker

ONE_OFF_SHARE = 0.03
LATE_DAYS = 9
WEEKEND_ONLY = 3
# Monday to Sunday.
WEEK = {"store": (0.9, 0.9, 0.95, 1.0, 1.1, 1.3, 1.1),
        "contact_center": (1.3, 1.2, 1.1, 1.0, 1.0, 0.5, 0.3),
        "claims": (1.3, 1.2, 1.1, 1.1, 1.0, 0.3, 0.2),
        "delivery": (1.1, 1.1, 1.1, 1.1, 1.1, 0.9, 0.4)}
WEEKEND = (0.04, 0.04, 0.04, 0.04, 0.2, 3.2, 3.0)
CLUMP = 0.12  # chance that a colleague writes as well, and one more, and so on


@dataclasses.dataclass(frozen=True)
class Settings:
    seed: int
    split: str
    observations: int = 200000
    sites: int = 300
    days: int = 30
    late: float = 0.03
    severity5: float = 0.0001  # share of ordinary rows with severity 5
    plain: bool = False  # one wording for each issue: ranking without clustering
    data: pathlib.Path = texts.DATA

    @property
    def start(self) -> datetime.date:
        """Another weekday with each seed; clock changes fall into some months."""
        return datetime.date(2026, 9, 1) + datetime.timedelta(days=self.seed * 5 % 31)


class Month:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.rng = random.Random(f"{settings.seed}/{settings.split}")
        self.sites = world.sites_of(self.rng, settings.sites)
        self.leaders = world.leaders_of()
        self.floor = Floor(self.rng, self.sites, world.Clock(settings.start),
                           settings.days)
        self.writer = texts.Writer(self.rng, settings.plain)
        self.issues = texts.issues(settings.split, settings.data)
        for issue in self.issues:
            self.writer.bind(issue)
        self.stories = self.plant()
        self.chronic: dict[str, dict[str, Any]] = {}
        self.reports = [report for story in self.stories for report in story.reports]
        self.reports += self.strays()
        self.reports += self.always_there()

    def plant(self) -> list[Story]:
        rng, free = self.rng, list(self.issues)
        stories: list[Story] = []
        for kind in ALWAYS + tuple(rng.sample(SOMETIMES, rng.randint(0, 3))):
            fit, make, needs, must_show = KINDS[kind]
            fitting = [issue for issue in free if fit in issue.fits]
            # Something must stay free to be told apart from the stories.
            if not fitting or needs > self.settings.days - WARM_UP_DAYS:
                continue
            issue = rng.choice(fitting)
            free.remove(issue)
            first = rng.randint(WARM_UP_DAYS + 1, self.settings.days - 1 - needs)
            name = f"s{len(stories) + 1:02d}-{kind}"
            stories.append(Story(name, kind, issue, must_show, first,
                                 make(self.floor, issue, first)))
            if kind == "fix_failed":
                again = first + 5 + rng.randint(5, 7)
                stories.append(Story(name + "-back", "came_back", issue, True, again,
                                     make(self.floor, issue, again)))
        self.free = free
        return stories

    def strays(self) -> list[Report]:
        """A few people say it in other weeks too, about half of the stories."""
        rng = self.rng
        reports = []
        for story in self.stories:
            if story.kind in ("safety", "came_back", *ON_BASE) or \
                    rng.random() < 0.5:
                continue
            sites = self.floor.eligible(story.issue)
            for _ in range(rng.randint(1, 5)):
                reports.append(self.floor.report(story.issue, rng.choice(sites),
                                                 rng.randrange(self.settings.days)))
        return reports

    def always_there(self) -> list[Report]:
        rng = self.rng
        pairs = {story.issue.confusable for story in self.stories}
        chosen = [issue for issue in self.free
                  if not issue.fits & {"product", "safety"} and (
                      "chronic" in issue.fits or issue.id in pairs
                      or rng.random() < 0.8)]
        weekend = [issue.id for issue in chosen if "weekend" in issue.fits]
        weekend = rng.sample(weekend, min(WEEKEND_ONLY, len(weekend)))
        weights = {}
        for issue in chosen:
            loudness = rng.lognormvariate(0, 1.2)
            if "chronic" not in issue.fits:
                loudness *= 0.3
            weights[issue.id] = loudness * (0.25 if issue.id in weekend else 1)
        settings = self.settings
        count = settings.observations * (1 - ONE_OFF_SHARE) - len(self.reports)
        scale = max(0.0, count) / settings.days / sum(weights.values())
        reports = []
        for issue in chosen:
            rate = max(0.5, weights[issue.id] * scale)
            profile = "weekend" if issue.id in weekend else "week"
            self.chronic[issue.id] = {"per_day": round(rate, 1), "profile": profile}
            reports += self.chronic_reports(issue, rate, profile)
        return reports

    def chronic_reports(self, issue: Issue, rate: float, profile: str) -> list[Report]:
        rng, floor = self.rng, self.floor
        sites = floor.eligible(issue)
        picker = Picker(sites, [site.weight * rng.gammavariate(2, 0.5) for site in sites])
        channel, nightly = issue.channels[0], "night" in issue.fits
        week = WEEKEND if profile == "weekend" else WEEK[channel]
        first_reports = rate * (1 - CLUMP) * 7 / sum(week)
        drift = rng.uniform(-0.006, 0.006)
        reports = []
        for day in range(self.settings.days):
            weekday = (self.settings.start + datetime.timedelta(days=day)).weekday()
            mean = first_reports * week[weekday] * (1 + drift * day) * \
                rng.lognormvariate(0, 0.12)
            for _ in range(floor.poisson(mean)):
                site = picker.draw(rng)
                shift = "night" if nightly and rng.random() < 0.7 else None
                reports.append(floor.report(issue, site, day, shift))
                # Colleagues hear of it and write as well: reports come in clumps.
                while rng.random() < CLUMP:
                    reports.append(floor.report(issue, site, day, shift))
        return reports

    def severity(self, report: Report) -> int:
        rng = self.rng
        if report.urgent:
            return 5
        if rng.random() < self.settings.severity5:
            return 5
        value = rng.choice(report.issue.severities)
        if rng.random() < 0.2:
            value += rng.choice((-1, 1))
        return min(4, max(1, value))

    def tags(self, report: Report) -> list[str]:
        rng = self.rng
        if report.urgent:
            return ["safety"] if rng.random() < 0.6 else []
        draw = rng.random()
        if draw < 0.14:
            return [rng.choice(report.issue.topic.split("_")).replace("_", "-")]
        if draw < 0.2:
            return [rng.choice((report.site.channel.replace("_", "-"), report.shift,
                                "urgent", "customer", "team", "again"))]
        return []

    def row(self, report: Report) -> dict[str, Any]:
        row: dict[str, Any] = {
            "text": self.writer.write(report.issue, report.person.language),
            "site": report.site.id, "channel": report.site.channel,
            "shift": report.shift, "severity": self.severity(report)}
        if tags := self.tags(report):
            row["tags"] = tags
        if report.person.named:
            row["reporter"] = report.person.key
        return row

    def one_off_rows(self) -> list[tuple[int, dict[str, Any]]]:
        rng = self.rng
        wordings = texts.one_offs(self.settings.data)
        rows = []
        for _ in range(int(self.settings.observations * ONE_OFF_SHARE)):
            _, wording = rng.choice(wordings)
            site = rng.choice(self.sites)
            shift = rng.choices(site.shifts, site.shares)[0]
            person = self.floor.voice(site, shift)
            begin, end = world.SHIFT_HOURS[shift]
            at = self.floor.clock.utc(site.zone, rng.randrange(self.settings.days),
                                      rng.uniform(begin, end))
            row = {"text": self.writer.write_one_off(wording), "site": site.id,
                   "channel": site.channel, "shift": shift,
                   "severity": rng.choice((1, 1, 2, 2, 3))}
            if person.named:
                row["reporter"] = person.key
            rows.append((at, row))
        return rows

    def arrival(self, at: int, last: int) -> int:
        """Three in a hundred come late, up to nine days, but within the month."""
        if self.rng.random() >= self.settings.late:
            return at
        late = at + int(self.rng.uniform(0.1, LATE_DAYS) * 86400)
        return late if late < last else at

    def write(self, out: pathlib.Path) -> None:
        """observations.jsonl, organisation.json and truth.json."""
        last = self.floor.clock.utc(world.zoneinfo.ZoneInfo("UTC"),
                                    self.settings.days, 0)
        made: list[tuple[int, int, dict[str, Any], Report | None]] = []
        for report in self.reports:
            made.append((self.arrival(report.at, last), report.at,
                         self.row(report), report))
        for at, row in self.one_off_rows():
            made.append((self.arrival(at, last), at, row, None))
        made.sort(key=lambda entry: (entry[0], entry[1]))
        out.mkdir(parents=True, exist_ok=True)
        with open(out / "observations.jsonl", "w", encoding="utf-8") as opened:
            for number, (arrived, at, row, _) in enumerate(made, 1):
                first = {"id": f"o{number:06d}", "observed_at": stamp(at)}
                if arrived != at:
                    first["received_at"] = stamp(arrived)
                opened.write(json.dumps(first | row, ensure_ascii=False) + "\n")
        write_json(out / "organisation.json",
                   world.organisation(self.sites, self.leaders))
        arrivals = [(f"o{number:06d}", arrived, report)
                    for number, (arrived, _, _, report) in enumerate(made, 1)]
        write_json(out / "truth.json", onset.truth(self, arrivals))


def stamp(at: int) -> str:
    return datetime.datetime.fromtimestamp(at, datetime.timezone.utc).strftime(
        "%Y-%m-%dT%H:%M:%SZ")


def write_json(path: pathlib.Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n",
                    encoding="utf-8")
