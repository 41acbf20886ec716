#!/usr/bin/env python3
"""Who is up to no good at the leader's page: refused, counted, and noted in the log."""

import http.client
import ssl
import subprocess
import unittest
import urllib.parse

from loop_world import GATE
from page_visit import URL, Forms, PageWorld, Stream

GUESSES = 10000


class PageSecurity(PageWorld):
    def test_ten_thousand_guesses_over_one_connection_are_refused_counted_and_few_logged(
            self) -> None:
        visit = self.visit()
        _, fields = Forms(visit.get("/sign-in").body).of()
        connection = http.client.HTTPConnection("127.0.0.1", visit.port, timeout=60)
        self.addCleanup(connection.close)
        headers = visit.headers() | {"Content-Type": "application/x-www-form-urlencoded"}
        statuses: dict[int, int] = {}
        for number in range(GUESSES):
            body = urllib.parse.urlencode(fields | {
                "leader": "amara" if number % 2 else f"guess-{number}",
                "password": f"secret-guess-{number}"})
            connection.request("POST", "/sign-in", body, headers)
            came = connection.getresponse()
            came.read()
            statuses[came.status] = statuses.get(came.status, 0) + 1
            if came.will_close:
                connection.close()
        self.assertEqual(set(statuses), {403, 429})
        self.assertLessEqual(statuses[403], 40, "those that were compared")
        counted = self.counted()
        self.assertEqual(counted["sign_ins_refused"], GUESSES)
        self.assertEqual(counted["sign_ins_limited"], statuses[429])
        lines = list(self.feed.log("sign_in_refused"))
        self.assertTrue(0 < len(lines) < 60, "a few a minute")
        self.assertTrue(all(line["address"] == "127.0.0.1" for line in lines))
        self.assertNotIn("secret-guess", self.log_text())

    def test_nothing_of_another_leader_is_told_by_any_door(self) -> None:
        self.report(self.depot, GATE, 6)
        gate = self.insight_of("amara", GATE)
        jonas = self.visit(self.feed.command("token", "jonas").strip())
        for number in (gate, gate + 1, 2 ** 63 - 1):
            self.assertEqual(jonas.get(f"/api/v1/insights/{number}").status, 404)
        stream = Stream(jonas, last="1-0")
        event = stream.next()
        self.assertEqual(event.name, "reload", "and no numbers")
        stream.close()

    def test_a_header_that_names_a_leader_is_nothing_without_a_proxy(self) -> None:
        self.assertEqual(self.visit().get("/api/v1/me", X_Remote_User="amara").status, 401)

    def test_a_replayed_cookie_neither_reads_nor_listens(self) -> None:
        visit = self.visit()
        visit.sign_in("amara")
        kept = dict(visit.cookies)
        action, fields = Forms(visit.get("/").body).to("/sign-out")
        visit.ask("POST", action, fields, Origin=URL)
        visit.cookies = kept
        self.assertEqual(visit.get("/api/v1/digest").status, 401)
        stream = Stream(visit)
        self.assertEqual(stream.answer().status, 401)
        stream.close()

    def test_what_is_too_large_or_no_request_is_counted(self) -> None:
        before = self.feed.status()["links"]["refused"]
        visit = self.visit()
        self.assertEqual(visit.ask("POST", "/sign-in", {"password": "x" * 70000}).status, 413)
        self.assertEqual(visit.get("/", Cookie="x" * 20000).status, 431)
        self.assertEqual(visit.get("/api/v1/events", Last_Event_ID="9" * 15000).status, 401)
        for path in ("/../sign_in.db", "/%2e%2e/feed.key", "/api/v1/../../x", "/api/v1/events/",
                     "/insights/1%00", "/act/../insights/1"):
            self.assertIn(visit.get(path).status, (404, 410, 403), path)
        self.assertGreaterEqual(self.feed.status()["links"]["refused"], before + 2)


