#!/usr/bin/env python3
"""Phones of the site's network: paired by a code, by TLS, and nobody else."""

import hashlib
import http.client
import json
import re
import ssl
import unittest

import programs
from loop_world import LoopWorld
from page_visit import Answer, Forms, Visit
from programs import eventually

OPEN = 'page_listen: "127.0.0.1:0"\nphone_page { listen: "127.0.0.1:0" }\n'


class Machine(Visit):
    """A browser at the site's machine."""

    def act(self, path: str) -> Answer:
        _, fields = Forms(self.get("/phone").body).to(path)
        return self.follow(self.ask("POST", path, fields))


class Phone(Visit):
    """A phone's browser, which trusts this certificate and no other."""

    def __init__(self, port: int, certificate: str) -> None:
        super().__init__(port)
        self.trusts = ssl.create_default_context(cafile=certificate)
        self.flags: dict[str, str] = {}

    @property
    def origin(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=20,
                                           context=self.trusts)

    def ask(self, method: str, path: str, fields: dict[str, str] | None = None,
            body: str | None = None, **headers: str) -> Answer:
        answer = super().ask(method, path, fields, body, **headers)
        for cookie in answer.headers.get_all("Set-Cookie", []):
            self.flags[cookie.split("=")[0]] = cookie
        return answer

    def pair(self, path: str) -> Answer:
        _, fields = Forms(self.get(path).body).to(path)
        return self.ask("POST", path, fields, Origin=self.origin)

    def tell(self, text: str) -> Answer:
        fields = next(found for to, found in Forms(self.get("/").body).forms if to == "/")
        for name in ("severity", "who", "quote", "safety", "kind"):
            fields.pop(name, None)
        return self.follow(self.ask("POST", "/", fields | {
            "text": text, "severity": "3", "who": "anonymous"}, Origin=self.origin))


