#!/usr/bin/env python3
"""Alerts, and subscriptions that leaders change, by the real programs."""

import datetime
import json
import pathlib
import unittest

import programs
from programs import eventually

ORGANISATION = """
name: "Example Stores"
sites { id: "store-014" channel: "store" region: "north" }
leaders { id: "amara" name: "Amara Osei" }
leaders { id: "jonas" name: "Jonas" scope { regions: "south" } }
"""
SUBSCRIPTIONS = 'subscriptions { id: "amara-daily" leader: "amara" at: "08:00" }\n'


class SubscriptionsTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = programs.new_folder()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "organisation.conf").write_text(ORGANISATION)
        (self.folder / "subscriptions.conf").write_text(SUBSCRIPTIONS)
        self.router = programs.Router(
            self.folder / "router",
            f'organisation_file: "{self.folder / "organisation.conf"}"\n'
            f'subscriptions_file: "{self.folder / "subscriptions.conf"}"\n')
        self.addCleanup(self.router.kill)
        self.router.start()
        self.feed = programs.Feed(self.folder / "feed", self.router)
        with self.feed.config.open("a") as config:
            config.write(f'channels {{ name: "lines" file {{ path: "{self.folder}'
                         '/lines.jsonl" } }\n')
        self.addCleanup(self.feed.kill)
        self.router.enrol("feed", self.feed.public_key, role="feed")
        self.feed.start()
        eventually("the feed knows the leaders", lambda: self.feed.status()["leaders"] == 2)

    def listed(self, leader: str = "amara") -> dict[str, dict]:
        rows = json.loads(self.feed.command("subscription", "list", "--as", leader, "--json"))
        return {row["id"]: row for row in rows}

    def change(self, *arguments: str, leader: str = "amara") -> None:
        self.feed.command("subscription", *arguments, "--as", leader)

    def test_a_leaders_change_survives_restarts_and_a_reload_of_the_file(self) -> None:
        self.assertEqual(self.listed()["amara-daily"]["from"], "file")
        self.change("set", "amara-daily", "--at", "07:30", "--quiet", "20:00-07:00")
        self.change("set", "brief", "--cadence", "meeting", "--weekday", "monday",
                    "--weekday", "friday", "--at", "09:30", "--minutes-before", "45")
        eventually("both are in force", lambda: len(self.listed()) == 2
                   and self.listed()["amara-daily"]["at"] == "07:30")
        self.feed.kill()
        self.router.kill()
        (self.folder / "subscriptions.conf").write_text(
            SUBSCRIPTIONS.replace("08:00", "10:00"))
        self.router.start()
        self.feed.start()
        eventually("the feed has the new file", lambda: self.feed.status()["connected"])
        self.assertEqual(self.listed()["amara-daily"]["at"], "07:30")
        self.assertEqual(self.listed()["brief"]["weekdays"], ["monday", "friday"])
        self.change("remove", "amara-daily")
        self.change("remove", "brief")
        eventually("the file's is back", lambda: len(self.listed()) == 1
                   and self.listed()["amara-daily"]["at"] == "10:00")

    def test_a_leader_names_who_stands_in_and_ends_it(self) -> None:
        def deputies() -> list[tuple[str, bool]]:
            listed = json.loads(self.feed.command("deputy", "list", "--as", "amara", "--json"))
            return [(one["deputy"], one["own"]) for one in listed]
        last = (datetime.date.today() + datetime.timedelta(days=7)).isoformat()
        self.assertEqual(deputies(), [])
        self.feed.command("deputy", "name", "jonas", "--until", last, "--as", "amara")
        eventually("jonas stands in", lambda: deputies() == [("jonas", True)])
        self.feed.stop()
        self.router.stop()
        self.router.start()
        self.feed.start()
        self.assertEqual(deputies(), [("jonas", True)])
        done = self.feed.try_command("deputy", "name", "amara", "--until", last, "--as", "amara")
        self.assertIn("themselves", done.stderr)
        self.feed.command("deputy", "end", "--as", "amara")
        eventually("nobody stands in", lambda: deputies() == [])

    def test_what_is_wrong_is_told_at_once(self) -> None:
        for arguments, said in (
                (("set", "brief", "--cadence", "meeting"), "the time at which it begins"),
                (("set", "brief", "--channel", "pigeon"), "only lines"),
                (("set", "brief", "--quiet", "22:00"), "both quiet_from and quiet_to"),
                (("set", "brief", "--region", "north", "--as", "jonas"), "only narrow it"),
                (("set", "amara-daily", "--as", "jonas"), "is taken"),
                (("remove", "amara-daily"), "--paused"),
                (("set", "brief", "--cadence", "yearly"), "yearly")):
            with self.subTest(said):
                leader = () if "--as" in arguments else ("--as", "amara")
                done = self.feed.try_command("subscription", *arguments, *leader)
                self.assertIn(done.returncode, (1, 2))
                self.assertIn(said, done.stderr)

    def test_severity_five_is_told_once_over_the_queue_and_the_channel(self) -> None:
        self.change("set", "at-once", "--cadence", "immediate", "--channel", "lines")
        eventually("it is in force", lambda: "at-once" in self.listed())
        agent = programs.Agent(self.folder / "agent", self.router, "store-014")
        self.addCleanup(agent.kill)
        self.router.enrol("agent", agent.public_key, "store-014")
        agent.start()
        # What was there before the feed is not told: it has to know that first.
        self.feed.logged("connected")
        agent.command("observe", "The freezer door fell on somebody", "--severity", "5")
        self.feed.logged("alert_sent", leader="amara")
        lines = eventually("the line", self.lines)
        # Killed between the line and its note, it would send it once more.
        self.feed.logged("delivery_made", subscription="at-once")
        self.feed.kill()
        self.feed.start()
        agent.command("observe", "The till is slow", "--severity", "2")
        eventually("the till is mirrored", lambda: self.feed.status()["insights"] >= 2)
        self.assertEqual(self.lines(), lines)
        self.assertEqual(len(lines), 1)
        self.assertEqual(lines[0]["type"], "alert")
        item = lines[0]["digest"]["sections"][0]["items"][0]
        self.assertEqual(item["severity_max"], 5)
        self.assertFalse(list(self.feed.log("alert_sent", leader="jonas")))

    def lines(self) -> list[dict]:
        path = self.folder / "lines.jsonl"
        if not path.exists():
            return []
        return [json.loads(line) for line in path.read_text().splitlines()]


if __name__ == "__main__":
    unittest.main()
