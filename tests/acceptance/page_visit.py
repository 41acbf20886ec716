"""A browser without script for the leader's page: cookies, forms, redirects."""

import dataclasses
import html.parser
import http.client
import json
import pathlib
import urllib.parse
from collections.abc import Callable
from typing import Any

import programs
from loop_world import LoopWorld
from programs import eventually

URL = "http://earshot.example.com"
PASSWORD = "four calm words here"


@dataclasses.dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: str

    def json(self) -> Any:
        return json.loads(self.body)


class Forms(html.parser.HTMLParser):
    """Each form of a page: where it goes, and what is filled in already."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((values["action"], {}))
        elif tag in ("input", "textarea") and self.forms:
            self.forms[-1][1][values["name"]] = values.get("value", "")

    def of(self, **fields: str) -> tuple[str, dict[str, str]]:
        """The first with these fields."""
        return next((action, dict(found)) for action, found in self.forms
                    if all(found.get(name) == value for name, value in fields.items()))

    def to(self, action: str) -> tuple[str, dict[str, str]]:
        """The first that goes there."""
        return next((there, dict(found)) for there, found in self.forms if there == action)


class Visit:
    """One browser, or one script, at one feed."""

    def __init__(self, port: int, token: str = "") -> None:
        self.port = port
        self.token = token
        self.cookies: dict[str, str] = {}

    def headers(self) -> dict[str, str]:
        sent = {}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if self.token:
            sent["Authorization"] = "Bearer " + self.token
        return sent

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)

    def ask(self, method: str, path: str, fields: dict[str, str] | None = None,
            body: str | None = None, **headers: str) -> Answer:
        sent = self.headers() | {name.replace("_", "-"): value
                                 for name, value in headers.items()}
        if fields is not None:
            body = urllib.parse.urlencode(fields)
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        connection = self.connect()
        connection.request(method, path, body, sent)
        came = connection.getresponse()
        answer = Answer(came.status, came.headers, came.read().decode())
        connection.close()
        for cookie in answer.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, **headers)

    def send_json(self, path: str, fields: dict[str, Any], **headers: str) -> Answer:
        return self.ask("POST", path, body=json.dumps(fields),
                        **{"Content_Type": "application/json"} | headers)

    def follow(self, answer: Answer) -> Answer:
        while answer.status == 303:
            answer = self.get(answer.headers["Location"])
        return answer

    def try_sign_in(self, leader: str, password: str) -> Answer:
        action, fields = Forms(self.get("/sign-in").body).of()
        return self.ask("POST", action, fields | {"leader": leader, "password": password},
                        Origin=URL)

    def sign_in(self, leader: str, password: str = PASSWORD) -> Answer:
        answer = self.try_sign_in(leader, password)
        if answer.status != 303:
            raise AssertionError(f"not let in: {answer}")
        return self.follow(answer)


@dataclasses.dataclass
class Event:
    id: str
    name: str
    data: Any


class Stream:
    """The live events of one visitor, over a connection of its own."""

    def __init__(self, visit: Visit, path: str = "/api/v1/events", last: str = "") -> None:
        headers = visit.headers() | ({"Last-Event-ID": last} if last else {})
        self.connection = http.client.HTTPConnection("127.0.0.1", visit.port, timeout=60)
        self.connection.request("GET", path, headers=headers)
        self.came = self.connection.getresponse()
        self.last = last

    def answer(self) -> Answer:
        return Answer(self.came.status, self.came.headers, "")

    def next(self) -> Event | None:
        """The next event; none where the stream has ended."""
        name, data = "", ""
        while line := self.came.readline().decode():
            field, _, value = line.rstrip("\n").partition(": ")
            if field == "id":
                self.last = value
            elif field == "event":
                name = value
            elif field == "data":
                data = value
            elif not field and name:
                return Event(self.last, name, json.loads(data))
        return None

    def until(self, what: str, is_it: Callable[[Event], bool]) -> Event:
        while (event := self.next()) is not None:
            if is_it(event):
                return event
        raise AssertionError(f"the stream ended before {what}")

    def mark(self) -> str:
        """Where it is, before any event."""
        while not self.last:
            line = self.came.readline().decode()
            if line.startswith("id: "):
                self.last = line[4:].strip()
        return self.last

    def close(self) -> None:
        self.came.close()
        self.connection.close()


class PageWorld(LoopWorld):
    """The loop's world, whose feed serves the page; both leaders have a password."""

    url = URL
    port = 0  # any
    more = ""  # of the feed's configuration

    def before_feed(self) -> str:
        """What else its configuration says, once the folder is there."""
        return self.more

    def setUp(self) -> None:
        super().setUp()
        self.feed.stop()
        with self.feed.config.open("a") as config:
            config.write(f'http_listen: "127.0.0.1:{self.port}"\npublic_url: "{self.url}"\n'
                         + self.before_feed())
        self.feed.start()
        for leader in ("amara", "jonas"):
            self.feed.command("password", leader, stdin=PASSWORD + "\n")
        eventually("the feed is there", lambda: self.feed.status()["connected"])

    def visit(self, token: str = "") -> Visit:
        return Visit(self.feed.status()["http_port"], token)

    def counted(self) -> dict[str, int]:
        return self.feed.status()["page"]

    def log_text(self) -> str:
        return pathlib.Path(self.feed.log_file).read_text(encoding="utf-8")
