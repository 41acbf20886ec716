#!/usr/bin/env python3
"""Links in mails: a real mail, a real browser's requests, the real programs."""

import http.client
import pathlib
import re
import unittest
import urllib.parse

import programs
import receivers
from programs import eventually

ORGANISATION = """
name: "Example Stores"
sites { id: "store-014" channel: "store" region: "north" }
leaders { id: "amara" name: "Amara Osei" }
"""
SUBSCRIPTIONS = """
subscriptions { id: "now" leader: "amara" cadence: IMMEDIATE channels: "mail" }
"""


class LinksTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = programs.new_folder()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "organisation.conf").write_text(ORGANISATION)
        (self.folder / "subscriptions.conf").write_text(SUBSCRIPTIONS)
        self.mail = receivers.MailServer(self.folder)
        self.addCleanup(self.mail.close)
        password = self.folder / "password"
        password.write_text(receivers.MailServer.PASSWORD + "\n")
        password.chmod(0o600)
        self.router = programs.Router(
            self.folder / "router",
            f'organisation_file: "{self.folder / "organisation.conf"}"\n'
            f'subscriptions_file: "{self.folder / "subscriptions.conf"}"\n')
        self.addCleanup(self.router.kill)
        self.router.start()
        self.feed = programs.Feed(self.folder / "feed", self.router)
        with self.feed.config.open("a") as config:
            config.write(f"""
http_listen: "127.0.0.1:0"
public_url: "https://earshot.example.com/"
channels {{ name: "mail" ca_file: "{self.mail.certificate}"
  smtp {{ server: "{self.mail.address}" user: "feed" password_file: "{password}"
         from: "Earshot <earshot@example.com>"
         recipients {{ leader: "amara" address: "amara@example.com" }} }} }}
""")
        self.addCleanup(self.feed.kill)
        self.router.enrol("feed", self.feed.public_key, role="feed")
        self.feed.start()
        self.agent = programs.Agent(self.folder / "agent", self.router, "store-014")
        self.router.enrol("agent", self.agent.public_key, "store-014")
        self.addCleanup(self.agent.kill)
        self.agent.start()
        eventually("the feed is there", lambda: self.feed.status()["connected"])

    def links(self) -> dict[str, str]:
        """Of the one mail, by name; the paths alone."""
        self.agent.command("observe", "The freezer door fell on somebody", "--severity", "5",
                           "--tag", "safety", "--quote")
        eventually("the mail", lambda: self.mail.mails)
        text = self.mail.mails[0].get_body(("plain",)).get_content()
        html = self.mail.mails[0].get_body(("html",)).get_content()
        found = dict(re.findall(r"^ +(\w+): https://earshot\.example\.com(/act/\S+)$", text, re.M))
        self.assertEqual(set(found), {"Acknowledge", "Answer", "Resolve", "Decline"}, text)
        for path in found.values():
            self.assertIn(path, html)
        return found

    def ask(self, method: str, path: str, **fields: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.feed.status()["http_port"], timeout=20)
        connection.request(method, path, urllib.parse.urlencode(fields) if fields else None,
                           {"Content-Type": "application/x-www-form-urlencoded"})
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        return answer.status, body

    def state(self) -> str:
        items = programs.digest_items(self.feed.digest("amara"))
        return next(iter(items.values()))["state"]

    def test_a_link_shows_when_followed_and_acts_once_when_pressed(self) -> None:
        links = self.links()
        for _ in range(3):  # as scanners do
            for path in links.values():
                for method in ("HEAD", "GET"):
                    self.assertEqual(self.ask(method, path)[0], 200)
        self.assertEqual(self.state(), "heard")
        code, page = self.ask("GET", links["Decline"])
        self.assertIn("Amara Osei", page)
        self.assertIn("<textarea", page)
        code, page = self.ask("POST", links["Decline"], text=" ")
        self.assertEqual(code, 400, page)
        self.assertIn('role="alert"', page)
        reason = "We replaced <b>all</b> doors & closed the case"
        code, page = self.ask("POST", links["Decline"], text=reason)
        self.assertEqual(code, 200, page)
        eventually("it is declined", lambda: self.state() == "declined")
        for method in ("GET", "POST"):
            self.assertEqual(self.ask(method, links["Decline"], text="again")[0], 410)
        for name in ("Acknowledge", "Answer"):
            code, page = self.ask("POST", links[name], text="later")
            self.assertEqual(code, 410, page)
            self.assertIn("is declined now", page)
        history = self.feed.command("why", "amara", "1")
        self.assertEqual(history.count("decline by Amara Osei"), 1, history)
        counted = self.feed.status()["links"]
        self.assertEqual(counted["acted"], 1)
        self.assertEqual(counted["refused"], 4)

    def test_a_used_link_stays_used_over_a_restart(self) -> None:
        links = self.links()
        self.router.kill()  # so that the insight cannot change
        self.assertEqual(self.ask("POST", links["Acknowledge"])[0], 200)
        self.feed.kill()
        self.feed.start()
        code, page = self.ask("POST", links["Acknowledge"])
        self.assertEqual(code, 410, page)
        self.assertIn("used before", page)

    def test_what_is_forged_is_refused_and_acts_on_nothing(self) -> None:
        path = self.links()["Acknowledge"]
        token = path.removeprefix("/act/")
        for bad in (token[:-1], token + "A", token[:10] + "AAAA" + token[14:], "", "A" * 4000,
                    "../../etc/passwd", "%2e%2e%2f"):
            with self.subTest(bad=bad[:40]):
                self.assertEqual(self.ask("POST", "/act/" + bad)[0], 403)
        self.assertEqual(self.ask("GET", "/nothing")[0], 404)
        self.assertEqual(self.ask("POST", path, text="x" * 100000)[0], 413)
        self.assertEqual(self.state(), "heard")
        self.assertEqual(self.feed.status()["links"]["acted"], 0)
        self.assertNotIn(token[:40], self.feed.log_file.read_text())


if __name__ == "__main__":
    unittest.main()
