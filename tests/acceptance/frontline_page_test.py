#!/usr/bin/env python3
"""The page for the people of a site, without script: told, answered, "fixed? no"."""

import re
import subprocess
import unittest

import programs
from loop_world import LoopWorld
from page_visit import Answer, Forms, Visit
from programs import eventually

CARD = "4111 1111 1111 1111"
MARKUP = "The till says <script>alert('x')</script> & \"stops\""
TILL = "The till stops at every second card payment"


class Person(Visit):
    """Somebody at the page, in one browser."""

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def send(self, page: Answer, action: str, **fields: str) -> Answer:
        """The first form of a page that goes there, filled in."""
        typed = next(found for to, found in Forms(page.body).forms if to == action)
        # Of choices the parser names the last; what is ticked is what is given here.
        for name in ("severity", "who", "quote", "safety", "fixed", "kind", "said"):
            typed.pop(name, None)
        return self.ask("POST", action, typed | fields, Origin=self.origin)

    def tell(self, text: str, **fields: str) -> Answer:
        return self.follow(self.send(self.get("/"), "/", text=text,
                                     **{"severity": "3", "who": "anonymous"} | fields))

    def open(self, receipt: str) -> Answer:
        return self.send(self.get("/inbox"), "/open", receipt=receipt)


def receipt_in(page: Answer) -> str:
    found = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", page.body)
    if found is None:
        raise AssertionError(f"no receipt: {page.status} {page.body}")
    return found.group()


