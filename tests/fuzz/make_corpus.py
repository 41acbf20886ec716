#!/usr/bin/env python3
"""Writes the seeds of the fuzz targets, from which a corpus grows.

Usage: make_corpus.py [FOLDER]

FOLDER is tests/fuzz/corpus where nothing else is said. Each target has a folder
there; seeds are named seed-..., and the same seeds are written every time. The
form of an input is in the comment of its target.
"""

import pathlib
import struct
import sys


def crc32c(data: bytes) -> int:
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def frame(kind: int, body: bytes = b"", session: int = 0,
          number: int = 1) -> bytes:
    header = struct.pack("<HBBHHQQII", 0x5345, 1, kind, 0, 32, session, number,
                         len(body), crc32c(body))
    return header + body


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes(out + bytes([value]))


def number(field: int, value: int) -> bytes:
    return varint(field << 3) + varint(value)


def fixed(field: int, value: int) -> bytes:
    return varint(field << 3 | 1) + struct.pack("<Q", value)


def data(field: int, value: bytes | str) -> bytes:
    raw = value.encode() if isinstance(value, str) else value
    return varint(field << 3 | 2) + varint(len(raw)) + raw


def frame_seeds() -> dict[str, bytes]:
    # 0: header and body as they came; 1: kind, session, number, whether the
    # body is large, which bit is turned, the body.
    hello = number(1, 1) + number(2, 1) + fixed(4, 7)
    ours = b"\x01" + struct.pack("<BQQ", 4, 9, 3)
    turned = {f"turned-{at}": ours + struct.pack("<BHB", 0, at, at % 8) + hello
              for at in (0, 2, 3, 5, 6, 9, 20, 24, 28, 33)}
    return turned | {
        "hello": b"\x00" + frame(1, hello),
        "empty-body": b"\x00" + frame(16),
        "short": b"\x00" + frame(16)[:31],
        "nothing": b"\x00",
        "checksum": b"\x00" + frame(4, hello)[:-1] + b"\x00",
        "largest": ours + b"\x3f\x02",
        "too-large": ours + b"\x3f\x04",
    }


def timestamp(seconds: int, nanos: int = 0) -> bytes:
    return number(1, seconds) + (number(2, nanos) if nanos else b"")


def observation(text: str, severity: int = 3, more: bytes = b"") -> bytes:
    return (data(1, text) + number(3, severity) + data(4, "store") +
            data(5, "store-014") + data(10, timestamp(1793613600)) + more)


