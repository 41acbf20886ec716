#!/usr/bin/env python3
"""Digests over channels: real receivers that fail in every way they can."""

import base64
import email.utils
import hashlib
import hmac
import json
import os
import pathlib
import re
import signal
import time
import unittest

import programs
import receivers
from page_visit import PASSWORD, URL, Forms, Visit
from programs import eventually

KEY = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
ORGANISATION = """
name: "Example Stores"
sites { id: "depot-3" channel: "delivery" region: "north" }
leaders { id: "amara" name: "Amara Osei" }
leaders { id: "jonas" name: "Jonas" }
"""
SUBSCRIPTIONS = """
subscriptions { id: "often" leader: "amara" cadence: EVERY_MINUTES minutes: 1
                channels: "hook" channels: "mail" channels: "missing" }
subscriptions { id: "other" leader: "jonas" cadence: EVERY_MINUTES minutes: 1
                channels: "lines" channels: "moved" }
"""


class ChannelsCase(unittest.TestCase):
    def setUp(self) -> None:
        folder = programs.new_folder()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.hook = receivers.Webhook()
        self.addCleanup(self.hook.close)
        self.mail = receivers.MailServer(self.folder)
        self.addCleanup(self.mail.close)
        self.secret("hook.key", KEY)
        self.secret("mail.password", receivers.MailServer.PASSWORD)

    def secret(self, name: str, content: str, mode: int = 0o600) -> None:
        (self.folder / name).write_text(content + "\n")
        os.chmod(self.folder / name, mode)

    def channels(self, extra: str = "") -> str:
        return f"""
channels {{ name: "hook" attempt_seconds: 2 fallback: "lines"
  webhook {{ url: "{self.hook.url}" hmac_key_file: "{self.folder}/hook.key" }} }}
channels {{ name: "mail" attempt_seconds: 3 ca_file: "{self.mail.certificate}"
  smtp {{ server: "{self.mail.address}" user: "feed"
         password_file: "{self.folder}/mail.password"
         from: "Earshot Überblick <earshot@example.com>"
         recipients {{ leader: "amara" address: "amara@example.com" }} }} }}
channels {{ name: "lines" file {{ path: "{self.folder}/lines.jsonl" }} }}
channels {{ name: "out" standard_output {{ }} }}
""" + extra

    def lines(self) -> list[dict]:
        path = self.folder / "lines.jsonl"
        if not path.exists():
            return []
        return [json.loads(line) for line in path.read_text().splitlines()]


