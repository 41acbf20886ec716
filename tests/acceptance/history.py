"""Writes down what was asked of real programs and what their stores hold at the
end, for check-history (tests/checker/history.h says what the events mean).

An observation is known by its first tag, which a run makes unique, and a
leader's answer by its text.
"""

import json
import pathlib
import sqlite3
import subprocess
import threading
from collections.abc import Iterable, Iterator
from typing import Any

import es1_client as es1
import log_blocks
import programs

OBSERVATION = 1  # LogKind
INSIGHT = 1      # UpdateKind


class History:
    """Events in the order in which they are added; any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._events: list[dict[str, Any]] = []

    def add(self, what: str, **fields: Any) -> None:
        with self._lock:
            self._events.append({"what": what, **fields})

    def extend(self, events: Iterable[dict[str, Any]]) -> None:
        for event in events:
            self.add(**event)

    def count(self, what: str, **fields: Any) -> int:
        with self._lock:
            return sum(event["what"] == what and
                       all(event.get(name) == value for name, value in fields.items())
                       for event in self._events)

    def ids(self, what: str, **fields: Any) -> set[str]:
        with self._lock:
            return {event["id"] for event in self._events if event["what"] == what and
                    all(event.get(name) == value for name, value in fields.items())}

    def write(self, path: pathlib.Path) -> None:
        with self._lock, path.open("w", encoding="utf-8") as out:
            for event in self._events:
                out.write(json.dumps(event) + "\n")


def findings(path: pathlib.Path) -> list[dict[str, str]]:
    """What check-history finds in the file."""
    done = subprocess.run([str(programs.BIN / "check-history"), "--json", str(path)],
                          capture_output=True, text=True, timeout=120, check=False)
    if done.returncode not in (0, 1):
        raise AssertionError(f"check-history: {done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def rows(path: pathlib.Path, sql: str) -> list[tuple[Any, ...]]:
    """Of a store whose program has ended, or of a running one."""
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=20)
    try:
        return database.execute(sql).fetchall()
    finally:
        database.close()


class RouterStores:
    """The log and the views of a router that has ended."""

    def __init__(self, router: programs.Router) -> None:
        personal = es1.log.PersonalObservation
        self._log = router.folder / "state/log.db"
        self._views = router.folder / "state/views.db"
        self._ids = {
            entry.position: personal.FromString(entry.personal).tags[0]
            for entry in log_blocks.entries(self._log)
            if entry.kind == OBSERVATION and entry.personal is not None}

    def events(self) -> Iterator[dict[str, Any]]:
        for position, name in sorted(self._ids.items()):
            yield {"what": "stored", "id": name, "position": position}
        for position, insight, repeat in rows(
                self._views, "SELECT position, insight, is_repeat FROM evidence "
                             "WHERE withdrawn=0 ORDER BY position"):
            yield {"what": "counted", "id": self._ids.get(position, f"at {position}"),
                   "insight": insight, "repeat": bool(repeat)}
        for _, body in rows(self._views, "SELECT id, body FROM insights ORDER BY id"):
            insight = es1.insight.Insight.FromString(body)
            yield {"what": "total", "who": "router", "insight": insight.id,
                   "count": insight.observations}

    def shown_on(self, agent: str, state: pathlib.Path) -> Iterator[dict[str, Any]]:
        """The answers in an agent's inbox."""
        names = {entry.record: self._ids[entry.position]
                 for entry in log_blocks.entries(self._log)
                 if entry.record and entry.position in self._ids}
        texts = {identifier: es1.answer.Answer.FromString(body).text
                 for identifier, body in rows(state / "inbox.db",
                                              "SELECT id, body FROM answers")}
        for answer, record in rows(state / "inbox.db",
                                   "SELECT answer, record FROM answered"):
            yield {"what": "shown", "who": agent, "id": names.get(record, record.hex()),
                   "answer": texts.get(answer, answer.hex())}


def mirrored(feed: programs.Program) -> Iterator[dict[str, Any]]:
    """The totals of a feed's mirror: the newest version of each insight."""
    newest: dict[int, bytes] = {}
    for insight, body in rows(feed.folder / "state/mirror.db",
                              "SELECT insight, body FROM versions "
                              "ORDER BY insight, number"):
        newest[insight] = body
    for insight, body in newest.items():
        count = es1.insight.Insight.FromString(body).observations
        yield {"what": "total", "who": "feed", "insight": insight, "count": count}


def digests(feed: programs.Program) -> Iterator[dict[str, Any]]:
    """The periods that were sent or are queued, from the feed's outbox."""
    for leader, body in rows(feed.folder / "state/feed.db",
                             "SELECT leader, body FROM queue ORDER BY leader, seq"):
        digest = es1.digest.Digest.FromString(body)
        yield {"what": "digest", "who": leader, "id": digest.subscription,
               "period": digest.period}