def body_seeds() -> dict[str, bytes]:
    # A byte that says which record of whom, then its body.
    agent, sited, feed, patterns, text = 0x00, 0x40, 0x10, 0x08, 0x07
    named = data(11, data(1, "Ada")) + number(12, 1) + data(2, "till")
    personal = {
        "card": "She read out 4111 1111 1111 1111 to me",
        "spoken": "it was four one one one, one one one one, 1111 1111",
        "mail": "write to jo.doe@example.com or jo [at] example dot org",
        "phone": "call +1 (415) 555-0132 after six",
        "iban": "paid to GB29 NWBK 6016 1331 9268 19",
        "ssn": "his SSN is 078-05-1120",
        "policy": "policy NW-12345678 and account number 0012345678",
        "entities": "&#52;&#49;&#49;&#49;&nbsp;1111 1111 1111",
    }
    seeds = {f"observation-{name}": bytes([1 | agent]) + observation(said)
             for name, said in personal.items()}
    seeds |= {f"text-{name}": bytes([text | patterns]) + said.encode()
              for name, said in personal.items()}
    decisions = {
        "acknowledge": data(4, data(1, timestamp(1793700000))),
        "assign": data(5, data(1, "facilities")),
        "answer": data(6, number(1, 1) + data(2, "On Thursday.")),
        "decline": data(7, data(1, "Too dear.")),
        "resolve": data(8, data(1, "You said, we did.")),
        "reopen": data(9, data(1, "Still broken.")),
        "mute": data(10, data(1, "A repeat.")),
        "rename": data(11, data(1, "Gate sticks")),
        "topic": data(12, data(1, "access")),
        "merge": data(13, number(1, 4)),
        "split": data(14, data(1, b"o" * 16)),
    }
    for name, verb in decisions.items():
        decided = data(1, "leader") + number(2, 12) + verb
        seeds[f"decision-{name}"] = bytes([4 | feed]) + decided
    return seeds | {
        "observation-named": bytes([1 | sited]) + observation("Fine", 5, named),
        "observation-pseudonym": bytes([1 | sited]) + observation(
            "A", 1, data(11, data(2, b"p" * 16))),
        "observation-spent": bytes([1]) + observation(
            "Gave a voucher", 2,
            data(13, data(1, number(1, 1500) + data(2, "EUR")))),
        "observation-long-currency": bytes([1]) + observation(
            "Gave a voucher", 2, data(13, data(1, data(2, "E" * 1200)))),
        "observation-newer-promise": bytes([1]) + observation(
            "Kept", 2,
            data(14, data(1, "open-at-six") + data(99, b"n" * 1200))),
        "decision-newer": bytes([4 | feed]) + data(1, "leader") +
            number(2, 12) +
            data(10, data(1, "A repeat.")) + data(99, b"n" * 1200),
        "decision-long-owner": bytes([4 | feed]) + data(1, "leader") +
            number(2, 12) + data(5, data(1, "o" * 1200)),
        "observation-promise": bytes([1]) + observation(
            "Kept", 2, data(14, data(1, "open-at-six") + number(2, 1))),
        "observation-corrects":
            bytes([1]) + observation("I meant 4", 4, data(15, b"c" * 16)),
        "observation-unassigned": bytes([1 | sited]) + data(1, "x") +
            number(3, 3) + data(4, "store") + data(5, "unassigned") +
            data(10, timestamp(1793613600, 999999999)),
        "observation-patterns":
            bytes([1 | patterns]) + observation("policy nw-1234, K 12 34Z"),
        "decision-of-an-agent": bytes([4]) + data(1, "leader") + number(2, 1),
        "withdrawal": bytes([2]) + data(1, b"0123456789abcdef"),
        "verdict": bytes([3]) + data(1, b"0123456789abcdef"),
        "empty": b"\x01",
    }


def rows_seeds() -> dict[str, bytes]:
    # 0: JSON lines, 1: CSV; then the file.
    lines = {
        "full": '{"id":"s01","text":"Lanes froze","tags":["a","b"],'
                '"site":"store-014","channel":"store","shift":"late",'
                '"severity":4,"reporter":"r1","source":"sample",'
                '"observed_at":"2026-11-02T08:15:00-05:00",'
                '"received_at":"2026-11-02T09:15:00Z","quote":false,'
                '"kind":"risk","subject":"customer"}\n',
        "ts": '{"text":"a","ts":1793613600.25}\n{"text":"a","ts":-1e9}\n',
        "equal": '{"text":"same"}\n{"text":"same"}\r\n\n{"text":"same"}',
        "bad": 'no\n{"text":""}\n{"text":"a","severity":9}\n[]\n{"text":7}\n',
        "nested": '{"text":"a","x":{"y":[1,{"z":[[[]]]}]},"tags":"p; q;;r"}\n',
        "escapes": '{"text":"\\u00e9\\ud83d\\ude00\\n\\u0000","site":"s"}\n',
        "personal": '{"text":"card 4111 1111 1111 1111",'
                    '"tags":["a@b.example"]}',
        "times": '{"text":"a","observed_at":"0001-01-01T00:00:00Z"}\n'
                 '{"text":"a","observed_at":"9999-12-31T23:59:60Z"}\n',
    }
    tables = {
        "full": "id,text,tags,site,severity,reporter,observed_at,kind,quote\n"
                '1,"a, ""b""\nc",x;y,store-014,5,r,2026-11-02T08:15:00Z,idea,'
                "true\n",
        "marked": "\ufefftext,site\r\none,s\r\n\r\ntwo,s\r\n",
        "widths": "text,site\na\na,b,c\na,b\n",
        "open-quote": 'text\n"never closed\nmore\n',
        "late-quote": 'text,site\na"b",c\n"a"b,c\n',
        "ts": "text,ts\na,1793613600.5\nb,nan\nc,1e400\nd,0x10\n",
    }
    seeds = {f"lines-{name}": b"\0" + rows.encode()
             for name, rows in lines.items()}
    return seeds | {f"csv-{name}": b"\1" + rows.encode()
                    for name, rows in tables.items()}


