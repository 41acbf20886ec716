"""The entries of a router's log, whose blocks `router/log/README.md` describes."""

from __future__ import annotations

import pathlib
import sqlite3
import struct
from collections.abc import Iterator
from typing import NamedTuple

PERSONAL = 1
TOKEN = 2
SALT_BYTES = 16


class Entry(NamedTuple):
    position: int
    kind: int
    body: bytes
    personal: bytes | None
    agent: str | None
    record: bytes | None


class _Bytes:
    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    def take(self, size: int) -> bytes:
        self._at += size
        assert self._at <= len(self._content), "a block is cut short"
        return self._content[self._at - size:self._at]

    def text(self) -> bytes:
        return self.take(struct.unpack("<I", self.take(4))[0])

    def __bool__(self) -> bool:
        return self._at < len(self._content)


def entries(path: pathlib.Path) -> Iterator[Entry]:
    """Of a log whose program has ended, or of a running one."""
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=20)
    try:
        blocks = database.execute(
            "SELECT first, bodies, parts FROM log_blocks ORDER BY last").fetchall()
    finally:
        database.close()
    for position, block, beside in blocks:
        bodies, parts = _Bytes(block), _Bytes(beside)
        while bodies:
            kind, size = struct.unpack("<BQ", bodies.take(9))
            body = bodies.take(size)
            flags = parts.take(1)[0] if beside else 0
            personal = agent = record = None
            if flags & PERSONAL:
                parts.take(SALT_BYTES)
                personal = parts.text()
            if flags & TOKEN:
                agent, record = parts.text().decode(), parts.text()
            yield Entry(position, kind, body, personal, agent, record)
            position += 1