class TestChannelTest(ChannelsCase):
    """One real attempt each, by `earshot-feed test-channel`."""

    def setUp(self) -> None:
        super().setUp()
        self.feed = programs.Program(self.folder / "feed", self.channels(
            f'channels {{ name: "slack" webhook {{ url: "{self.hook.url}" shape: SLACK }} }}\n'
            f'channels {{ name: "teams" webhook {{ url: "{self.hook.url}" shape: TEAMS }} }}\n'))
        self.feed.name = "earshot-feed"

    def attempt(self, channel: str) -> tuple[int, str]:
        done = self.feed.try_command("test-channel", channel)
        return done.returncode, done.stderr

    def test_a_signature_fits_the_body_and_names_the_attempt(self) -> None:
        self.assertEqual(self.attempt("hook")[0], 0)
        headers, body = self.hook.received[0]
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        expected = base64.b64encode(hmac.new(base64.b64decode(KEY[6:]), signed,
                                             hashlib.sha256).digest()).decode()
        self.assertEqual(headers["webhook-signature"], f"v1,{expected}")
        self.assertEqual(headers["idempotency-key"], f'"{headers["webhook-id"]}"')
        document = json.loads(body)
        self.assertEqual(document["id"], headers["webhook-id"])
        self.assertTrue(document["test"])

    def test_what_may_go_better_is_told_from_what_will_not(self) -> None:
        for behave, again, word in ((500, True, "http 500"), (429, True, "http 429"),
                                    (404, False, "http 404"), ("reset", True, "connection lost"),
                                    ("hang", True, "timed out")):
            with self.subTest(behave=behave):
                self.hook.behave = behave
                code, told = self.attempt("hook")
                self.assertEqual(code, 1, told)
                self.assertIn(word, told)
                self.assertIn("tried again" if again else "parked at once", told)

    def test_a_receiver_that_asks_for_time_gets_it(self) -> None:
        later = email.utils.formatdate(time.time() + 7200, usegmt=True)
        for asked, seconds in (("90", 90), (later, 7200)):
            with self.subTest(asked=asked):
                self.hook.behave, self.hook.headers = 429, {"Retry-After": asked}
                code, told = self.attempt("hook")
                self.assertEqual(code, 1)
                waits = re.search(r"not before (\d+) s", told)
                self.assertIsNotNone(waits, told)
                self.assertAlmostEqual(int(waits[1]), seconds, delta=60)

    def test_a_redirect_is_not_followed_and_names_the_new_address(self) -> None:
        other = receivers.Webhook()
        self.addCleanup(other.close)
        self.hook.behave, self.hook.headers = 301, {"Location": other.url}
        code, told = self.attempt("hook")
        self.assertEqual(code, 1)
        self.assertIn(other.url, told)
        self.assertIn("parked at once", told)
        self.assertEqual(other.received, [])

    def test_an_answer_without_an_end_costs_nothing(self) -> None:
        self.hook.body = b"x" * (10 << 20)
        self.assertEqual(self.attempt("hook")[0], 0)

    def test_a_receiver_that_is_not_there_is_tried_again(self) -> None:
        self.hook.close()
        code, told = self.attempt("hook")
        self.assertEqual(code, 1)
        self.assertIn("no connection", told)

    def test_slack_and_teams_get_their_shapes(self) -> None:
        self.attempt("slack")
        self.attempt("teams")
        slack, teams = (json.loads(body) for _, body in self.hook.received)
        self.assertEqual(slack["blocks"][0]["type"], "header")
        self.assertTrue(slack["text"])
        card = teams["attachments"][0]
        self.assertEqual(card["contentType"], "application/vnd.microsoft.card.adaptive")
        self.assertTrue(card["content"]["body"])

    def test_a_mail_is_signed_in_encrypted_and_has_two_forms(self) -> None:
        code, told = self.attempt("mail")
        self.assertEqual(code, 0, told)
        self.assertTrue(self.mail.signed_in)
        mail = self.mail.mails[0]
        both = next(part for part in mail.walk()
                    if part.get_content_type() == "multipart/alternative")
        kinds = [part.get_content_type() for part in both.iter_parts()]
        self.assertEqual(kinds, ["text/plain", "text/html"])
        self.assertEqual(mail["X-Envelope-To"], "amara@example.com")
        self.assertIn("Überblick", mail["From"])
        self.assertTrue(mail["Subject"].startswith("[test] Example Stores: "))
        for name in ("Message-ID", "References", "In-Reply-To", "Date"):
            self.assertTrue(mail[name], name)
        self.assertIn("mailto:earshot@example.com", mail["List-Unsubscribe"])
        text = mail.get_body(("plain",)).get_content()
        self.assertIn("earshot-feed answer", text)
        self.assertIn("earshot-feed answer 17", mail.get_body(("html",)).get_content())

    def test_a_mail_server_that_defers_rejects_or_drops(self) -> None:
        for behave, again, word in (("defer", True, "smtp 451"), ("reject", False, "smtp 554"),
                                    ("reject_recipient", False, "smtp 550"),
                                    ("drop", True, "connection lost")):
            with self.subTest(behave=behave):
                self.mail.behave = behave
                code, told = self.attempt("mail")
                self.assertEqual(code, 1)
                self.assertIn(word, told)
                self.assertIn("tried again" if again else "parked at once", told)
                self.assertNotIn(receivers.MailServer.PASSWORD, told)
        self.assertEqual(self.mail.mails, [])

    def test_a_wrong_password_is_refused_without_being_shown(self) -> None:
        self.secret("mail.password", "wrong-password")
        code, told = self.attempt("mail")
        self.assertEqual(code, 1)
        self.assertNotIn("wrong-password", told)

    def test_a_secret_that_others_can_read_is_refused(self) -> None:
        self.secret("hook.key", KEY, 0o644)
        code, told = self.attempt("hook")
        self.assertEqual(code, 1)
        self.assertIn("chmod 600", told)
        self.assertEqual(self.hook.received, [])

    def test_lines_go_to_the_file_and_to_standard_output(self) -> None:
        (self.folder / "lines.jsonl").write_text('{"cut')  # a run ended here
        self.assertEqual(self.attempt("lines")[0], 0)
        self.assertEqual(json.loads((self.folder / "lines.jsonl").read_text()
                                    .splitlines()[1])["channel"], "lines")
        done = self.feed.try_command("test-channel", "out")
        self.assertEqual(json.loads(done.stdout)["channel"], "out")

    def test_every_template_is_checked_and_mistakes_are_named(self) -> None:
        done = self.feed.try_command("templates", "check")
        self.assertEqual(done.returncode, 0, done.stderr)
        own = self.folder / "templates"
        own.mkdir()
        (own / "mail.html").write_text("<p>{{{headline}}} {{nonsense}}</p>")
        self.feed.configure(self.channels(f'templates_dir: "{own}"\n'))
        done = self.feed.try_command("templates", "check")
        self.assertEqual(done.returncode, 1)
        self.assertIn("mail.html:1: 'headline' may not go in unescaped", done.stderr)
        self.assertIn("there is no 'nonsense'", done.stderr)