def chunk(body: bytes) -> bytes:
    return struct.pack("<H", len(body)) + body


def session_seeds() -> dict[str, bytes]:
    # A byte that picks the machine, then its steps: see the walk's switch.
    hub, peer, deliveries = b"\0", b"\1", b"\2"
    greet = bytes([0, 0, 1, 2])          # route 0, epoch 1, answered WELCOME
    again = bytes([0, 1, 1, 2])          # route 1 is of the same user
    ask = bytes([2, 0, 4, 0]) + chunk(b"batch")
    wait = bytes([5]) + struct.pack("<H", 31000) + bytes([6])
    welcome = bytes([2, 9]) + struct.pack("<HI", 100, 5000) + b"\0"
    return {
        "hub-open": hub + greet + ask,
        "hub-replaced": hub + greet + again + ask,
        "hub-silent": hub + greet + wait + ask,
        "hub-full": hub + b"".join(bytes([0, r, r, 2]) for r in range(6)),
        "hub-broken": hub + greet + (bytes([4, 0, 0, 8]) + b"ES\1\4\0\0 \0" +
                                     chunk(b"")) * 3,
        "hub-ended": hub + greet + bytes([8, 0]) + greet + bytes([9, 0]) +
            greet + bytes([11]),
        "peer-open": peer + bytes([0, 7]) + welcome + bytes([10, 0, 8, 8, 8]),
        "peer-refused": peer + bytes([0, 7, 5, 1]) + struct.pack("<I", 900) +
            bytes([8, 0, 7]),
        "peer-silent": peer + bytes([0, 7, 8, 8]),
        "peer-leaves": peer + bytes([0, 7]) + welcome + bytes([10, 15, 8]),
        "peer-unknown": peer + bytes([0, 7]) + welcome +
            bytes([5, 0, 0]) + chunk(b"") + bytes([8, 0, 7, 9, 8]),
        "deliveries": deliveries + b"\0" + bytes([0, 1, 0, 2, 1, 1, 3, 3]),
        "deliveries-broken": deliveries + b"\0" +
            bytes([0, 1, 0, 2, 0, 3, 1, 1, 3, 5, 1, 1, 3]),
        "deliveries-again": deliveries + b"\0" +
            bytes([0, 1, 1, 1, 3, 7, 7, 0, 1, 1, 1, 3]),
        "deliveries-hostile": deliveries + b"\1" +
            bytes([0, 1, 1, 1, 6, 1, 7]) + b"\xff" * 8 +
            bytes([1, 1, 7, 1, 0, 9]),
    }


def uplink_seeds() -> dict[str, bytes]:
    # Steps: see the switch. A mark is a byte of bits, a credit one byte.
    append = bytes([0, 5]) + bytes([1, 2, 0, 3]) * 3
    welcome = bytes([2, 2, 2, 3, 2, 0, 200, 1, 200])
    acked = bytes([3, 0, 1, 100, 0, 0])
    return {
        "sent": append + welcome + bytes([5, 5]) + acked + bytes([5]),
        "rewound": append + welcome + bytes([5, 5, 3, 0, 3, 100, 1, 0, 5, 5]),
        "wrong-hash": append + welcome + bytes([5, 3, 0, 9, 100, 0, 0, 9, 5]),
        "beyond": append + welcome + bytes([5, 3, 0, 7]) + b"\x7f" * 8 +
            bytes([100, 0, 0, 9]),
        "expired": append + welcome + bytes([5, 5]) + acked +
            bytes([8, 255, 255]) + welcome + bytes([5, 5, 5]),
        "full": append * 12,
        "bytes": append + bytes([7, 1]) + chunk(number(1, 1) + fixed(2, 9)) +
            bytes([7, 0]) + chunk(fixed(1, 5) + number(3, 8)),
        "nacked": append + welcome + bytes([5, 3, 0, 1, 100, 0, 1, 2, 9, 5]),
    }


