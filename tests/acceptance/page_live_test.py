#!/usr/bin/env python3
"""What changes, told live to the leader's page, on the real programs."""

import signal
import unittest

from loop_world import GATE
from page_visit import URL, Event, Forms, PageWorld, Stream, Visit
from programs import eventually


class LiveTest(PageWorld):
    def listen(self, visit: Visit, last: str = "") -> Stream:
        stream = Stream(visit, last=last)
        self.addCleanup(stream.close)
        return stream

    def signed_in(self, leader: str) -> Visit:
        visit = self.visit()
        visit.sign_in(leader)
        return visit

    def test_a_leader_is_told_of_what_they_see_and_nobody_else_is(self) -> None:
        amara, jonas = (self.listen(self.signed_in(leader)) for leader in ("amara", "jonas"))
        headers = amara.answer().headers
        self.assertEqual(headers["Content-Type"], "text/event-stream")
        self.assertEqual(headers["X-Accel-Buffering"], "no")
        self.assertEqual(headers["Cache-Control"], "no-store")
        self.assertIsNone(headers["Content-Encoding"])
        self.report(self.depot, GATE, 6)
        told = amara.until("six are counted", lambda event: event.data.get("observations") == 6)
        self.assertEqual(told.name, "insight")
        item = self.visit(self.feed.command("token", "amara").strip()).get(
            f"/api/v1/insights/{told.data['insight']}").json()
        for name in ("insight", "state", "observations", "reporters", "sites", "last_seen"):
            self.assertEqual(told.data[name], item[name], name)
        self.assertEqual(told.data["severity"], item["severity_max"])
        self.assertEqual(told.data["priority"], item["priority_milli"] / 1000)
        self.report(self.store, "Till 3 froze", 6)
        event = jonas.next()
        self.assertNotEqual(event.data["insight"], told.data["insight"])
        counted = self.counted()
        self.assertEqual((counted["live"], counted["cut"]), (2, 0))
        self.assertGreater(counted["events_sent"], 1)

    def test_who_comes_back_goes_on_where_they_were(self) -> None:
        visit = self.signed_in("amara")
        stream = self.listen(visit)
        self.report(self.depot, GATE, 6)
        seen = stream.until("six are counted", lambda event: event.data.get("observations") == 6)
        stream.close()
        eventually("it has left", lambda: self.counted()["live"] == 0)
        self.report(self.depot, "Lorry ramp lights are broken", 6)
        gate = seen.data["insight"]
        eventually("both are there", lambda: len(self.visit(self.feed.command(
            "token", "amara").strip()).get("/api/v1/insights").json()["items"]) == 2)
        stream = self.listen(visit, last=seen.id)
        event = stream.next()
        self.assertEqual(event.name, "insight")
        self.assertNotEqual(event.data["insight"], gate, "it was told before")
        stream.close()
        for last in ("0-1", "1-99999999", "nonsense", "-", "9" * 60):
            stream = self.listen(visit, last=last)
            self.assertEqual(stream.next(), Event(stream.last, "reload", {}), last)
            stream.close()

    def test_a_stream_ends_with_its_session_token_and_leader(self) -> None:
        visit = self.signed_in("amara")
        script = self.visit(self.feed.command("token", "amara").strip())
        jonas = self.signed_in("jonas")
        streams = [self.listen(one) for one in (visit, script, jonas)]
        for stream in streams:
            stream.mark()
        action, fields = Forms(visit.get("/").body).to("/sign-out")
        self.assertEqual(visit.ask("POST", action, fields, Origin=URL).status, 303)
        self.assertIsNone(streams[0].next())
        self.assertEqual(self.listen(visit).answer().status, 401)
        self.feed.command("token", "amara", "--revoke")
        self.assertIsNone(streams[1].next())
        eventually("one is left", lambda: self.counted()["live"] == 1)
        (self.folder / "organisation.conf").write_text("""
sites { id: "depot-3" channel: "delivery" region: "north" }
leaders { id: "amara" name: "Amara Osei" scope { sites: "depot-3" } }
""")
        self.router.process.send_signal(signal.SIGHUP)
        self.assertEqual(streams[2].next().name, "reload")
        self.assertIsNone(streams[2].next())


if __name__ == "__main__":
    unittest.main()