class DeliveriesTest(ChannelsCase):
    """A whole deployment with a digest a minute."""

    def setUp(self) -> None:
        super().setUp()
        (self.folder / "organisation.conf").write_text(ORGANISATION)
        (self.folder / "subscriptions.conf").write_text(SUBSCRIPTIONS)
        self.router = programs.Router(
            self.folder / "router",
            f'organisation_file: "{self.folder / "organisation.conf"}"\n'
            f'subscriptions_file: "{self.folder / "subscriptions.conf"}"\n')
        self.addCleanup(self.router.kill)
        self.router.start()
        moved = receivers.Webhook()
        self.addCleanup(moved.close)
        moved.behave, moved.headers = 301, {"Location": "http://new.example/hook"}
        self.feed = programs.Feed(self.folder / "feed", self.router)
        config = self.feed.config.read_text() + self.channels(
            f'channels {{ name: "moved" webhook {{ url: "{moved.url}" }} }}\n'
            f'http_listen: "127.0.0.1:0"\npublic_url: "{URL}"\n')
        self.feed.config.write_text(config)
        self.addCleanup(self.feed.kill)
        self.router.enrol("feed", self.feed.public_key, role="feed")

    def deliveries(self, **wanted: str) -> list[dict]:
        rows = json.loads(self.feed.command("deliveries", "list", "--json"))
        return [row for row in rows
                if all(row[key] == value for key, value in wanted.items())]

    def test_a_dead_receiver_delays_nobody_and_nothing_is_lost(self) -> None:
        self.hook.behave = "hang"
        self.mail.behave = "defer"
        self.feed.start()
        eventually("the line of the other leader", lambda: self.deliveries(
            channel="lines", leader="jonas", state="delivered"), 150)
        first = self.deliveries(leader="amara")[-1]["period"]
        redirected = eventually("the redirect is parked", lambda: self.deliveries(
            channel="moved", state="parked"), 20)[-1]
        self.assertIn("http://new.example/hook", redirected["detail"])
        missing = eventually("the unknown channel is parked", lambda: self.deliveries(
            channel="missing", state="parked"), 20)[-1]
        self.assertIn("hook, lines, mail", missing["detail"])
        self.check_leaders_send_their_own_again(missing["id"], redirected["id"])
        eventually("the mail was deferred", lambda: self.mail.attempts > 0, 20)
        # Killed in the middle of an attempt, and killed again.
        self.feed.kill()
        self.feed.start()
        self.feed.kill()
        self.mail.behave = "accept"
        self.feed.start()
        eventually("the mail arrives", lambda: self.deliveries(
            channel="mail", period=first, state="delivered"), 60)
        parked = eventually("the hook is given up", lambda: self.deliveries(
            channel="hook", period=first, state="parked"), 120)[0]
        taken = eventually("the fallback takes it", lambda: self.deliveries(
            channel="lines", period=first, leader="amara", state="delivered"), 30)[0]
        self.assertEqual(taken["fallback_of"], "hook")
        self.hook.behave = 200
        self.hook.received.clear()
        self.feed.command("deliveries", "retry", str(parked["id"]))
        eventually("it arrives when asked for again", lambda: self.deliveries(
            channel="hook", period=first, state="delivered"), 30)
        key = parked["idempotency_key"]
        self.assertIn(key, [headers["webhook-id"] for headers, _ in self.hook.received])
        status = self.feed.status()
        self.assertGreaterEqual(status["deliveries"]["moved"]["parked"], 1)
        self.check_one_digest_a_period()
        log = self.feed.log_file.read_text()
        for secret in (receivers.MailServer.PASSWORD, KEY, "amara@example.com", self.hook.url):
            self.assertNotIn(secret, log)
        self.assertTrue(any(self.feed.log("delivery_parked", channel="hook")))

    def check_leaders_send_their_own_again(self, own: int, other: int) -> None:
        """On the page and by the API; `other` is another leader's."""
        self.feed.command("password", "amara", stdin=PASSWORD + "\n")
        port = self.feed.status()["http_port"]
        script = Visit(port, self.feed.command("token", "amara").split()[-1])
        listed = {item["delivery"]: item for item in
                  script.get("/api/v1/deliveries").json()["items"]}
        self.assertEqual(listed[own]["state"], "parked")
        self.assertNotIn(other, listed)
        for number, status in ((other, 404), (own, 202)):
            answer = script.send_json(f"/api/v1/deliveries/{number}/retry", {})
            self.assertEqual(answer.status, status, answer.body)
        browser = Visit(port)
        browser.sign_in("amara")

        def parked_again() -> str:
            page = browser.get("/deliveries").body
            return page if f'action="/deliveries/{own}"' in page else ""

        action, fields = Forms(eventually("it is parked again", parked_again)).to(
            f"/deliveries/{own}")
        elsewhere = browser.ask("POST", f"/deliveries/{other}", fields, Origin=URL)
        self.assertEqual(elsewhere.status, 404)
        self.assertEqual(browser.ask("POST", action, fields, Origin=URL).status, 303)
        self.assertEqual(browser.ask("POST", action, fields, Origin=URL).status, 409)

    def check_one_digest_a_period(self) -> None:
        periods = [entry["period"] for entry in self.feed.log("digest_sent",
                                                              subscription="often")]
        self.assertEqual(len(periods), len(set(periods)))
        identifiers = [mail["Message-ID"] for mail in self.mail.mails]
        self.assertLessEqual(len(set(identifiers)), len(periods))