class FrontlinePageTest(LoopWorld):
    def setUp(self) -> None:
        super().setUp()
        self.port = 0
        self.serve_page(self.depot)

    def serve_page(self, agent: programs.Agent) -> None:
        agent.stop()
        with agent.config.open("a") as config:
            config.write('page_listen: "127.0.0.1:0"\n')
        self.port = agent.start()["page_port"]
        eventually("it is connected", lambda: agent.status()["session_open"])

    def person(self) -> Person:
        return Person(self.port)

    def waiting(self) -> int:
        return sum(lane["spooled"] - lane["acked"] for lane in self.depot.status()["lanes"])

    def test_told_and_answered_and_not_fixed(self) -> None:
        self.report(self.depot, "Something quite ordinary", 6)
        person = self.person()
        recorded = person.tell(MARKUP, quote="yes")
        self.assertEqual(recorded.status, 200)
        receipt = receipt_in(recorded)
        self.assertNotIn(receipt, "".join(person.cookies.values()), "anonymous, shared machine")
        number = self.insight_of("amara", "stops")
        self.feed.command("resolve", str(number), "A new <b>till</b> is in", "--as", "amara")
        opened = eventually("the answer is there", lambda: self.answered(person, receipt))
        self.assertIn("A new &lt;b&gt;till&lt;/b&gt; is in", opened.body)
        none = person.send(opened, "/verdict")
        self.assertEqual(none.status, 400)
        said = person.follow(person.send(opened, "/verdict", fixed="no", reason="It froze again"))
        self.assertEqual(said.status, 200)
        self.assertIn("it is not fixed", said.body)
        self.assertNotIn('action="/verdict"', said.body)
        eventually("the leader hears it", lambda: self.state_of(number)["state"] == "reopened")

    def answered(self, person: Person, receipt: str) -> Answer | None:
        opened = person.open(receipt)
        return opened if 'action="/verdict"' in opened.body else None

    def test_what_is_removed_is_shown_before_it_is_sent(self) -> None:
        person = self.person()
        typed = f"She read {CARD} aloud\nat the till"
        before = self.depot.status()["lanes"]
        shown = person.send(person.get("/"), "/", text=typed, severity="4", who="anonymous")
        self.assertEqual(shown.status, 200)
        self.assertIn("<mark>[card]</mark> aloud", shown.body)
        self.assertEqual(self.depot.status()["lanes"], before, "nothing is kept yet")
        preview = person.ask("POST", "/preview", {"form": Forms(shown.body).of()[1]["form"],
                                                  "text": typed}, Origin=person.origin)
        self.assertEqual(preview.json()["removed"], 1)
        changed = person.send(shown, "/", text=typed + " " + CARD, severity="4", who="anonymous")
        self.assertEqual(changed.body.count("<mark>[card]</mark>"), 2, "other words, other look")
        recorded = person.follow(person.send(changed, "/", severity="4", who="anonymous",
                                             text=typed + " " + CARD))
        receipt_in(recorded)
        self.assertIn("2 numbers or addresses were taken out", recorded.body)
        for file in self.depot.folder.rglob("*"):
            if file.is_file():
                self.assertNotIn(CARD.encode(), file.read_bytes(), file)

    def test_an_urgent_anonymous_one_says_what_leaders_see_before_it_is_sent(self) -> None:
        person = self.person()
        first = person.tell("A shelf leans over the aisle", safety="yes")
        self.assertIn("Leaders will see your site and the time", first.body)
        again = person.follow(person.send(first, "/", severity="3", who="anonymous",
                                          safety="yes", text="A shelf leans over the aisle"))
        receipt_in(again)
        named = person.tell("A cable hangs loose", severity="5", who="named", name="Ada")
        receipt_in(named)
        self.assertIn("leaders are told at once", named.body)

    def test_markup_is_shown_as_text_wherever_it_comes_back(self) -> None:
        person = self.person()
        shown = person.send(person.get("/"), "/", text=MARKUP + " " + CARD, severity="3",
                            who="named", name='"><script>alert(1)</script>')
        refused = person.send(person.get("/"), "/", text=MARKUP, who="named", name="")
        for page in (shown, refused):
            self.assertNotIn("<script>alert", page.body)
            self.assertIn("&lt;script&gt;alert", page.body)
        self.assertEqual(refused.status, 400)
        policy = shown.headers["Content-Security-Policy"]
        self.assertIn("default-src 'none'", policy)
        self.assertNotIn("unsafe", policy)

    def test_without_a_connection_it_is_kept_and_sent_later(self) -> None:
        self.router.stop()
        eventually("it is away", lambda: not self.depot.status()["session_open"], 60)
        person = self.person()
        before = self.waiting()
        recorded = person.tell("The freezer door does not close")
        receipt = receipt_in(recorded)
        self.assertIn("kept on this machine", recorded.body)
        home = person.get("/")
        self.assertIn(f"Not connected. What you write is kept here and sent later ({before + 1} "
                      "waiting).", home.body)
        self.assertFalse(person.get("/status").json()["connected"])
        self.router.start()
        eventually("it goes out", lambda: self.waiting() == 0, 60)
        eventually("the page says so", lambda: person.get("/status").json()["connected"])
        self.assertEqual(person.open(receipt).status, 200)

    def test_a_full_spool_keeps_what_was_typed(self) -> None:
        self.router.stop()
        self.depot.stop()
        with self.depot.config.open("a") as config:
            config.write("spool_cap_mib: 1\n")
        self.port = self.depot.start()["page_port"]
        # What does not fit is refused a batch at a time.
        for rows in (200, 50, 10, 1):
            for source in range(60):
                lines = "".join(f'{{"text":"{row} {"x" * 2000}"}}\n' for row in range(rows))
                done = self.depot.try_command("import", "-", "--source", f"{rows}/{source}",
                                              stdin=lines)
                if done.returncode != 0:
                    break
        typed = "The lift is stuck " + "again and again " * 200
        refused = self.person().tell(typed)
        self.assertEqual(refused.status, 507)
        self.assertIn("nothing was recorded", refused.body)
        self.assertIn(typed.strip(), refused.body)

    def test_the_page_speaks_the_readers_language(self) -> None:
        for language, asks in (("en-GB,en;q=0.9", "What did you see or hear?"),
                               ("es-MX,es;q=0.9,en;q=0.4", "¿Qué ha visto u oído?"),
                               ("de,fr;q=0.7", "Qu’avez-vous vu ou entendu ?"),
                               ("de", "What did you see or hear?")):
            self.assertIn(asks, self.person().get("/", Accept_Language=language).body)
        person = self.person()
        person.follow(person.get("/language?to=fr&from=/"))
        inbox = person.get("/inbox", Accept_Language="es")
        self.assertIn('<html lang="fr">', inbox.body)
        self.assertIn("Les suites", inbox.body)
        away = person.get("/language?to=xx&from=https://elsewhere.example/")
        self.assertEqual(away.headers["Location"], "/")

    def test_who_comes_from_elsewhere_is_refused(self) -> None:
        person = self.person()
        home = person.get("/")
        token = Forms(home.body).of()[1]["form"]
        fields = {"form": token, "text": "Forged", "severity": "3", "who": "anonymous"}
        before = self.depot.status()["lanes"]
        for host in ("evil.example", f"evil.example:{self.port}", "127.0.0.1:1", "",
                     f"127.0.0.1.evil.example:{self.port}"):
            self.assertEqual(person.get("/", Host=host).status, 403, host)
        for origin in ("https://evil.example", "null", f"http://localhost:{self.port}",
                       f"https://127.0.0.1:{self.port}"):
            self.assertEqual(person.ask("POST", "/", fields, Origin=origin).status, 403, origin)
        stranger = self.person()
        self.assertEqual(stranger.ask("POST", "/", fields).status, 403, "another browser")
        self.assertEqual(person.ask("POST", "/", fields | {"form": "x"}).status, 403)
        self.assertEqual(person.ask("POST", "/", body="x" * 100000).status, 413)
        self.assertEqual(person.get("/me-too").status, 405)
        self.assertEqual(person.get("/../etc/passwd").status, 404)
        self.assertEqual(self.depot.status()["lanes"], before, "nothing was recorded")
        receipt_in(person.follow(person.ask("POST", "/", fields)))
        again = person.follow(person.ask("POST", "/", fields))
        receipt_in(again)
        lanes = self.depot.status()["lanes"]
        self.assertEqual(sum(lane["spooled"] for lane in lanes),
                         sum(lane["spooled"] for lane in before) + 1, "sent twice, once recorded")

    def test_an_anonymous_one_opens_by_its_code_alone(self) -> None:
        person = self.person()
        page = person.get("/")
        sent = person.send(page, "/", text="The rota changes at night", severity="3",
                           who="anonymous")
        done = sent.headers["Location"]
        receipt = receipt_in(person.get(done))
        self.assertEqual(self.person().get(done).status, 410, "another browser")
        for path in ("/", "/inbox"):
            page = person.get(path)
            self.assertNotIn(receipt, page.body)
            self.assertNotIn("The rota changes", page.body)
        person.send(person.get(done), "/forget")
        self.assertEqual(person.get(done).status, 410, "the next at this machine")
        self.assertEqual(self.person().open("AAAA-AAAA-AAAA").status, 404)
        other = self.person().open(receipt.lower().replace("-", " "))
        self.assertEqual(other.status, 200)
        self.assertNotIn("The rota changes", other.body)
        first = person.get("/inbox")
        self.assertEqual(person.send(first, "/open", receipt=receipt).status, 200)
        again = person.send(first, "/open", receipt=receipt)
        self.assertEqual(again.status, 410, "by whoever goes back in this browser")

    def test_a_named_one_is_kept_in_the_browser_when_asked_for(self) -> None:
        person = self.person()
        recorded = person.tell("Boxes block the door", who="named", name="Ada")
        receipt = receipt_in(recorded)
        self.assertNotIn(receipt, "".join(person.cookies.values()))
        kept = person.follow(person.send(recorded, "/remember"))
        self.assertIn(receipt[:4], kept.body)
        self.assertIn(receipt, person.get("/mine/1").body)
        forgot = person.follow(person.send(kept, "/forget-mine"))
        self.assertNotIn(receipt[:4], forgot.body)
        anonymous = person.tell("Boxes block the other door")
        self.assertNotIn('action="/remember"', anonymous.body)

    def test_a_report_is_corrected_and_taken_back_by_its_code(self) -> None:
        person = self.person()
        receipt = receipt_in(person.tell("Lane four is dark"))
        shown = person.send(person.open(receipt), "/correct", text=f"Lane five is dark, {CARD}")
        self.assertIn("<mark>[card]</mark>", shown.body)
        corrected = person.follow(person.send(shown, "/correct"))
        self.assertIn("Corrected.", corrected.body)
        back = person.follow(person.send(corrected, "/withdraw"))
        self.assertIn("Taken back.", back.body)
        self.assertNotIn('action="/correct"', back.body)

    def test_me_too_joins_what_is_known_here_and_shows_no_colleagues_words(self) -> None:
        self.report(self.depot, TILL, 6)
        number = self.insight_of("amara", TILL)
        person = self.person()
        self.feed.command("rename", str(number), "Card payments stop", "--as", "amara")
        self.feed.command("assign", str(number), "--owner", "Facilities", "--due", "2030-12-05",
                          "--as", "amara")
        home = eventually("it is known there", lambda: next(
            (page for page in [person.get("/")] if "Facilities" in page.body), None))
        self.assertIn("Card payments stop", home.body)
        self.assertIn("due Thursday 5 December", home.body)
        before = self.state_of(number)["observations"]
        recorded = person.follow(person.send(home, "/me-too"))
        receipt = receipt_in(recorded)
        eventually("it joins", lambda: self.state_of(number)["observations"] == before + 1)
        for page in (home, recorded, person.get("/inbox"), person.open(receipt)):
            self.assertNotIn(TILL, page.body)
        self.feed.command("resolve", str(number), "New readers are in", "--as", "amara")
        eventually("who said me too is asked", lambda: self.answered(person, receipt))

    def test_questions_and_guidance_are_there_for_everybody(self) -> None:
        self.report(self.depot, TILL, 6)
        self.insight_of("amara", TILL)
        self.feed.command("guide", "Offer water in the queue", "--site", "depot-3",
                          "--as", "amara")
        self.feed.command("ask", "Is the queue long?", "--site", "depot-3", "--choice", "Yes",
                          "--choice", "No", "--as", "amara")
        person = self.person()
        inbox = eventually("both are there", lambda: next(
            (page for page in [person.get("/inbox")] if "Is the queue long?" in page.body
             and "Offer water" in page.body), None))
        replied = person.follow(person.send(inbox, "/reply", said="1"))
        self.assertIn("Your answer is recorded", replied.body)
        self.assertNotIn('action="/reply"', replied.body)

    def test_too_many_at_once_wait_and_keep_what_was_typed(self) -> None:
        person = self.person()
        for number in range(25):
            answer = person.tell(f"Number {number} of many")
            if answer.status == 429:
                self.assertIn("Wait a minute", answer.body)
                self.assertIn(f"Number {number} of many", answer.body)
                return
        self.fail("nobody was held up")

    def test_it_is_served_on_this_machine_alone(self) -> None:
        for listen in ("0.0.0.0:7415", "192.168.1.5:7415", "shop.example:7415", "7415"):
            config = self.folder / "wrong.conf"
            config.write_text(f'page_listen: "{listen}"\n')
            done = subprocess.run([str(programs.BIN / "earshot-agent"), "--config", str(config),
                                   "check-config"], capture_output=True, text=True, timeout=30,
                                  check=False)
            self.assertNotEqual(done.returncode, 0, listen)
            self.assertIn("page_listen", done.stderr)

    def test_with_its_page_the_agent_stays_small(self) -> None:
        if self.depot.sanitized():
            self.skipTest("sanitizers take memory of their own")
        person = self.person()
        for path in ("/", "/inbox"):
            self.assertEqual(person.get(path).status, 200)
        person.tell("The floor is wet")
        eventually("it rests", lambda: self.depot.rss_bytes() <= 12 << 20)


if __name__ == "__main__":
    unittest.main()
