"""Three agents, a router and a feed, whose use is written down as a history."""

import dataclasses
import json
import pathlib
import random
import re
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from typing import Any

import history
import programs
from fault_proxy import FaultProxy
from programs import eventually

SITES = {"store-1": "store-014", "store-2": "store-022", "depot": "depot-3"}
LEADER = "amara"
ORGANISATION = "".join(
    f'sites {{ id: "{site}" channel: "store" region: "north" }}\n'
    for site in SITES.values()) + f'leaders {{ id: "{LEADER}" name: "Amara Osei" }}\n'
SUBSCRIPTIONS = (f'subscriptions {{ id: "often" leader: "{LEADER}" '
                 'cadence: EVERY_MINUTES minutes: 1 }\n')
URGENT_SEVERITY = 5
# Different ones are different insights; each is said by many.
TEXTS = tuple(
    f"The {thing} {fault}" for thing in ("till", "dock gate", "freezer", "lift",
                                         "card reader", "label printer")
    for fault in ("froze again", "is out of order", "makes a strange noise"))
TALLY = re.compile(r"read (\d+) +recorded (\d+) +already known (\d+) +refused (\d+)")


@dataclasses.dataclass
class Row:
    """One report of an import: `bad` ones are refused where they are given."""

    name: str
    text: str
    severity: int
    bad: bool = False

    @property
    def lane(self) -> int:
        return 0 if self.severity == URGENT_SEVERITY else 1

    def json(self) -> str:
        # Whatever the words sound like, leaders get to see it.
        return json.dumps({"id": self.name, "text": self.text, "tags": [self.name],
                           "kind": "pain_point",
                           "severity": 9 if self.bad else self.severity,
                           "reporter": f"person {self.name}"})


class Deployment:
    """`proxies`: every program reaches the router through a fault proxy."""

    def __init__(self, folder: pathlib.Path, seed: int, proxies: bool = False,
                 router_config: str = "") -> None:
        self.folder = folder
        self.random = random.Random(seed)
        self.history = history.History()
        self.proxies: list[FaultProxy] = []
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "organisation.conf").write_text(ORGANISATION)
        (folder / "subscriptions.conf").write_text(SUBSCRIPTIONS)
        self.router = programs.Router(
            folder / "router",
            f'organisation_file: "{folder / "organisation.conf"}"\n'
            f'subscriptions_file: "{folder / "subscriptions.conf"}"\n' + router_config)
        self.router.start()
        self.agents: dict[str, programs.Agent] = {}
        for name, site in SITES.items():
            agent = programs.Agent(folder / name, self.router, site,
                                   self._way(seed, proxies))
            self.agents[name] = agent
            self.router.enrol(name, agent.public_key, site)
        self.feed = programs.Feed(folder / "feed", self.router, self._way(seed, proxies))
        self.router.enrol("feed", self.feed.public_key, role="feed")

    def _way(self, seed: int, proxied: bool) -> str:
        if not proxied:
            return ""
        port = int(self.router.listen.rpartition(":")[2])
        self.proxies.append(FaultProxy("127.0.0.1", port, seed + len(self.proxies)))
        return self.proxies[-1].endpoint

    def start(self) -> None:
        for program in (*self.agents.values(), self.feed):
            program.start()

    def all(self) -> list[programs.Program]:
        return [self.router, self.feed, *self.agents.values()]

    def stop(self) -> None:
        """Agents and feed first, so that the router has heard of all."""
        for program in reversed(self.all()):
            program.stop()

    def close(self) -> None:
        for program in self.all():
            program.kill()
        for proxy in self.proxies:
            proxy.close()

    # What people do. A command that did not end well may have worked.

    def _run(self, program: programs.Program, *arguments: str, stdin: str = "",
             kill_after: float | None = None) -> tuple[int, str]:
        process = subprocess.Popen(
            program.line(*arguments), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True)
        try:
            output, _ = process.communicate(stdin, kill_after or 90)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            output, _ = process.communicate()
        return process.returncode, output

    def observe(self, who: str, row: Row) -> None:
        """One person's report; a bad one is refused."""
        note: Callable[[str], None] = lambda outcome: self.history.add(
            "report", outcome=outcome, who=who, id=row.name, lane=row.lane)
        note("invoked")
        severity = "9" if row.bad else str(row.severity)
        code, _ = self._run(self.agents[who], "observe", row.text, "--tag", row.name,
                            "--severity", severity)
        note("refused" if row.bad and code > 0 else "ok" if code == 0 else "unknown")

    def import_rows(self, who: str, rows: list[Row], kill_after: float | None = None,
                    agent: programs.Agent | None = None) -> bool:
        """Rows of one source; true once all of them were taken. `agent`: of
        which `who` is the name, if it is none of the three."""
        def note(outcome: str, some: list[Row]) -> None:
            for row in some:
                self.history.add("report", outcome=outcome, who=who, id=row.name,
                                 lane=row.lane)

        note("invoked", rows)
        _, output = self._run(agent or self.agents[who], "import", "-", "--source", "run",
                              stdin="".join(row.json() + "\n" for row in rows),
                              kill_after=kill_after)
        good = [row for row in rows if not row.bad]
        bad = [row for row in rows if row.bad]
        tally = TALLY.search(output)
        numbers = [int(number) for number in tally.groups()] if tally else [0] * 4
        whole = (numbers[0], numbers[1] + numbers[2], numbers[3]) == (
            len(rows), len(good), len(bad))
        note("ok" if whole else "unknown", good)
        note("refused", bad)
        return whole

    def answer(self, insight: int, text: str) -> None:
        note: Callable[[str], None] = lambda outcome: self.history.add(
            "answer", outcome=outcome, who=LEADER, id=text, insight=insight)
        note("invoked")
        code, _ = self._run(self.feed, "answer", str(insight), text, "--as", LEADER)
        note("ok" if code == 0 else "unknown")

    def digest(self) -> dict[str, Any]:
        """The leader's, as of now; empty while the feed is away."""
        code, output = self._run(self.feed, "digest", "--for", LEADER, "--format", "json")
        return json.loads(output) if code == 0 else {}

    # The end.

    def settled(self) -> bool:
        """Nothing is on its way any more."""
        for agent in self.agents.values():
            if any(lane["spooled"] != lane["acked"] for lane in agent.status()["lanes"]):
                return False
        feed = self.feed.status()
        router = self.router.status()
        if feed["decisions_waiting"] or router["backlog"]:
            return False
        if router["answers_not_yet_delivered"]:
            return False
        newest = history.rows(
            self.router.folder / "state/views.db",
            "SELECT MAX(seq) FROM (SELECT seq FROM insights UNION ALL "
            "SELECT seq FROM mirrored)")[0][0]
        return feed["seq"] == newest

    def wait_until_settled(self, seconds: float = 90) -> None:
        eventually("all is delivered and mirrored", self.settled, seconds)

    def read_stores(self) -> Iterator[dict[str, Any]]:
        """What the stores of all say; the programs have ended."""
        stores = history.RouterStores(self.router)
        yield from stores.events()
        for name, agent in self.agents.items():
            yield from stores.shown_on(name, agent.folder / "state")
        yield from history.mirrored(self.feed)
        yield from history.digests(self.feed)

    def findings(self, path: pathlib.Path) -> list[dict[str, str]]:
        """Ends all, and what is wrong with what they did."""
        self.stop()
        self.history.extend(self.read_stores())
        self.history.write(path)
        return history.findings(path)


