"""A company as pages are looked at: nine sites, four leaders, a month of reports."""

import datetime
import json
import pathlib
import random
import urllib.parse

import programs
from page_visit import PASSWORD, Visit
from programs import eventually

SOURCE = programs.SOURCE
SITES = {
    "store": (("store-014", "store-022", "store-031"), "store"),
    "contact-center": (("cc-north", "cc-south", "claims-east", "claims-west"), "contact_center"),
    "depot": (("depot-3", "depot-5"), "delivery"),
}
# What is said, how often in a month, how bad, by whom, and on which shifts.
STORIES = (
    ("store", "The self-checkout lanes freeze right after the loyalty card is scanned", 46, 4,
     "pain_point", ("afternoon", "evening"), "rising"),
    ("store", "Shelf tags still show last week's price and the till charges more", 31, 3,
     "pain_point", ("morning", "afternoon"), "steady"),
    ("contact-center", "Customers call twice because the claim letter gives no date", 58, 3,
     "process_gap", ("morning", "afternoon"), "steady"),
    ("contact-center", "The app signs people out in the middle of a payment", 22, 4,
     "pain_point", ("evening", "night"), "new"),
    ("contact-center", "I may not waive a five dollar fee without asking a supervisor", 17, 2,
     "process_gap", ("morning", "afternoon", "evening"), "steady"),
    ("depot", "The dock gate code stops working after midnight", 27, 3, "pain_point",
     ("night",), "rising"),
    ("depot", "The new route sheets put the heavy parcels last and we reload twice", 13, 3,
     "idea", ("morning",), "falling"),
    ("store", "A customer came back only to thank the pharmacy team for the delivery", 9, 1,
     "praise", ("morning", "afternoon"), "steady"),
)


class Scene:
    """Router, feed with its page, and an agent at each place; `close` ends them."""

    def __init__(self, folder: pathlib.Path, seed: int = 1) -> None:
        self.random = random.Random(seed)
        self.folder = folder
        subscriptions = folder / "subscriptions.conf"
        subscriptions.write_text(
            'subscriptions { id: "amara-daily" leader: "amara" at: "08:00" top: 5 }\n'
            'subscriptions { id: "jonas-week" leader: "jonas" cadence: WEEKLY weekday: "monday"'
            ' at: "09:00" quiet_from: "20:00" quiet_to: "07:00" }\n')
        self.router = programs.Router(
            folder / "router",
            f'organisation_file: "{SOURCE / "deploy/example/organisation.conf"}"\n'
            f'subscriptions_file: "{subscriptions}"\n')
        self.router.start()
        self.agents: dict[str, programs.Agent] = {}
        for name, (sites, channel) in SITES.items():
            agent = programs.Agent(folder / name, self.router, sites[0])
            with agent.config.open("a", encoding="utf-8") as config:
                config.write(f'channel: "{channel}"\npage_listen: "127.0.0.1:0"\n'
                             'phone_page { listen: "127.0.0.1:0" }\n')
            self.router.enrol(name, agent.public_key, *sites)
            port = agent.start()["page_port"]
            self.agents[name] = agent
        self.agent_url = f"http://127.0.0.1:{port}"  # of the last one, the depot
        self.feed = programs.Feed(folder / "feed", self.router)
        self.router.enrol("feed", self.feed.public_key, role="feed")
        self.port = programs.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        with self.feed.config.open("a", encoding="utf-8") as config:
            config.write(f'http_listen: "127.0.0.1:{self.port}"\npublic_url: "{self.url}"\n')
        self.feed.start()
        for leader in ("amara", "jonas", "pilar"):
            self.feed.command("password", leader, stdin=PASSWORD + "\n")
        self.token = self.feed.command("token", "amara").split()[-1]

    def close(self) -> None:
        for program in (*self.agents.values(), self.feed, self.router):
            program.kill()

    def _age(self, course: str) -> float:
        """Days ago."""
        chance = self.random.random()
        if course == "rising":
            return 28 * chance ** 3
        if course == "falling":
            return 28 * (1 - chance ** 3)
        return (2 if course == "new" else 28) * chance

    def fill(self) -> None:
        now = datetime.datetime.now(datetime.timezone.utc)
        for name, agent in self.agents.items():
            sample = (SOURCE / f"deploy/sample/{name}.jsonl").read_text(encoding="utf-8")
            agent.command("import", "-", "--source", "sample", stdin=sample)
            rows = []
            for place, text, times, severity, kind, shifts, course in STORIES:
                if place != name:
                    continue
                for number in range(times):
                    site = self.random.choice(SITES[name][0])
                    at = now - datetime.timedelta(days=self._age(course))
                    rows.append(json.dumps({
                        "text": text, "site": site, "severity": severity, "kind": kind,
                        "shift": self.random.choice(shifts), "quote": True,
                        "reporter": f"{site}-{number % 23}",
                        "observed_at": at.strftime("%Y-%m-%dT%H:%M:%SZ")}))
            agent.command("import", "-", "--source", "month", stdin="\n".join(rows) + "\n")
        eventually("all is mirrored", self.settled, 90)

    def settled(self) -> bool:
        if any(lane["spooled"] != lane["acked"] for agent in self.agents.values()
               for lane in agent.status()["lanes"]):
            return False
        if self.router.status()["backlog"]:
            return False
        gate, checkout = (self.number_of(words)
                          for words in ("dock gate code", "freeze right after"))
        if not (gate and checkout):
            return False
        # The router counts who is in a scope every few seconds; until it is known to be
        # enough people, small groups hide days and places.
        visit = Visit(self.port, self.token)
        return visit.get(f"/api/v1/insights/{checkout}").json()["daily"] is not None

    def number_of(self, words: str) -> int:
        """Of the first insight that has these words; 0: none yet."""
        visit = Visit(self.port, self.token)
        found = visit.get("/api/v1/insights?q=" + urllib.parse.quote(words)).json()["items"]
        return found[0]["insight"] if found else 0

    def decide(self) -> None:
        """What leaders did so far."""
        gate = str(self.number_of("dock gate code"))
        self.feed.command("rename", gate, "Dock gate code at night", "--as", "amara")
        self.feed.command("answer", gate, "A new keypad is ordered and comes on Thursday.",
                          "--as", "amara")
        checkout = str(self.number_of("freeze right after"))
        self.feed.command("ack", checkout, "--as", "amara")
        self.feed.command("assign", checkout, "--owner", "Store systems", "--due", "7d",
                          "--as", "amara")
        self.feed.command("ask", "Does it also freeze without a loyalty card?", "--insight",
                          checkout, "--choice", "yes", "--choice", "no", "--as", "amara")