class ReloadTest(ChannelsCase):
    """Keys, channels and templates change while the feed runs."""

    def setUp(self) -> None:
        super().setUp()
        (self.folder / "organisation.conf").write_text(ORGANISATION)
        (self.folder / "subscriptions.conf").write_text(
            'subscriptions { id: "now" leader: "amara" cadence: IMMEDIATE channels: "hook" }\n')
        self.router = programs.Router(
            self.folder / "router",
            f'organisation_file: "{self.folder / "organisation.conf"}"\n'
            f'subscriptions_file: "{self.folder / "subscriptions.conf"}"\n')
        self.addCleanup(self.router.kill)
        self.router.start()
        self.feed = programs.Feed(self.folder / "feed", self.router)
        self.plain = self.feed.config.read_text()
        self.feed.config.write_text(self.plain + self.channels())
        self.addCleanup(self.feed.kill)
        self.router.enrol("feed", self.feed.public_key, role="feed")
        self.feed.start()
        self.agent = programs.Agent(self.folder / "agent", self.router, "depot-3")
        self.router.enrol("agent", self.agent.public_key, "depot-3")
        self.addCleanup(self.agent.kill)
        self.agent.start()
        eventually("the feed is there", lambda: self.feed.status()["connected"])

    def reload(self, event: str) -> None:
        before = len(list(self.feed.log(event)))
        self.feed.process.send_signal(signal.SIGHUP)
        eventually(event, lambda: len(list(self.feed.log(event))) > before)

    def report(self, text: str) -> tuple[dict[str, str], bytes]:
        """What the webhook got of it."""
        before = len(self.hook.received)
        self.agent.command("observe", text, "--severity", "5", "--quote")
        eventually("the webhook", lambda: len(self.hook.received) > before)
        return self.hook.received[-1]

    def signed_with(self, key: str, headers: dict[str, str], body: bytes) -> bool:
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        expected = base64.b64encode(hmac.new(base64.b64decode(key[6:]), signed,
                                             hashlib.sha256).digest()).decode()
        return headers["webhook-signature"] == f"v1,{expected}"

    def test_a_new_key_signs_from_the_reload_on_and_nothing_goes_again(self) -> None:
        self.assertTrue(self.signed_with(KEY, *self.report("A ladder fell over")))
        other = "whsec_" + base64.b64encode(b"f" * 32).decode()
        self.secret("hook.key", other)
        self.reload("reloaded")
        self.assertTrue(self.signed_with(other, *self.report("A shelf came down")))
        ids = [headers["webhook-id"] for headers, _ in self.hook.received]
        self.assertEqual(len(ids), 2)
        self.assertEqual(len(set(ids)), 2)

    def test_what_cannot_be_loaded_changes_nothing(self) -> None:
        self.feed.config.write_text(self.plain + self.channels(
            'channels { name: "wrong" webhook { url: "ftp://nowhere" } }\n'))
        self.reload("reload_refused")
        self.feed.config.write_text(self.plain + self.channels())
        self.secret("hook.key", KEY, mode=0o644)
        self.reload("reload_refused")
        self.assertTrue(self.signed_with(KEY, *self.report("A ladder fell over")))

    def test_what_is_on_its_way_is_waited_for(self) -> None:
        self.hook.behave = "hang"
        self.agent.command("observe", "A ladder fell over", "--severity", "5")
        eventually("an attempt hangs", lambda: self.hook.received)
        self.feed.process.send_signal(signal.SIGHUP)
        self.hook.behave = 200
        self.feed.logged("reloaded")
        eventually("it arrives after all", lambda: any(
            row["state"] == "delivered" for row in json.loads(
                self.feed.command("deliveries", "list", "--json"))))
        self.assertEqual(len({headers["webhook-id"] for headers, _ in self.hook.received}), 1)


if __name__ == "__main__":
    unittest.main()