def intake_seeds() -> dict[str, bytes]:
    # Steps: see the switch.
    fine = bytes([1, 0, 2, 0, 2, 0, 0, 3, 0])
    return {
        "committed": fine + bytes([4]) + fine + bytes([4]),
        "failed": fine + fine + bytes([5]) + fine + bytes([4]),
        "restarted": fine + bytes([4]) + fine + bytes([7]) + fine + bytes([4]),
        "dead-letter": bytes([1, 0, 1, 0, 2, 7, 4, 8, 1, 0, 4]),
        "kinds": bytes([1, 0, 3, 0x82, 0, 0, 0x83, 0, 0, 0x84, 0, 0, 4]),
        "another-history": fine + bytes([4, 1, 0x30, 1, 0, 2, 0]),
        "gap": bytes([1, 8, 9, 1, 0, 2, 0]),
        "lost": bytes([3, 0, 9, 4]) + fine + bytes([4]),
        "bytes": bytes([0]) + chunk(fixed(1, 77) + number(3, 1) + data(4, b"") +
                                    data(5, number(1, 1))),
        "paused": bytes([6, 1]) + fine + bytes([4, 6, 0]),
    }


def near_seeds() -> dict[str, bytes]:
    def texts(*lines: str) -> bytes:
        return b"".join(b"\0" + chunk(line.encode()) for line in lines)

    packed = b"\x01" + bytes(range(1, 17)) + b"\x04\x20\xc4"
    return {
        "exact": texts("Lane 3 isn't open.", "lane 3 isnt open"),
        "edited": texts("the receipt printer jams every morning",
                        "Fwd: the reciept printer jams...",
                        "INC334512 | every morning the printer jams"),
        "apart": texts("lane 2 is closed", "lane four is closed",
                       "lane 2 is not closed"),
        "scripts": texts("касса 5",
                         "3号收银台坏了", "?!", "and"),
        "removed": b"\2" + chunk(b"the gate sticks") + texts("the gate sticks"),
        "serialised": b"\1" + chunk(packed) + b"\1" + chunk(packed[:9]),
    }


def page_seeds() -> dict[str, bytes]:
    # 0: a path; 1: a head; 2: a form; 3: JSON; 4: a cursor; 5: what is shown.
    return {
        "path": b"\0/insights/412",
        "path-decisions": b"\0/api/v1/insights/7/decisions",
        "path-up": b"\0/insights/../../etc/passwd",
        "path-number": b"\0/insights/99999999999999999999",
        "cookies": b"\1a=1; earshot=two; earshot=three",
        "bearer": b"\1Bearer earshot_abc",
        "origin": b"\1HTTPS://Earshot.Example.com:443/feed/",
        "form": b"\2verb=answer&text=On+Thursday%21&intent=will_do",
        "form-mute": b"\2verb=mute&reason=x&until=2027-02-01T17%3A00",
        "json": b'\3{"verb":"assign","owner":"Facilities","due":"14d"}',
        "json-deep": b"\3" + b"[" * 300,
        "cursor": b"\4LTEyMzQuOTk=",
        "shown": b"\5</title><script>alert('x')</script>\" onload=\"y {{base}}",
    }


SEEDS = {
    "frame_fuzz": frame_seeds,
    "body_fuzz": body_seeds,
    "rows_fuzz": rows_seeds,
    "session_fuzz": session_seeds,
    "uplink_fuzz": uplink_seeds,
    "intake_fuzz": intake_seeds,
    "near_fuzz": near_seeds,
    "page_fuzz": page_seeds,
}


def main() -> int:
    if len(sys.argv) > 2 or sys.argv[1:2] in (["-h"], ["--help"]):
        print(__doc__)
        return 2
    here = pathlib.Path(__file__).resolve().parent
    root = pathlib.Path(sys.argv[1]) if sys.argv[1:] else here / "corpus"
    for target, seeds in SEEDS.items():
        folder = root / target
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in seeds().items():
            (folder / f"seed-{name}").write_bytes(content)
    return 0


if __name__ == "__main__":
    sys.exit(main())
