#!/usr/bin/env python3
"""The leader's page without script, on the real programs."""

import datetime
import re
import signal
import socket
import unittest
import urllib.parse

from loop_world import GATE
from page_visit import PASSWORD, URL, Answer, Forms, PageWorld, Visit
from programs import eventually

TILL = "Till 3 froze <script>alert('x')</script> & \"then\" <b>beeped</b>"


class PageTest(PageWorld):
    def decide(self, visit: Visit, number: int, verb: str, **fields: str) -> Answer:
        action, found = Forms(visit.get(f"/insights/{number}").body).of(verb=verb)
        return visit.ask("POST", action, found | fields, Origin=URL)

    def test_a_leader_signs_in_reads_and_answers_and_the_reporters_read_it(self) -> None:
        self.report(self.depot, GATE, 6)
        gate = self.insight_of("amara", GATE)
        visit = self.visit()
        self.assertEqual(visit.get("/").headers["Location"], "/sign-in")
        page = visit.sign_in("amara")
        self.assertEqual(page.status, 200)
        self.assertIn(GATE, page.body)
        self.assertIn(f'href="/insights/{gate}"', page.body)
        self.assertIn("Amara Osei", page.body)
        page = visit.get(f"/insights/{gate}")
        for part in (GATE, ">heard</span>", "6 people", "Why it ranks", "Nothing yet."):
            self.assertIn(part, page.body)
        sent = self.decide(visit, gate, "answer", text="A new keypad comes on Thursday")
        self.assertEqual(sent.status, 303, sent.body)
        self.assertIn('role="status"', visit.follow(sent).body)
        eventually("the depot reads it",
                   lambda: self.inbox_has(self.depot, "keypad comes on Thursday"))
        eventually("the page says so", lambda: "keypad comes on Thursday" in
                   visit.get(f"/insights/{gate}").body)
        self.assertIn("<strong>answer</strong> by Amara Osei", visit.get(f"/insights/{gate}").body)
        self.assertEqual(self.counted()["decided"], 1)

    def test_every_decision_that_the_state_allows_can_be_taken(self) -> None:
        self.report(self.depot, GATE, 6)
        gate = self.insight_of("amara", GATE)
        visit = self.visit()
        visit.sign_in("amara")
        steps = (("ack", {}, "acknowledged"),
                 ("assign", {"owner": "Facilities", "due": "2099-02-01T17:00"}, "committed"),
                 ("rename", {"title": "The gate at the dock"}, "committed"),
                 ("correct-topic", {"topic": "facilities/doors"}, "committed"),
                 ("mute", {"reason": "Known", "until": self.in_a_week()}, "committed"),
                 ("resolve", {"text": "A new keypad is in"}, "resolved"),
                 ("reopen", {"reason": "It stuck again"}, "reopened"),
                 ("decline", {"reason": "The dock closes"}, "declined"))
        for index, (verb, fields, state) in enumerate(steps):
            with self.subTest(verb=verb):
                sent = self.decide(visit, gate, verb, **fields)
                self.assertEqual(sent.status, 303, sent.body)
                eventually(f"it is {state}", lambda: visit.get(f"/insights/{gate}").body.count(
                    "</strong> by ") == index + 1)
                self.assertIn(f">{state}</span>", visit.get(f"/insights/{gate}").body)
        page = visit.get(f"/insights/{gate}").body
        self.assertIn("The gate at the dock", page)
        self.assertNotIn('value="resolve"', page, "it is finished")

    @staticmethod
    def in_a_week() -> str:
        return (datetime.datetime.now() + datetime.timedelta(days=7)).strftime("%Y-%m-%dT%H:%M")

    def test_signing_in_leads_to_the_page_that_was_wanted_and_nowhere_else(self) -> None:
        self.report(self.depot, GATE, 6)
        gate = self.insight_of("amara", GATE)
        visit = self.visit()
        page = visit.follow(visit.get(f"/insights/{gate}"))
        for to, leads in ((None, f"/insights/{gate}"), ("/sign-out", "/"),
                          ("//evil.example/insights/1", "/"), ("/insights/1%0d%0aX: y", "/"),
                          ("https://evil.example/", "/"), ('/insights/1"><b', "/")):
            if to is not None:
                visit = self.visit()
                page = visit.get("/sign-in?to=" + urllib.parse.quote(to))
            self.assertNotIn("evil", page.body)
            action, fields = Forms(page.body).of()
            answer = visit.ask("POST", action, fields | {"leader": "amara", "password": PASSWORD})
            self.assertEqual(answer.headers["Location"], leads, to)

    def test_what_is_refused_says_why_and_keeps_what_was_typed(self) -> None:
        self.report(self.depot, GATE, 6)
        gate = self.insight_of("amara", GATE)
        visit = self.visit()
        visit.sign_in("amara")
        refused = self.decide(visit, gate, "assign", owner="Facilities <1>", due="2001-01-01T00:00")
        self.assertEqual(refused.status, 400)
        self.assertIn('role="alert"', refused.body)
        self.assertIn("Nothing was recorded", refused.body)
        self.assertIn("Facilities &lt;1&gt;", refused.body)
        self.assertEqual(self.decide(visit, gate, "answer", text=" ").status, 400)
        action, late = Forms(visit.get(f"/insights/{gate}").body).of(verb="ack")
        self.assertEqual(self.decide(visit, gate, "decline", reason="No").status, 303)
        eventually("it is declined", lambda: ">declined</span>" in
                   visit.get(f"/insights/{gate}").body)
        refused = visit.ask("POST", action, late)
        self.assertEqual(refused.status, 409)
        self.assertIn("while the insight is declined", refused.body)
        self.assertEqual(self.counted()["decided"], 1)

    def test_markup_of_the_front_line_is_text_and_no_page_asks_for_more(self) -> None:
        self.report(self.store, TILL, 6)
        till = self.insight_of("jonas", "Till 3 froze")
        visit = self.visit()
        visit.sign_in("jonas")
        for path in ("/", f"/insights/{till}"):
            page = visit.get(path)
            self.assertIn("&lt;script&gt;alert", page.body)
            self.assertNotIn("<script>", page.body)
            self.assertNotIn("<b>", page.body)
            policy = page.headers["Content-Security-Policy"]
            self.assertNotIn("unsafe", policy)
            self.assertIn("default-src 'none'", policy)
            self.assertEqual(page.headers["Cache-Control"], "no-store")
            style = page.body.split('rel="stylesheet" href="')[1].split('"')[0]
        css = self.visit().get(style)
        self.assertEqual(css.status, 200)
        self.assertIn("immutable", css.headers["Cache-Control"])
        self.assertEqual(css.headers["Content-Type"], "text/css; charset=utf-8")

    def test_another_leaders_insight_is_as_one_that_is_not_there(self) -> None:
        self.report(self.depot, GATE, 6)
        self.report(self.store, "Till 3 froze", 6)
        gate = self.insight_of("amara", GATE)
        till = self.insight_of("jonas", "Till 3 froze")
        visit = self.visit()
        visit.sign_in("jonas")
        self.assertNotIn(GATE, visit.get("/").body)
        refused, unknown = visit.get(f"/insights/{gate}"), visit.get("/insights/9999")
        self.assertEqual(refused.status, 404)
        self.assertEqual(self.without_tokens(refused.body), self.without_tokens(unknown.body))
        _, fields = Forms(visit.get(f"/insights/{till}").body).of(verb="ack")
        self.assertEqual(visit.ask("POST", f"/insights/{gate}", fields | {"opened_by": ""}).status,
                         404)
        script = self.visit(self.feed.command("token", "jonas").strip())
        self.assertEqual(script.get(f"/api/v1/insights/{gate}").status, 404)
        self.assertEqual(script.send_json(f"/api/v1/insights/{gate}/decisions",
                                          {"verb": "ack"}).status, 404)
        listed = [item["insight"] for item in script.get("/api/v1/insights").json()["items"]]
        self.assertEqual(listed, [till])

    @staticmethod
    def changed(token: str) -> str:
        return token[:-1] + ("A" if token[-1] == "_" else "_")

    @staticmethod
    def without_tokens(page: str) -> str:
        return re.sub('name="form" value="[^"]*"', "", page)

    def test_forged_missing_replayed_and_foreign_forms_do_nothing(self) -> None:
        self.report(self.depot, GATE, 6)
        gate = self.insight_of("amara", GATE)
        visit, other = self.visit(), self.visit()
        visit.sign_in("amara")
        other.sign_in("amara")
        action, good = Forms(visit.get(f"/insights/{gate}").body).of(verb="answer")
        good["text"] = "On Thursday"
        _, others = Forms(other.get(f"/insights/{gate}").body).of(verb="answer")
        without = {name: value for name, value in good.items() if name != "form"}
        for fields in (without, good | {"form": ""}, good | {"form": others["form"]},
                       good | {"form": self.changed(good["form"])}, good | {"form": "A" * 3000}):
            self.assertEqual(visit.ask("POST", action, fields).status, 403)
        for origin in ("https://evil.example", "null", URL + ":1", URL + ".evil.example"):
            self.assertEqual(visit.ask("POST", action, good, Origin=origin).status, 403)
        self.assertEqual(self.visit().ask("POST", action, good).headers["Location"],
                         f"/sign-in?to=/insights/{gate}")
        self.assertEqual(self.counted()["decided"], 0)
        self.assertEqual(visit.ask("POST", action, good, Origin=URL).status, 303)
        again = visit.ask("POST", action, good, Origin=URL)
        self.assertEqual(again.status, 409)
        self.assertIn("sent already", again.body)
        self.assertEqual(visit.ask("POST", "/sign-out", {"form": good["form"]}).status, 409)
        counted = self.counted()
        self.assertEqual((counted["decided"], counted["forms_refused"]), (1, 11))
        # A form for signing in is of that browser alone, too.
        _, fields = Forms(self.visit().get("/sign-in").body).of()
        stranger = self.visit()
        stranger.get("/sign-in")
        self.assertEqual(stranger.ask("POST", "/sign-in", fields | {
            "leader": "amara", "password": PASSWORD}).status, 403)

    def test_a_cookie_is_worth_nothing_after_signing_out(self) -> None:
        visit = self.visit()
        visit.sign_in("amara")
        kept = dict(visit.cookies)
        self.visit().sign_in("amara")
        action, fields = Forms(visit.get("/").body).to("/sign-out")
        self.assertEqual(visit.ask("POST", action, fields, Origin=URL).status, 303)
        self.assertEqual(visit.cookies["earshot"], "")
        visit.cookies = kept
        self.assertEqual(visit.get("/").headers["Location"], "/sign-in")
        self.assertEqual(visit.get("/api/v1/me").status, 401)
        for command in (("sign-out", ""), ("password", "another calm phrase\n")):
            visit = self.visit()
            visit.sign_in("amara")
            self.feed.command(command[0], "amara", stdin=command[1])
            self.assertEqual(visit.get("/").headers["Location"], "/sign-in")
        self.assertEqual(self.visit().try_sign_in("amara", PASSWORD).status, 403)
        self.visit().sign_in("amara", "another calm phrase")
        self.assertNotIn(kept["earshot"], self.log_text())

    def test_whoever_leaves_the_organisation_is_out_and_a_new_scope_holds_at_once(self) -> None:
        self.report(self.depot, GATE, 6)
        gate = self.insight_of("amara", GATE)
        amara, jonas = self.visit(), self.visit()
        amara.sign_in("amara")
        jonas.sign_in("jonas")
        script = self.visit(self.feed.command("token", "jonas").strip())
        self.assertEqual(amara.get(f"/insights/{gate}").status, 200)
        _, form = Forms(amara.get(f"/insights/{gate}").body).of(verb="ack")
        (self.folder / "organisation.conf").write_text("""
sites { id: "depot-3" channel: "delivery" region: "north" }
sites { id: "store-014" channel: "store" region: "south" }
leaders { id: "amara" name: "Amara Osei" scope { sites: "store-014" } }
""")
        self.router.process.send_signal(signal.SIGHUP)
        eventually("jonas is out", lambda: jonas.get("/").status == 303)
        self.assertEqual(script.get("/api/v1/me").status, 401)
        self.assertEqual(jonas.try_sign_in("jonas", PASSWORD).status, 403)
        self.assertEqual(amara.get(f"/insights/{gate}").status, 404)
        self.assertEqual(amara.ask("POST", f"/insights/{gate}", form).status, 404)

    def test_ten_thousand_wrong_passwords_stay_cheap_and_say_nothing(self) -> None:
        visit = self.visit()
        known, unknown = (visit.try_sign_in(name, "a wrong password") for name in
                          ("amara", "nobody"))
        self.assertEqual((known.status, unknown.status), (403, 403))
        self.assertEqual(self.without_tokens(known.body).replace("amara", "N"),
                         self.without_tokens(unknown.body).replace("nobody", "N"))
        _, fields = Forms(visit.get("/sign-in").body).of()
        before = self.feed.rss_bytes()
        statuses: dict[int, int] = {}
        for number in range(10000):
            answer = visit.ask("POST", "/sign-in", fields | {
                "leader": "amara" if number % 2 else f"guess-{number}",
                "password": f"secret-guess-{number}"})
            statuses[answer.status] = statuses.get(answer.status, 0) + 1
        self.assertEqual(set(statuses), {403, 429})
        self.assertLess(statuses[403], 40, "those that were compared")
        self.assertGreater(int(answer.headers["Retry-After"]), 60)
        counted = self.counted()
        self.assertEqual(counted["sign_ins_refused"], 10002)
        self.assertEqual(counted["sign_ins_limited"], statuses[429])
        lines = list(self.feed.log("sign_in_refused"))
        self.assertLess(len(lines), 60, "a few a minute")
        self.assertEqual(lines[0]["leader"], "amara")
        self.assertEqual(lines[1]["leader"], "unknown")
        for secret in ("secret-guess", "guess-0", "a wrong password"):
            self.assertNotIn(secret, self.log_text())
        if not self.feed.sanitized():
            self.assertLess(self.feed.rss_bytes() - before, 64 << 20)
        self.assertEqual(visit.try_sign_in("amara", PASSWORD).status, 429, "until later")

    def test_what_is_too_large_slow_or_nowhere_is_refused(self) -> None:
        visit = self.visit()
        self.assertEqual(visit.ask("POST", "/sign-in", {"password": "x" * 100000}).status, 413)
        self.assertEqual(visit.get("/", Cookie="x" * 20000).status, 431)
        visit.sign_in("amara")
        for path in ("/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/insights/%31", "/nothing",
                     "/insights/../", "//", "/page-000000000000.css", "/insights/-1"):
            self.assertEqual(visit.get(path).status, 404, path)
        for method, path in (("POST", "/"), ("GET", "/sign-out"), ("DELETE", "/")):
            self.assertEqual(visit.ask(method, path).status, 405, path)
        self.assertEqual(visit.ask("HEAD", "/").status, 200)
        with socket.create_connection(("127.0.0.1", visit.port)) as slow:
            slow.sendall(b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-")
            self.assertEqual(visit.get("/").status, 200, "others are served meanwhile")
            slow.settimeout(30)
            self.assertEqual(slow.recv(100), b"", "and it is left")


class BehindHttps(PageWorld):
    url = "https://earshot.example.com/feed/"

    def test_cookies_are_for_https_alone_and_paths_begin_with_the_base(self) -> None:
        visit = self.visit()
        page = visit.get("/sign-in")
        cookie = page.headers["Set-Cookie"]
        self.assertTrue(cookie.startswith("__Host-earshot-form="), cookie)
        for part in ("; Path=/", "; HttpOnly", "; SameSite=Strict", "; Secure"):
            self.assertIn(part, cookie)
        action, fields = Forms(page.body).of()
        self.assertEqual(action, "/feed/sign-in")
        fields |= {"leader": "amara", "password": PASSWORD}
        self.assertEqual(visit.ask("POST", "/sign-in", fields, Origin=URL).status, 403)
        answer = visit.ask("POST", "/sign-in", fields, Origin="https://earshot.example.com")
        self.assertEqual(answer.headers["Location"], "/feed/")
        self.assertTrue(answer.headers["Set-Cookie"].startswith("__Host-earshot="))
        self.assertEqual(visit.get("/").status, 200)


class Commands(PageWorld):
    def test_passwords_are_set_by_who_may_speak_for_the_leader_and_never_shown(self) -> None:
        short = self.feed.try_command("password", "amara", stdin="short\n")
        self.assertIn("at least", short.stderr)
        refused = self.feed.try_command("password", "nobody", stdin=PASSWORD)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("there is no leader 'nobody'", refused.stderr)
        said = self.feed.command("password", "amara", stdin=PASSWORD)
        self.assertIn(URL + "/sign-in", said)
        self.assertNotIn(PASSWORD, said + self.log_text())
        stored = b"".join(path.read_bytes() for path in
                          (self.feed.folder / "state").glob("sign_in.db*"))
        self.assertIn(b"$argon2id$", stored)
        self.assertNotIn(PASSWORD.encode(), stored)
        self.assertEqual((self.feed.folder / "state/sign_in.db").stat().st_mode & 0o077, 0)


if __name__ == "__main__":
    unittest.main()