class Reporter(threading.Thread):
    """Reports at one agent until `stop`, one command after the other, and gives
    what may not have gone in again at the end."""

    def __init__(self, deployment: Deployment, who: str, seed: int,
                 stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self._deployment = deployment
        self._who = who
        self._random = random.Random(seed)
        self._stop_event = stop
        self._number = 0
        self._doubtful: list[list[Row]] = []
        self.failure: BaseException | None = None

    def _row(self) -> Row:
        self._number += 1
        chance = self._random.random()
        return Row(f"{self._who}-r{self._number}", self._random.choice(TEXTS),
                   URGENT_SEVERITY if chance < 0.1 else self._random.randint(1, 4),
                   bad=chance > 0.98)

    def _import(self, rows: list[Row], kill_after: float | None = None) -> None:
        if not self._deployment.import_rows(self._who, rows, kill_after):
            self._doubtful.append(rows)

    def _step(self) -> None:
        chance = self._random.random()
        if chance < 0.5:
            self._deployment.observe(self._who, self._row())
            return
        if chance < 0.6 and self._doubtful:
            self._import(self._doubtful.pop())
            return
        rows = [self._row() for _ in range(self._random.randint(5, 60))]
        killed = self._random.random() < 0.1
        self._import(rows, self._random.uniform(0.001, 0.05) if killed else None)

    def run(self) -> None:
        try:
            while not self._stop_event.is_set():
                self._step()
                self._stop_event.wait(self._random.uniform(0, 0.3))
        except BaseException as failure:  # handed to who joins
            self.failure = failure


class Answerer(threading.Thread):
    """A leader who answers what the digest shows, each insight a few times."""

    MOST_EACH = 3

    def __init__(self, deployment: Deployment, seed: int, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self._deployment = deployment
        self._random = random.Random(seed)
        self._stop_event = stop
        self.failure: BaseException | None = None

    def run(self) -> None:
        answered: dict[int, int] = {}
        number = 0
        try:
            while not self._stop_event.wait(self._random.uniform(0.2, 1.5)):
                listed = programs.digest_items(self._deployment.digest())
                open_ones = [insight for insight in listed
                             if answered.get(insight, 0) < self.MOST_EACH]
                if not open_ones:
                    continue
                insight = self._random.choice(open_ones)
                answered[insight] = answered.get(insight, 0) + 1
                number += 1
                self._deployment.answer(insight, f"Reply {number}: we are on it")
        except BaseException as failure:  # handed to who joins
            self.failure = failure
