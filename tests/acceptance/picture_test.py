#!/usr/bin/env python3
"""The whole loop as the brief draws it, with every process killed once on the way."""

import json
import os
import pathlib
import signal
import sqlite3
import unittest

import programs
from loop_world import GATE, LoopWorld
from programs import eventually

SAMPLES = pathlib.Path(os.environ["EARSHOT_SOURCE_DIR"]) / "tests/data/samples/observations.jsonl"


class PictureTest(LoopWorld):
    def import_samples(self, count: int) -> None:
        """Shared among three agents, in turn."""
        rows = SAMPLES.read_text().splitlines()[:count]
        for index, agent in enumerate((self.depot, self.store, self.claims)):
            own = []
            for row in rows[index::3]:
                said = json.loads(row)
                said.pop("site", None)
                own.append(json.dumps(said) + "\n")
            agent.command("import", "-", "--source", "samples", stdin="".join(own))

    def tell(self, agent: programs.Agent, who: str) -> str:
        return agent.command("observe", GATE, "--named", who).split("receipt ")[1].split()[0]

    def digest_tells(self, gate: int, **wanted: object) -> None:
        eventually(f"the digest tells {wanted}", lambda: all(
            self.state_of(gate).get(name) == value for name, value in wanted.items()), 60)

    def kill(self, program: programs.Program) -> None:
        program.stop(signal.SIGKILL)
        program.start()

    def test_from_heard_to_fixed_and_back(self) -> None:
        self.claims = self.new_agent("claims", "store-014")
        self.import_samples(40)
        eventually("the router has all forty", lambda: self.router.metric(
            "observations_read_total") + self.router.metric(
                "observation_repeats_total") >= 40)
        receipts = [(self.depot, self.tell(self.depot, "Ada")),
                    (self.depot, self.tell(self.depot, "Ben")),
                    (self.store, self.tell(self.store, "Cem"))]
        gate = self.insight_of("amara", GATE)
        self.depot.stop()  # offline from here on
        self.feed.command("ack", str(gate), "--as", "amara")
        self.digest_tells(gate, state="acknowledged")
        self.kill(self.router)
        self.feed.command("assign", str(gate), "--owner", "Facilities", "--due", "14d", "--as",
                          "amara")
        self.digest_tells(gate, state="committed", owner="Facilities")
        self.feed.command("answer", str(gate), "The keypad is ordered", "--as", "amara")
        self.kill(self.feed)
        eventually("the store reads it", lambda: "keypad is ordered" in self.store.command(
            "inbox", "--json"))
        self.assertNotIn("keypad", self.claims.command("inbox", "--json"), "a wrong inbox")
        late = self.tell(self.claims, "Dina")
        eventually("who joined later reads it", lambda: "keypad is ordered" in
                   self.claims.command("inbox", "--receipt", late, "--json"))
        self.kill(self.claims)
        self.feed.command("resolve", str(gate), "A new keypad is in", "--as", "amara")
        self.digest_tells(gate, state="resolved")
        self.depot.start()
        self.kill(self.depot)
        for agent, receipt in receipts:
            eventually("they are asked", lambda agent=agent, receipt=receipt: "verdict yes" in
                       agent.command("inbox", "--receipt", receipt), 60)
            shown = json.loads(agent.command("inbox", "--receipt", receipt, "--json"))
            texts = [answer["text"] for answer in shown["answers"]]
            self.assertEqual(sorted(texts), sorted(set(texts)), "each answer once")
        for agent, receipt in receipts[:2]:
            agent.command("verdict", "yes", receipt)
        receipts[2][0].command("verdict", "no", receipts[2][1], "--because", "It stuck at one")
        self.digest_tells(gate, state="reopened",
                          verdict="the front line says that it is not fixed")
        self.kill(self.store)
        period = self.feed.command("digest", "--for", "amara")
        self.assertIn("the front line says that it is not fixed", period)
        self.assertIn("every record is as it was committed",
                      self.router.command("audit", "verify"))

    def test_no_file_of_the_feed_says_which_machine_an_anonymous_report_came_from(self) -> None:
        self.report(self.depot, "Something quite ordinary", 6)
        self.depot.command("observe", GATE, "--anonymous", "--quote")
        self.insight_of("amara", GATE)
        with sqlite3.connect(self.depot.folder / "state/spool.db") as spool:
            records = [bytes(row[0]) for row in spool.execute("SELECT id FROM ids")]
        self.assertTrue(records)
        self.feed.command("digest", "--for", "amara")
        self.feed.stop()
        files = [path for path in self.feed.folder.rglob("*") if path.is_file()]
        self.assertTrue(any(GATE.encode() in path.read_bytes() for path in files))
        for path in files:
            data = path.read_bytes()
            for record in records:
                self.assertNotIn(record, data, f"{path.name} holds an agent's record id")
            for name in (b'"depot"', b"agent=depot", b"pc-depot"):
                self.assertNotIn(name, data, path.name)
        with sqlite3.connect(self.router.folder / "state/views.db") as views:
            rows = views.execute("SELECT body FROM insights").fetchall()
            rows += views.execute("SELECT body FROM mirrored").fetchall()
        for row in rows:
            for record in records:
                self.assertNotIn(record, bytes(row[0]))


if __name__ == "__main__":
    unittest.main()
