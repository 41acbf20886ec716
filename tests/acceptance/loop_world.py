"""Real programs for tests of the loop: set-up, and what the tests say often."""

import json
import pathlib
import subprocess
import unittest

import programs
from programs import eventually

GATE = "The dock gate code stops working after midnight"
LEADERS = """
sites {{ id: "depot-3" channel: "delivery" region: "north" }}
sites {{ id: "store-014" channel: "store" region: "south" }}
leaders {{ id: "amara" name: "Amara Osei" public_key: "{key}" }}
leaders {{ id: "jonas" name: "Jonas Lindqvist" scope {{ sites: "store-014" }} }}
"""
SUBSCRIPTIONS = """
subscriptions { id: "often" leader: "amara" cadence: EVERY_MINUTES minutes: 1 }
"""


class LoopWorld(unittest.TestCase):
    """A router, a feed with two leaders, and an agent at each of two sites."""

    def setUp(self) -> None:
        folder = programs.new_folder()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        key_file = self.folder / "amara.key"
        subprocess.run([str(programs.BIN / "earshot-feed"), "leader-keygen", str(key_file)],
                       check=True, capture_output=True, timeout=30)
        self.key_file = key_file
        public = key_file.with_name("amara.key.pub").read_text().strip()
        (self.folder / "organisation.conf").write_text(LEADERS.format(key=public))
        (self.folder / "subscriptions.conf").write_text(SUBSCRIPTIONS)
        self.router = programs.Router(
            self.folder / "router",
            f'organisation_file: "{self.folder / "organisation.conf"}"\n'
            f'subscriptions_file: "{self.folder / "subscriptions.conf"}"\n')
        self.addCleanup(self.router.kill)
        self.router.start()
        self.depot = self.new_agent("depot", "depot-3")
        self.store = self.new_agent("store", "store-014")
        self.feed = programs.Feed(self.folder / "feed", self.router)
        self.addCleanup(self.feed.kill)
        self.router.enrol("feed", self.feed.public_key, role="feed")
        self.feed.start()

    def new_agent(self, name: str, site: str) -> programs.Agent:
        agent = programs.Agent(self.folder / name, self.router, site)
        self.addCleanup(agent.kill)
        self.router.enrol(name, agent.public_key, site)
        agent.start()
        return agent

    def report(self, agent: programs.Agent, text: str, people: int) -> None:
        rows = "".join(json.dumps({"text": text, "reporter": f"person-{index}",
                                   "severity": 3}) + "\n" for index in range(people))
        # The same row of the same source is the same report wherever it is imported.
        agent.command("import", "-", "--source", f"{agent.folder.name} {text}", stdin=rows)

    def amara(self, *arguments: str) -> list[str]:
        return [str(programs.BIN / "earshot-feed"), *arguments, "--key", str(self.key_file),
                "--endpoint", self.feed.listen, "--feed-key", self.feed.public_key]

    def insight_of(self, leader: str, text: str) -> int:
        def found() -> int | None:
            for number, item in programs.digest_items(self.feed.digest(leader)).items():
                if text in item["title"]:
                    return number
            return None
        return eventually(f"{leader} sees it", found)

    @staticmethod
    def inbox_has(agent: programs.Agent, text: str) -> bool:
        return text in agent.command("inbox", "--json")

    def three_report(self) -> list[tuple[programs.Agent, str]]:
        """Two at the depot and one at the store: each with the receipt."""
        self.report(self.depot, "Something quite ordinary", 6)  # so that it is no slice
        receipts = []
        for agent, who in ((self.depot, "Ada"), (self.depot, "Ben"), (self.store, "Cem")):
            recorded = agent.command("observe", GATE, "--named", who)
            receipts.append((agent, recorded.split("receipt ")[1].split()[0]))
        return receipts

    def resolve(self, gate: int) -> None:
        self.feed.command("resolve", str(gate), "A new keypad is in", "--as", "amara")
        for agent in (self.depot, self.store):
            eventually("they are asked", lambda agent=agent: "A new keypad" in agent.command(
                "inbox", "--json") and "verdict yes" in agent.command("inbox"))

    def state_of(self, insight: int) -> dict[str, object]:
        return programs.digest_items(self.feed.digest("amara")).get(insight, {})