class PhonePageTest(LoopWorld):
    def setUp(self) -> None:
        super().setUp()
        self.depot.stop()
        with self.depot.config.open("a") as config:
            config.write(OPEN)
        self.start()

    def start(self) -> None:
        line = self.depot.start()
        self.machine = Machine(line["page_port"])
        self.port = line["phones_port"]

    def phone(self) -> Phone:
        return Phone(self.port, str(self.depot.folder / "state" / "phones.crt"))

    def shown(self) -> str:
        """The path that a code at the machine leads to."""
        page = self.machine.get("/phone")
        if "/pair/" not in page.body:
            page = self.machine.act("/phone/show")
        found = re.search(r"https://127\.0\.0\.1:(\d+)(/pair/[0-9A-Z]{16})", page.body)
        assert found is not None, page.body
        self.assertEqual(int(found.group(1)), self.port)
        return found.group(2)

    def paired(self) -> Phone:
        phone = self.phone()
        self.assertEqual(phone.pair(self.shown()).status, 303)
        return phone

    def count(self) -> int:
        return json.loads(self.depot.command("phones", "--json"))["paired"]

    def test_a_paired_phone_tells_and_its_report_arrives(self) -> None:
        phone = self.paired()
        recorded = phone.tell("The cold room door does not close")
        self.assertEqual(recorded.status, 200)
        self.assertRegex(recorded.body, r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}")
        eventually("it is with the router", lambda: sum(
            lane["spooled"] - lane["acked"] for lane in self.depot.status()["lanes"]) == 0)
        for name, cookie in phone.flags.items():
            for flag in ("Secure", "HttpOnly", "SameSite=Strict"):
                self.assertIn(flag, cookie, name)

    def test_opening_the_address_asks_and_only_sending_pairs(self) -> None:
        path = self.shown()
        phone = self.phone()
        for _ in range(3):
            self.assertEqual(phone.get(path).status, 200)
        self.assertEqual(self.count(), 0)
        self.assertEqual(phone.get("/").status, 403)
        self.assertEqual(phone.pair(path).status, 303)
        self.assertEqual(self.count(), 1)
        self.assertEqual(phone.get(path).headers["Location"], "/phone")
        self.assertIn("This phone is paired until", phone.get("/phone").body)

    def test_a_phone_that_is_not_paired_sees_and_does_nothing(self) -> None:
        self.report(self.depot, "Words of a colleague", 6)
        stranger = self.phone()
        for path in ("/", "/inbox", "/status", "/mine/1", "/phone", "/done/x"):
            answer = stranger.get(path)
            self.assertEqual(answer.status, 403, path)
            self.assertNotIn("colleague", answer.body)
        for path in ("/", "/me-too", "/open", "/phone/show", "/phone/unpair", "/preview"):
            self.assertEqual(stranger.ask("POST", path, {"text": "x"}).status, 403, path)
        self.assertEqual(stranger.get("/pair/" + "0" * 16).status, 410)
        self.assertEqual(self.phone().ask("POST", "/pair/" + "0" * 16, {}).status, 403)
        stranger.cookies["earshot_phone"] = "0" * 32
        self.assertEqual(stranger.get("/").status, 403)

    def test_the_language_is_changed_before_pairing_and_strangers_learn_no_site(self) -> None:
        path = self.shown()
        phone = self.phone()
        changed = phone.follow(phone.get(f"/language?to=es&from={path}"))
        self.assertIn('lang="es"', changed.body)
        self.assertIn(f'action="{path}"', changed.body)
        stranger = self.phone()
        for there in ("/", "/pair/" + "0" * 16, "/nothing"):
            answer = stranger.get(there)
            self.assertNotIn("depot-3", answer.body, there)
            self.assertNotIn('data-at="/status"', answer.body, there)

    def test_without_a_place_to_listen_the_agent_works_and_says_so(self) -> None:
        self.depot.stop()
        config = self.depot.config.read_text()
        self.depot.config.write_text(config.replace(
            'phone_page { listen: "127.0.0.1:0" }', 'phone_page { listen: "192.0.2.7:7416" }'))
        self.machine = Machine(self.depot.start()["page_port"])
        self.depot.logged("phones_page_failed")
        home = self.machine.get("/")
        self.assertEqual(home.status, 200)
        self.assertNotIn('href="/phone"', home.body)
        self.assertEqual(self.machine.get("/phone").status, 404)
        done = self.depot.try_command("phones")
        self.assertIn("tried again", done.stderr)

    def test_a_code_is_over_when_it_is_hidden_and_another_is_another(self) -> None:
        first = self.shown()
        self.machine.act("/phone/hide")
        self.assertEqual(self.phone().get(first).status, 410)
        second = self.shown()
        self.assertNotEqual(first, second)
        phone = self.phone()
        _, fields = Forms(phone.get(second).body).to(second)
        self.machine.act("/phone/hide")
        late = phone.ask("POST", second, fields, Origin=phone.origin)
        self.assertEqual(late.status, 410)
        self.assertIn("That code is over", late.body)
        self.assertEqual(self.count(), 0)

    def test_what_others_send_is_refused(self) -> None:
        phone = self.paired()
        fields = next(found for to, found in Forms(phone.get("/").body).forms if to == "/")
        fields |= {"text": "forged", "severity": "3", "who": "anonymous"}
        for origin in ("https://evil.example", "null", phone.origin.replace("https", "http")):
            self.assertEqual(phone.ask("POST", "/", fields, Origin=origin).status, 403, origin)
        for host in (f"evil.example:{self.port}", "127.0.0.1", f"localhost:{self.port}"):
            self.assertEqual(phone.get("/", Host=host).status, 403, host)
        self.assertEqual(self.machine.get(self.shown()).status, 404, "codes are for phones")
        self.assertEqual(phone.ask("POST", "/phone/show", {"form": fields["form"]},
                                   Origin=phone.origin).status, 404)
        with self.assertRaises((http.client.HTTPException, OSError)):
            Machine(self.port).get("/")
        with self.assertRaises(ssl.SSLError):
            stranger = self.phone()
            stranger.trusts = ssl.create_default_context()
            stranger.get("/")

    def test_a_phone_is_known_until_it_is_unpaired(self) -> None:
        phone, other = self.paired(), self.paired()
        self.depot.stop()
        self.start()
        phone.port = other.port = self.port
        self.assertEqual(phone.get("/").status, 200)
        _, fields = Forms(phone.get("/phone").body).to("/phone/unpair")
        gone = phone.ask("POST", "/phone/unpair", fields, Origin=phone.origin)
        self.assertEqual(gone.status, 303)
        self.assertEqual(phone.get("/").status, 403)
        self.assertEqual(other.get("/").status, 200)
        said = self.machine.act("/phone/unpair")
        self.assertIn("No phone is paired any more", said.body)
        self.assertEqual(other.get("/").status, 403)
        self.assertEqual(self.count(), 0)

    def test_one_phones_haste_holds_up_no_other(self) -> None:
        loud, quiet = self.paired(), self.paired()
        statuses = [loud.tell(f"Number {number}").status for number in range(24)]
        self.assertIn(429, statuses)
        self.assertEqual(quiet.tell("One of mine").status, 200)

    def test_a_code_is_shown_in_a_terminal_too(self) -> None:
        shown = json.loads(self.depot.command("phones", "--pair", "--json"))
        phone = self.phone()
        path = shown["address"].removeprefix(f"https://127.0.0.1:{self.port}").lower()
        self.assertEqual(phone.pair(path).status, 303)
        drawn = self.depot.command("phones", "--pair")
        self.assertIn("\u2580", drawn)
        self.assertIn("1 phones are paired", drawn)
        der = ssl.PEM_cert_to_DER_cert((self.depot.folder / "state" / "phones.crt").read_text())
        printed = hashlib.sha256(der).hexdigest().upper()
        self.assertEqual(shown["fingerprint"].replace(":", ""), printed)
        self.depot.command("phones", "--unpair")
        self.assertEqual(phone.get("/").status, 403)
        with self.assertRaises(Exception):
            self.store.command("phones")

    def test_secrets_are_in_no_file_and_no_log(self) -> None:
        path = self.shown()
        phone = self.phone()
        phone.pair(path)
        secrets = [path.removeprefix("/pair/"), phone.cookies["earshot_phone"]]
        for file in self.depot.folder.rglob("*"):
            if file.is_file():
                held = file.read_bytes()
                for secret in secrets:
                    self.assertNotIn(secret.encode(), held, file.name)

    def test_with_both_pages_the_agent_stays_small(self) -> None:
        if self.depot.sanitized():
            self.skipTest("sanitizers take memory of their own")
        phones = [self.paired() for _ in range(5)]
        for phone in phones:
            self.assertEqual(phone.get("/").status, 200)
            phone.tell("The floor is wet")
        eventually("it rests", lambda: self.depot.rss_bytes() <= 12 << 20)


if __name__ == "__main__":
    unittest.main()
