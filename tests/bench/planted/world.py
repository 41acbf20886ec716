"""Who there is: regions, sites, the people at them, and the leaders with their
scopes. Everything comes from the random numbers that are handed in.
"""

import bisect
import dataclasses
import datetime
import itertools
import random
import zoneinfo
from typing import Any

REGIONS = (("northeast", "America/New_York", 0.30), ("midwest", "America/Chicago", 0.25),
           ("west", "America/Los_Angeles", 0.25), ("europe", "Europe/Paris", 0.20))
CHANNELS = (("store", "store", 0.60), ("contact_center", "cc", 0.12),
            ("claims", "claims", 0.13), ("delivery", "depot", 0.15))
PEOPLE = {"store": (8, 30), "contact_center": (30, 80), "claims": (15, 40),
          "delivery": (10, 30)}
# Hours of a shift and the share of people in it, by channel.
SHIFT_HOURS = {"morning": (6, 14), "afternoon": (14, 18), "evening": (18, 22),
               "night": (22, 30)}
SHIFT_SHARE = {"store": (0.45, 0.3, 0.19, 0.06), "contact_center": (0.5, 0.3, 0.17, 0.03),
               "claims": (0.66, 0.29, 0.04, 0.01), "delivery": (0.48, 0.2, 0.12, 0.2)}
LANGUAGES = {"europe": (("en", 0.45), ("es", 0.25), ("fr", 0.30)),
             "west": (("en", 0.88), ("es", 0.12)),
             "northeast": (("en", 0.92), ("es", 0.05), ("fr", 0.03)),
             "midwest": (("en", 0.95), ("es", 0.05))}


@dataclasses.dataclass(frozen=True)
class Person:
    key: str
    shift: str
    named: bool  # whether their rows carry a reporter
    language: str


@dataclasses.dataclass
class Site:
    id: str
    region: str
    channel: str
    zone: zoneinfo.ZoneInfo
    people: dict[str, list[Person]]  # by shift; none is empty
    weight: float
    shifts: list[str] = dataclasses.field(default_factory=list)
    shares: list[float] = dataclasses.field(default_factory=list)


@dataclasses.dataclass(frozen=True)
class Leader:
    id: str
    zone_name: str
    manager: str
    scope: dict[str, tuple[str, ...]]

    def sees(self, site: Site, topic: str, shift: str) -> bool:
        for key, value in (("regions", site.region), ("sites", site.id),
                           ("topics", topic), ("channels", site.channel),
                           ("shifts", shift)):
            if key in self.scope and value not in self.scope[key]:
                return False
        return True

    def row(self) -> dict[str, Any]:
        return {"id": self.id, "time_zone": self.zone_name, "manager": self.manager,
                "scope": {key: list(value) for key, value in self.scope.items()}}


class Picker:
    """Draws by weight, quickly and often."""

    def __init__(self, values: list[Any], weights: list[float]) -> None:
        self.values = values
        self.sums = list(itertools.accumulate(weights))

    def draw(self, rng: random.Random) -> Any:
        at = bisect.bisect(self.sums, rng.random() * self.sums[-1])
        return self.values[min(at, len(self.values) - 1)]


def people_of(rng: random.Random, site: str, channel: str,
              region: str) -> dict[str, list[Person]]:
    count = rng.randint(*PEOPLE[channel])
    people: dict[str, list[Person]] = {}
    languages = LANGUAGES[region]
    for number in range(count):
        shift = rng.choices(list(SHIFT_HOURS), SHIFT_SHARE[channel])[0]
        language = rng.choices([name for name, _ in languages],
                               [share for _, share in languages])[0]
        people.setdefault(shift, []).append(Person(
            f"{site}-p{number:02d}", shift, rng.random() < 0.88, language))
    return people


def sites_of(rng: random.Random, count: int) -> list[Site]:
    sites = []
    numbers: dict[str, int] = {}
    for index in range(count):
        region, zone, _ = stratified(REGIONS, index, count)
        # By another stride, so that each region has each channel.
        channel, prefix, _ = stratified(CHANNELS, index * 7 % count, count)
        numbers[prefix] = numbers.get(prefix, 0) + 1
        name = f"{prefix}-{numbers[prefix]:03d}"
        people = people_of(rng, name, channel, region)
        site = Site(name, region, channel, zoneinfo.ZoneInfo(zone), people,
                    rng.lognormvariate(0, 0.5))
        share = dict(zip(SHIFT_HOURS, SHIFT_SHARE[channel], strict=True))
        site.shifts = [shift for shift in SHIFT_HOURS if shift in people]
        site.shares = [share[shift] for shift in site.shifts]
        sites.append(site)
    return sites


def stratified(parts: tuple[tuple[str, str, float], ...], index: int,
               count: int) -> tuple[str, str, float]:
    at = (index + 0.5) / count
    for part in parts:
        if at < part[2]:
            return part
        at -= part[2]
    return parts[-1]


def leaders_of() -> list[Leader]:
    """Sixteen: all, the four regions, functions, and slices of both."""
    york = "America/New_York"
    leaders = [Leader("ceo", york, "", {})]
    leaders += [Leader(f"region-{name}", zone, "ceo", {"regions": (name,)})
                for name, zone, _ in REGIONS]
    for name, zone, manager, scope in (
            ("stores", "America/Chicago", "ceo", {"channels": ("store",)}),
            ("contact-center", york, "ceo", {"channels": ("contact_center",)}),
            ("claims", york, "ceo", {"topics": ("claims",)}),
            ("delivery", "America/Chicago", "ceo", {"channels": ("delivery",)}),
            ("digital", "America/Los_Angeles", "ceo",
             {"topics": ("digital_access", "tools_systems")}),
            ("payments", york, "ceo", {"topics": ("payments_billing", "returns_refunds",
                                                  "pricing_promotions")}),
            ("facilities", "America/Chicago", "ceo",
             {"topics": ("facilities_safety", "accessibility_language")}),
            ("people", york, "ceo",
             {"topics": ("staffing_scheduling", "handoffs", "policy_knowledge")}),
            ("nights", "America/Chicago", "stores", {"shifts": ("night",)}),
            ("europe-stores", "Europe/Paris", "region-europe",
             {"regions": ("europe",), "channels": ("store",)}),
            ("west-late", "America/Los_Angeles", "region-west",
             {"regions": ("west",), "shifts": ("evening", "night")})):
        leaders.append(Leader(name, zone, manager, scope))
    return leaders


def organisation(sites: list[Site], leaders: list[Leader]) -> dict[str, Any]:
    return {"sites": [{"id": site.id, "region": site.region,
                       "time_zone": site.zone.key} for site in sites],
            "leaders": [leader.row() for leader in leaders]}


class Clock:
    """Local times to UTC seconds; remembers the offsets, by zone and hour."""

    def __init__(self, start: datetime.date) -> None:
        self.start = start
        self.offsets: dict[tuple[str, int, int], int] = {}

    def utc(self, zone: zoneinfo.ZoneInfo, day: int, hour: float) -> int:
        """Of `hour` (it may pass 24) on the local day `day` of the month."""
        day, hour = day + int(hour // 24), hour % 24
        key = (zone.key, day, int(hour))
        begin = self.offsets.get(key)
        if begin is None:
            local = datetime.datetime.combine(
                self.start + datetime.timedelta(days=day),
                datetime.time(int(hour)), zone)
            begin = self.offsets[key] = int(local.timestamp())
        return begin + int(hour % 1 * 3600)
