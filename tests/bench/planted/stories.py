"""The planted stories: each kind says who reports what, where and when.

A story adds reports to the month; what they say is its issue's.
"""

import dataclasses
import random
from collections.abc import Callable

from texts import Issue
from world import Clock, Person, Picker, Site, SHIFT_HOURS

WARM_UP_DAYS = 7


@dataclasses.dataclass
class Report:
    at: int  # UTC seconds
    site: Site
    shift: str
    person: Person
    issue: Issue
    urgent: bool = False
    planted: bool = True  # not what the issue brings in every week


@dataclasses.dataclass
class Story:
    id: str
    kind: str
    issue: Issue
    must_show: bool
    first_day: int
    reports: list[Report] = dataclasses.field(default_factory=list)


class Floor:
    """Makes reports: who is at a site in a shift, and at what hour they write."""

    def __init__(self, rng: random.Random, sites: list[Site], clock: Clock,
                 days: int) -> None:
        self.rng, self.sites, self.clock, self.days = rng, sites, clock, days
        self.voices: dict[tuple[str, str], Picker] = {}

    def eligible(self, issue: Issue, region: str | None = None) -> list[Site]:
        return [site for site in self.sites if site.channel in issue.channels
                and region in (None, site.region)]

    def some(self, sites: list[Site], low: int, high: int) -> list[Site]:
        count = min(len(sites), self.rng.randint(low, high))
        return self.rng.sample(sites, count)

    def voice(self, site: Site, shift: str) -> Person:
        """A few people write most of what is written."""
        picker = self.voices.get((site.id, shift))
        if picker is None:
            people = site.people[shift]
            picker = self.voices[site.id, shift] = Picker(
                people, [self.rng.paretovariate(1.6) for _ in people])
        return picker.draw(self.rng)

    def report(self, issue: Issue, site: Site, day: int, shift: str | None = None,
               person: Person | None = None) -> Report:
        rng = self.rng
        if person is not None:
            shift = person.shift
        elif shift is None or shift not in site.people:
            shift = rng.choices(site.shifts, site.shares)[0]
        begin, end = SHIFT_HOURS[shift]
        at = self.clock.utc(site.zone, day, rng.uniform(begin, end))
        return Report(at, site, shift, person or self.voice(site, shift), issue)

    def at_hour(self, issue: Issue, site: Site, day: int, hour: float) -> Report:
        """At that hour, by whoever is there."""
        hour_of_day = hour % 24
        shift = next(name for name, (begin, end) in SHIFT_HOURS.items()
                     if begin <= hour_of_day < end or hour_of_day + 24 < end)
        people = site.people.get(shift) or next(iter(site.people.values()))
        return Report(self.clock.utc(site.zone, day, hour), site, shift,
                      self.rng.choice(people), issue)

    def poisson(self, mean: float) -> int:
        if mean > 60:
            return max(0, round(self.rng.gauss(mean, mean ** 0.5)))
        count, left = 0, self.rng.expovariate(1)
        while left < mean:
            count += 1
            left += self.rng.expovariate(1)
        return count

    def spell(self, issue: Issue, sites: list[Site], first: int, last: int,
              per_day: float) -> list[Report]:
        """A steady number a day at these sites, days first to last."""
        picker = Picker(sites, [site.weight for site in sites])
        return [self.report(issue, picker.draw(self.rng), day)
                for day in range(first, min(last, self.days - 1) + 1)
                for _ in range(self.poisson(per_day))]


def loudness(rng: random.Random, low: float, high: float) -> float:
    """Between both, as often below as above their geometric mean."""
    return low * (high / low) ** rng.random()


def outage(floor: Floor, issue: Issue, first: int) -> list[Report]:
    rng = floor.rng
    region = rng.choice(sorted({site.region for site in floor.eligible(issue)}))
    sites = floor.eligible(issue, region)
    count = max(min(4, len(sites)), int(len(sites) * rng.uniform(0.4, 0.95)))
    sites = rng.sample(sites, count)
    begin, lasts, share = rng.uniform(7, 13), rng.uniform(3, 9), loudness(rng, 0.1, 1)
    reports = []
    for site in sites:
        crowd = sum(len(people) for people in site.people.values())
        for _ in range(1 + floor.poisson(crowd * share * rng.uniform(0.3, 1.2))):
            hour = begin + lasts * rng.betavariate(1.3, 1.8)
            reports.append(floor.at_hour(issue, site, first, hour))
        if rng.random() < 0.2:
            reports.append(floor.report(issue, site, first + 1))
    return reports


def growth(floor: Floor, issue: Issue, first: int) -> list[Report]:
    """From nothing, twice as many every two or three days."""
    rng = floor.rng
    start, doubles, lasts = rng.uniform(1, 2.5), rng.uniform(2, 3.2), rng.randint(9, 12)
    sites = floor.some(floor.eligible(issue), 40, 150)
    return [report for day in range(lasts) for report in floor.spell(
        issue, sites, first + day, first + day, start * 2 ** (day / doubles))]


def growth_from_base(floor: Floor, issue: Issue, first: int) -> list[Report]:
    """It was always there; the rate doubles within ten days, or sooner, and stays
    high then."""
    rng = floor.rng
    base, doubles, lasts = rng.uniform(4, 40), rng.uniform(7, 10), rng.randint(14, 18)
    sites = floor.some(floor.eligible(issue), 60, 200)
    reports = [report for day in range(floor.days) for report in floor.spell(
        issue, sites, day, day, base * 2 ** (min(max(0, day - first), lasts) / doubles))]
    began = floor.clock.utc(sites[0].zone, first, 0)
    for report in reports:
        report.planted = report.at >= began
    return reports