class BehindProxy(PageWorld):
    """The proxy is this machine."""

    more = 'trusted_proxy: "127.0.0.1"\nsign_on_header: "X-Remote-User"\n'

    def test_the_leader_whom_it_names_is_let_in_and_still_brings_forms(self) -> None:
        self.report(self.depot, GATE, 6)
        gate = self.insight_of("amara", GATE)
        visit = self.visit()
        self.assertEqual(visit.get("/").headers["Location"], "/sign-in")
        page = visit.get(f"/insights/{gate}", X_Remote_User="amara")
        self.assertEqual(page.status, 200)
        self.assertIn("Amara Osei", page.body)
        action, fields = Forms(page.body).of(verb="ack")
        forged = {name: value for name, value in fields.items() if name != "form"}
        self.assertEqual(visit.ask("POST", action, forged, X_Remote_User="amara").status, 403)
        self.assertEqual(visit.ask("POST", action, fields, X_Remote_User="jonas").status, 403)
        self.assertEqual(visit.ask("POST", action, fields, X_Remote_User="amara",
                                   Origin=URL).status, 303)
        script = {"verb": "rename", "title": "The gate"}
        path = f"/api/v1/insights/{gate}/decisions"
        self.assertEqual(visit.send_json(path, script, X_Remote_User="amara").status, 403)
        form = visit.get("/api/v1/me", X_Remote_User="amara").json()["form"]
        self.assertEqual(visit.send_json(path, script | {"form": form},
                                         X_Remote_User="amara").status, 202)

    def test_whom_the_organisation_does_not_name_is_not_let_in(self) -> None:
        self.assertEqual(self.visit().get("/api/v1/me", X_Remote_User="mallory").status, 401)
        self.assertEqual(self.counted()["sign_ons_refused"], 1)

    def test_tries_are_limited_by_the_address_that_the_proxy_saw(self) -> None:
        visit = self.visit()
        _, fields = Forms(visit.get("/sign-in").body).of()

        def guess(number: int, hops: str) -> int:
            return visit.ask("POST", "/sign-in", fields | {
                "leader": f"guess-{number}", "password": "wrong wrong wrong"},
                X_Forwarded_For=hops).status

        statuses = [guess(number, f"203.0.113.{number}, 198.51.100.7") for number in range(45)]
        self.assertEqual(statuses[44], 429, "what the client writes before it does not count")
        self.assertEqual(guess(100, "198.51.100.8"), 403, "another address is not limited")
        self.assertEqual(next(iter(self.feed.log("sign_in_refused")))["address"], "198.51.100.7")


class BehindAnotherProxy(PageWorld):
    more = 'trusted_proxy: "192.0.2.1"\nsign_on_header: "X-Remote-User"\n'

    def test_a_forged_header_from_elsewhere_is_ignored_counted_and_logged(self) -> None:
        visit = self.visit()
        answer = visit.get("/api/v1/me", X_Remote_User="amara", X_Forwarded_For="192.0.2.1")
        self.assertEqual(answer.status, 401)
        self.assertEqual(self.counted()["sign_ons_refused"], 1)
        line = next(iter(self.feed.log("sign_on_refused")))
        self.assertEqual(line["address"], "127.0.0.1")
        visit.sign_in("jonas")
        me = visit.get("/api/v1/me", X_Remote_User="amara")
        self.assertEqual(me.json()["leader"], "jonas")


class ByTls(PageWorld):
    url = "https://localhost"

    def before_feed(self) -> str:
        certificate, key = self.folder / "page.pem", self.folder / "page.key"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost",
                        "-days", "1", "-out", certificate, "-keyout", key],
                       check=True, capture_output=True)
        return f'http_certificate: "{certificate}"\nhttp_private_key: "{key}"\n'

    def test_the_page_is_served_by_tls_and_says_so(self) -> None:
        context = ssl.create_default_context(cafile=str(self.folder / "page.pem"))
        connection = http.client.HTTPSConnection(
            "localhost", self.feed.status()["http_port"], timeout=20, context=context)
        self.addCleanup(connection.close)
        connection.request("GET", "/sign-in")
        came = connection.getresponse()
        self.assertEqual(came.status, 200)
        self.assertIn("max-age=", came.headers["Strict-Transport-Security"])
        self.assertTrue(came.headers["Set-Cookie"].startswith("__Host-"))
        came.read()
        plain = http.client.HTTPConnection("127.0.0.1", self.feed.status()["http_port"])
        self.addCleanup(plain.close)
        with self.assertRaises((http.client.HTTPException, OSError)):
            plain.request("GET", "/")
            plain.getresponse()


if __name__ == "__main__":
    unittest.main()
