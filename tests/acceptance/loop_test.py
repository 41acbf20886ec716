#!/usr/bin/env python3
"""The loop on real programs: reports in, a digest out, an answer back."""

import json
import pathlib
import signal
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


class LoopTest(unittest.TestCase):
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

    def test_an_answer_reaches_those_who_reported_and_nobody_else(self) -> None:
        self.report(self.depot, GATE, 6)
        self.report(self.store, "Till 3 froze", 6)
        gate = self.insight_of("amara", GATE)
        done = subprocess.run(
            self.amara("answer", str(gate), "A new keypad comes on Thursday", "--as", "amara"),
            capture_output=True, text=True, timeout=30, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        eventually("the depot reads it",
                   lambda: self.inbox_has(self.depot, "keypad comes on Thursday"))
        self.assertFalse(self.inbox_has(self.store, "keypad"))

    def test_an_agent_that_was_away_and_one_that_joins_later_get_the_answer(self) -> None:
        self.report(self.depot, GATE, 6)
        gate = self.insight_of("amara", GATE)
        self.depot.stop()
        self.feed.command("answer", str(gate), "Thursday", "--as", "amara")
        self.report(self.store, GATE, 1)
        eventually("who joined later reads it", lambda: self.inbox_has(self.store, "Thursday"))
        self.depot.start()
        eventually("who was away reads it", lambda: self.inbox_has(self.depot, "Thursday"))

    def test_a_leader_sees_nothing_beyond_the_scope(self) -> None:
        self.report(self.depot, GATE, 6)
        self.report(self.store, "Till 3 froze", 6)
        gate = self.insight_of("amara", GATE)
        self.insight_of("jonas", "Till 3 froze")
        self.assertNotIn(gate, programs.digest_items(self.feed.digest("jonas")))
        refused = self.feed.try_command("answer", str(gate), "Hello", "--as", "jonas")
        unknown = self.feed.try_command("answer", "9999", "Hello", "--as", "jonas")
        self.assertEqual(refused.returncode, 1)
        self.assertEqual(refused.stderr.replace(str(gate), "N"),
                         unknown.stderr.replace("9999", "N"))

    def test_small_groups_hide_numbers_until_enough_people_spoke(self) -> None:
        self.report(self.depot, "Something quite ordinary", 6)
        self.report(self.depot, GATE, 2)
        gate = self.insight_of("amara", GATE)
        self.assertEqual(programs.digest_items(self.feed.digest("amara"))[gate]["reporters"], "<5")
        rows = "".join(json.dumps({"text": GATE, "reporter": f"other-{index}"}) + "\n"
                       for index in range(4))
        self.depot.command("import", "-", "--source", "more", stdin=rows)
        eventually("six people are enough", lambda: programs.digest_items(
            self.feed.digest("amara"))[gate]["reporters"] == 6)

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

    def test_two_yes_and_one_no_bring_it_back(self) -> None:
        receipts = self.three_report()
        gate = self.insight_of("amara", GATE)
        self.resolve(gate)
        for agent, receipt in receipts[:2]:
            agent.command("verdict", "yes", receipt)
        again = receipts[0][0].try_command("verdict", "no", receipts[0][1])
        self.assertEqual(again.returncode, 1, "asked once")
        agent, receipt = receipts[2]
        agent.command("verdict", "no", receipt, "--because", "It stuck again at one")
        eventually("it is a regression",
                   lambda: self.state_of(gate).get("state") == "reopened")
        self.assertEqual(self.state_of(gate)["verdict"],
                         "the front line says that it is not fixed")
        trail = self.router.command("audit", "show", str(gate))
        for what in ("resolve  amara: A new keypad is in", "fixed?   YES",
                     "fixed?   NO: It stuck again at one"):
            self.assertIn(what, trail)
        self.assertNotIn("Cem", trail, "who reported is in no view")
        self.assertIn("every record is as it was committed",
                      self.router.command("audit", "verify"))

    def test_the_front_line_has_the_last_word_also_after_a_crash(self) -> None:
        receipts = self.three_report()
        gate = self.insight_of("amara", GATE)
        self.resolve(gate)
        self.router.stop(signal.SIGKILL)
        for agent, receipt in receipts:
            agent.command("verdict", "yes", receipt)
        self.depot.stop(signal.SIGKILL)
        self.router.start()
        self.depot.start()
        eventually("it is confirmed",
                   lambda: self.state_of(gate).get("state") == "confirmed", 60)

    def test_the_routers_log_ties_no_machine_to_an_insight(self) -> None:
        """Beside who has sent something, nothing says where it went, or how many
        there are."""
        self.report(self.depot, "Something quite ordinary", 6)
        self.depot.command("observe", GATE, "--anonymous", "--quote", "--severity", "5")
        gate = self.insight_of("amara", GATE)
        self.feed.command("answer", str(gate), "Thursday", "--as", "amara")
        eventually("the news of it is there", lambda: self.router.log("insight_changed"))
        lines = [json.loads(line) for line in
                 (self.router.folder / "log.jsonl").read_text().splitlines()]
        self.assertTrue(any(line["event"] == "committed" for line in lines))
        for line in lines:
            self.assertFalse({"agent", "peer", "site"} & line.keys() and
                             {"insight", "observation"} & line.keys(), line)
            if "insight" in line:
                self.assertIn("decided", line["why"])
                self.assertFalse({"observations", "reporters", "sites"} & line.keys(), line)
            if line["event"] == "delivered":
                self.assertEqual(line["peer"], "feed")

    def test_feed_and_router_killed_on_the_way_lose_no_answer(self) -> None:
        self.report(self.depot, GATE, 6)
        gate = self.insight_of("amara", GATE)
        self.router.stop(signal.SIGKILL)
        # The feed spools the decision while the router is away.
        self.feed.command("answer", str(gate), "Thursday at last", "--as", "amara")
        self.feed.stop(signal.SIGKILL)
        self.router.start()
        self.feed.start()
        eventually("the answer arrives all the same",
                   lambda: self.inbox_has(self.depot, "Thursday at last"), 60)
        answers = json.loads(self.depot.command("inbox", "--json"))
        self.assertEqual(json.dumps(answers).count("Thursday at last"), 1)


if __name__ == "__main__":
    unittest.main()