def regional_rise(floor: Floor, issue: Issue, first: int) -> list[Report]:
    """It is everywhere; in one region it becomes three times as much for some days."""
    rng = floor.rng
    everywhere = floor.eligible(issue)
    region = rng.choice(sorted({site.region for site in everywhere}))
    there = floor.eligible(issue, region)
    base = loudness(rng, 12, 150)
    extra = base * len(there) / len(everywhere) * rng.uniform(1.5, 3)
    lasts = rng.randint(4, 7)
    usual = floor.spell(issue, everywhere, 0, floor.days - 1, base)
    for report in usual:
        report.planted = False
    return usual + floor.spell(issue, there, first, first + lasts - 1, extra)


def night(floor: Floor, issue: Issue, first: int) -> list[Report]:
    rng = floor.rng
    sites = floor.some([site for site in floor.eligible(issue)
                        if "night" in site.people], 15, 50)
    share, lasts = rng.uniform(0.2, 0.45), rng.randint(5, 9)
    return [floor.report(issue, site, day, "night")
            for day in range(first, min(first + lasts, floor.days))
            for site in sites if rng.random() < share
            for _ in range(rng.choice((1, 1, 2)))]


def product(floor: Floor, issue: Issue, first: int) -> list[Report]:
    """A few sites at first, then ever more."""
    rng = floor.rng
    sites = floor.some(floor.eligible(issue), 40, 110)
    doubles, each = rng.uniform(1.5, 2.8), loudness(rng, 0.5, 4)
    return [report for day in range(rng.randint(9, 13)) for report in floor.spell(
        issue, sites[:max(3, int(3 * 2 ** (day / doubles)))], first + day, first + day,
        each * min(len(sites), max(3, int(3 * 2 ** (day / doubles)))))]


def fixed(floor: Floor, issue: Issue, first: int) -> list[Report]:
    rng = floor.rng
    sites = floor.some(floor.eligible(issue), 15, 60)
    last = first + rng.randint(3, 5)
    return floor.spell(issue, sites, first, last, loudness(rng, 12, 300))


def step(floor: Floor, issue: Issue, first: int) -> list[Report]:
    rng = floor.rng
    sites = floor.some(floor.eligible(issue), 25, 90)
    last = first + rng.randint(3, 8)
    return floor.spell(issue, sites, first, last, loudness(rng, 25, 700))


def safety(floor: Floor, issue: Issue, first: int) -> list[Report]:
    rng = floor.rng
    sites = floor.some(floor.eligible(issue), 1, 3)
    reports = [floor.at_hour(issue, rng.choice(sites), first + rng.choice((0, 0, 1)),
                             rng.uniform(6, 20)) for _ in range(rng.randint(4, 8))]
    for report in reports:
        report.urgent = True
    return reports


def small(floor: Floor, issue: Issue, first: int) -> list[Report]:
    """Five to eight people at four sites within two days."""
    rng = floor.rng
    sites = floor.eligible(issue)
    if rng.random() < 0.6:
        region = rng.choice([site.region for site in sites])
        sites = [site for site in sites if site.region == region]
    sites = rng.sample(sites, min(4, len(sites)))
    people: list[tuple[Site, Person]] = []
    for site in sites:
        named = [person for shift in site.people.values() for person in shift
                 if person.named]
        people += [(site, person) for person in rng.sample(named, min(2, len(named)))]
    more = min(len(people) // 2, rng.randint(1, 4))
    chosen = people[::2] + rng.sample(people[1::2], more)
    reports = [floor.report(issue, site, first + rng.randint(0, 1), person=person)
               for site, person in chosen]
    return reports + [floor.report(issue, site, first + 1, person=person)
                      for site, person in chosen if rng.random() < 0.25]


def praise(floor: Floor, issue: Issue, first: int) -> list[Report]:
    rng = floor.rng
    sites = floor.some(floor.eligible(issue), 15, 50)
    return floor.spell(issue, sites, first, first + rng.randint(3, 5), loudness(rng, 8, 60))


def loud(floor: Floor, issue: Issue, first: int) -> list[Report]:
    """One person, again and again."""
    rng = floor.rng
    site = rng.choice(floor.eligible(issue))
    person = dataclasses.replace(rng.choice(site.people[site.shifts[0]]), named=True)
    lasts = rng.randint(4, 12)
    return [floor.report(issue, site, min(first + rng.randrange(lasts), floor.days - 1),
                         person=person) for _ in range(rng.randint(40, 150))]


MakeReports = Callable[[Floor, Issue, int], list[Report]]
# Kind: what an issue must be fit for, who makes it, days it needs, must it show.
KINDS: dict[str, tuple[str, MakeReports, int, bool]] = {
    "regional_outage": ("outage", outage, 3, True),
    "slow_growth": ("growth", growth, 12, True),
    "growth_from_base": ("growth", growth_from_base, 16, True),
    "regional_rise": ("step", regional_rise, 7, True),
    "night_shift": ("night", night, 8, True),
    "new_product": ("product", product, 11, True),
    "fix_held": ("fix", fixed, 7, True),
    "fix_failed": ("fix", fixed, 18, True),
    "step": ("step", step, 8, True),
    "safety": ("safety", safety, 3, True),
    "small": ("small", small, 3, True),
    "praise": ("praise", praise, 6, True),
    "loud_person": ("loud", loud, 9, False),
}
# The issue has reports in every week; see onset.py.
ON_BASE = ("growth_from_base", "regional_rise")
ALWAYS = ("safety", "new_product", "night_shift", "praise", "loud_person", "small",
          "fix_failed", "regional_outage", "growth_from_base", "slow_growth",
          "fix_held", "step", "regional_rise")
SOMETIMES = ("regional_rise", "step", "small", "small", "regional_outage", "new_product")
