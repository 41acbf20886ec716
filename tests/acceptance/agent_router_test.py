#!/usr/bin/env python3
"""The real agent and the real router: nothing lost, nothing twice, nothing told."""

import json
import pathlib
import re
import unittest

import es1_client as es1
import programs
from programs import eventually

ROWS = 2000
CARD = "4111 1111 1111 1111"
PLANTED = "the purple walrus sat on the till"
RECEIPT = re.compile(r"\b[0-9A-Z]{4}(?:-[0-9A-Z]{4})+\b")


class AgentRouterTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = programs.new_folder()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        # Little credit, so that a backlog takes many turns.
        self.router = programs.Router(self.folder / "router", "credit_records: 16\n")
        self.addCleanup(self.router.kill)
        self.router.start()
        self.agent = programs.Agent(self.folder / "agent", self.router, "store-014")
        self.addCleanup(self.agent.kill)
        self.router.enrol("pc1", self.agent.public_key, "store-014")

    def write_rows(self) -> pathlib.Path:
        path = self.folder / "rows.jsonl"
        with path.open("w", encoding="utf-8") as out:
            for index in range(ROWS):
                out.write(json.dumps({
                    "id": f"row-{index}", "text": f"Till {index} froze at checkout",
                    "tags": ["till"], "severity": 2, "reporter": f"person-{index}",
                    "observed_at": "2026-11-02T08:15:00Z"}) + "\n")
        return path

    def import_rows(self, path: pathlib.Path) -> dict[str, int]:
        printed = self.agent.command("import", str(path))
        return {name: int(number) for name, number in
                re.findall(r"(read|recorded|known|refused) +(\d+)", printed)}

    def wait_until_drained(self, seconds: float = 40) -> dict[str, int]:
        """The routine lane, once all is acked and understood."""
        def drained() -> dict[str, int] | None:
            lane = next(each for each in self.agent.status()["lanes"]
                        if each["lane"] == "routine")
            done = lane["spooled"] == lane["acked"] and self.router.status()["backlog"] == 0
            return lane if done else None

        return eventually("the agent drains", drained, seconds)

    def wait_for_observations(self, count: int) -> dict[str, object]:
        return eventually(
            f"{count} observations",
            lambda: (s := self.router.status())["observations"] == count
            and s["backlog"] == 0 and s)

    def feed(self) -> es1.Client:
        client = self.router.new_client("feed", role="feed")
        self.addCleanup(client.close)
        client.hello(epoch=0)
        return client

    def next_insight(self, feed: es1.Client, **fields: object) -> object:
        """The first insight delivered that is like this; acks what it reads."""
        session = es1.session
        while True:
            delivery = session.Delivery.FromString(feed.expect(session.UPDATE, 20))
            cursor = session.Cursor(generation=delivery.generation,
                                    seq=delivery.items[-1].seq)
            feed.send(session.UPDATE_ACK, session.DeliveryAck(cursor=cursor))
            for item in delivery.items:
                if item.kind != es1.insight.UPDATE_INSIGHT:
                    continue
                insight = es1.insight.Insight.FromString(item.body)
                if all(getattr(insight, name) == value
                       for name, value in fields.items()):
                    return insight

    def test_backlog_arrives_in_order_and_once(self) -> None:
        self.router.stop()
        rows = self.write_rows()
        self.agent.start()
        self.assertEqual(self.import_rows(rows),
                         {"read": ROWS, "recorded": ROWS, "known": 0, "refused": 0})
        self.router.start()
        lane = self.wait_until_drained()
        self.assertEqual((lane["spooled"], lane["acked"]), (ROWS, ROWS))
        status = self.wait_for_observations(ROWS)
        self.assertEqual((status["repeats"], status["dead_letters"]), (0, 0))
        after = 0
        for line in self.router.log("committed", agent="pc1", lane="routine"):
            self.assertEqual((line["first"], line["repeats"]), (after + 1, 0))
            after = line["last"]
        self.assertEqual(after, ROWS)

        self.assertEqual(self.import_rows(rows),
                         {"read": ROWS, "recorded": 0, "known": ROWS, "refused": 0})
        self.wait_until_drained()
        self.wait_for_observations(ROWS)

    def test_killed_router_loses_nothing_and_counts_nothing_twice(self) -> None:
        self.router.stop()
        self.import_rows(self.write_rows())
        self.router.start()
        self.agent.start()
        in_the_middle = 0
        for _ in range(2):
            eventually("some more is taken",
                       lambda: self.router.metric("records_total") > 0, 40)
            self.router.kill()
            self.router.start()
            in_the_middle += self.router.status()["log_end"] < ROWS
        self.wait_until_drained(80)
        status = self.wait_for_observations(ROWS)
        self.assertEqual((status["repeats"], status["dead_letters"]), (0, 0))
        print(f"killed {in_the_middle} of 2 times with the backlog underway")
        self.assertGreater(in_the_middle, 0)

    def test_killed_agent_loses_nothing_that_it_took(self) -> None:
        self.agent.start()
        rows = self.write_rows()
        self.import_rows(rows)
        self.agent.kill()
        self.agent.start()
        self.wait_until_drained()
        self.wait_for_observations(ROWS)

    def test_withdrawn_report_counts_no_more(self) -> None:
        self.agent.start()
        for text in ("The till froze", "The lift is out of order"):
            printed = self.agent.command("observe", text)
        self.wait_for_observations(2)
        self.agent.command("withdraw", RECEIPT.search(printed)[0])
        self.wait_for_observations(1)

    def test_trace_of_an_anonymous_report_tells_neither_agent_nor_minute(self) -> None:
        self.agent.start()
        self.agent.command("observe", "The dock gate sticks", "--anonymous", "--quote")
        self.agent.command("observe", "The dock gate sticks", "--named", "Amara")
        insight = self.next_insight(self.feed(), observations=2)
        traces = {verbatim.anonymous: self.router.command("trace",
                                                          verbatim.observation.hex())
                  for verbatim in insight.verbatims}
        clock = re.compile(r"\b\d\d:\d\d\b")
        self.assertNotIn("pc1", traces[True])
        self.assertNotRegex(traces[True], clock)
        # The other one shows that there was something to leave out.
        self.assertIn("pc1", traces[False])
        self.assertRegex(traces[False], clock)

    def test_words_stay_out_of_the_log_and_card_numbers_out_of_every_file(self) -> None:
        self.agent.start()
        self.agent.command("observe", f"{PLANTED} and paid with {CARD}")
        # One that did not redact at all, for a site of its own and a foreign one.
        careless = self.router.new_client("careless", "store-014")
        self.addCleanup(careless.close)
        careless.hello(epoch=5)
        careless.publish(es1.Lane(5, 1), [
            es1.record_of(es1.make_observation(f"{PLANTED}, {words}", site))
            for words in (f"card {CARD}", f"or {CARD.replace(' ', '')}")
            for site in ("store-014", "store-099")])
        status = self.wait_for_observations(3)
        self.assertEqual(status["dead_letters"], 2)
        self.assertGreaterEqual(self.router.metric("redactor_hits_total"), 4)
        self.assertEqual(self.router.stop(), 0)
        self.assertEqual(self.agent.stop(), 0)
        for program in (self.router, self.agent):
            log = program.log_file.read_text(encoding="utf-8")
            self.assertIn("started", log)
            self.assertNotIn("walrus", log)
        kept_words = False
        for path in self.folder.rglob("*"):
            if path.is_file():
                data = path.read_bytes()
                kept_words |= b"walrus" in data
                for number in (CARD, CARD.replace(" ", "")):
                    self.assertNotIn(number.encode(), data, path)
        self.assertTrue(kept_words, "the search finds what is there")


if __name__ == "__main__":
    unittest.main()
