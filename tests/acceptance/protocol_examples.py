#!/usr/bin/env python3
"""Makes the worked examples of proto/PROTOCOL.md from fixed inputs.

Usage: protocol_examples.py [--write]

Prints them, or with --write puts them between the marks in the page.
"""

import argparse
import dataclasses
from collections.abc import Iterator

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

import es1_client as es1

PAGE = es1.SOURCE / "proto/PROTOCOL.md"
BEGIN = "<!-- examples: made by tests/acceptance/protocol_examples.py -->\n"
END = "<!-- examples end -->\n"

EPOCH = 0x0123456789ABCDEF
SESSION = 0x1122334455667788
RECORD_ID = bytes(range(0xA0, 0xB0))
MOMENT = 1793620800  # 2026-11-02 12:00:00 UTC
BYTES_A_ROW = 18  # a hash and what is before it


@dataclasses.dataclass
class Row:
    data: bytes
    meaning: str
    depth: int = 0


def varint(data: bytes, at: int) -> tuple[int, int]:
    """The number at `at`, and where it ends."""
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        shift += 7
        at += 1
        if byte < 128:
            return value, at


def inner_type(field: FieldDescriptor) -> Descriptor | None:
    """What stands in a field: a message, perhaps inside of plain bytes."""
    if field.full_name == "earshot.v1.Record.body":
        return es1.observation.Observation.DESCRIPTOR
    return field.message_type


def scalar(field: FieldDescriptor, value: int) -> str:
    if field.enum_type is not None:
        return f"{value}, {field.enum_type.values_by_number[value].name}"
    return str(value)


def body_rows(kind: Descriptor, data: bytes, depth: int = 0) -> Iterator[Row]:
    at = 0
    while at < len(data):
        start = at
        tag, at = varint(data, at)
        field = kind.fields_by_number[tag >> 3]
        name = f"{field.number} {field.name}"
        if tag & 7 == 0:
            value, at = varint(data, at)
            yield Row(data[start:at], f"{name} = {scalar(field, value)}", depth)
        elif tag & 7 == 1:
            at += 8
            value = int.from_bytes(data[at - 8:at], "little")
            yield Row(data[start:at], f"{name} = 0x{value:016x}", depth)
        else:
            length, at = varint(data, at)
            content = data[at:at + length]
            inner = inner_type(field)
            if inner is not None:
                yield Row(data[start:at], f"{name}: {inner.name}, {length} bytes", depth)
                yield from body_rows(inner, content, depth + 1)
            elif field.type == field.TYPE_STRING:
                yield Row(data[start:at] + content,
                          f'{name} = "{content.decode()}"', depth)
            else:
                yield Row(data[start:at] + content, f"{name}, {length} bytes", depth)
            at += length


def header_rows(header: bytes) -> Iterator[Row]:
    frame_kind, session_id, number = header[3], header[8:16], header[16:24]
    name = es1.session.Kind.Name(frame_kind)
    yield Row(header[0:2], 'magic, "ES"')
    yield Row(header[2:3], "wire version 1")
    yield Row(header[3:4], f"kind {frame_kind}, {name}")
    yield Row(header[4:6], "flags, none")
    yield Row(header[6:8], "header length 32")
    yield Row(session_id, f"session 0x{int.from_bytes(session_id, 'little'):x}")
    yield Row(number, f"frame number {int.from_bytes(number, 'little')}")
    yield Row(header[24:28], f"body length {int.from_bytes(header[24:28], 'little')}")
    yield Row(header[28:32], "CRC-32C of the body")


def lines(rows: Iterator[Row]) -> Iterator[str]:
    width = BYTES_A_ROW * 3
    for row in rows:
        meaning = "  " * row.depth + row.meaning
        for at in range(0, len(row.data), BYTES_A_ROW):
            part = row.data[at:at + BYTES_A_ROW].hex(" ")
            yield f"{part:<{width}} {meaning}".rstrip()
            meaning = ""


def example(title: str, kind: int, session_id: int, number: int,
            message: Message) -> str:
    body = message.SerializeToString(deterministic=True)
    header = es1.encode_header(kind, session_id, number, body)
    return "\n".join([
        f"### {title}", "", "```text", f"frame 1, {len(header)} bytes: header",
        *lines(header_rows(header)), f"frame 2, {len(body)} bytes: body",
        *lines(body_rows(message.DESCRIPTOR, body)), "```", ""])


def hello() -> Message:
    message = es1.session.Hello(wire_min=1, wire_max=1, build="demo/1", epoch=EPOCH,
                                boot_id=0x0F1E2D3C4B5A6978)
    lane = es1.Lane(EPOCH, 1)
    message.acked.add(lane=1, seq=lane.seq, hash=lane.hash)
    lane.batch([record()])
    message.spooled.add(lane=1, seq=lane.seq, hash=lane.hash)
    message.clock.seconds = MOMENT
    return message


def record() -> Message:
    report = es1.observation.Observation(
        text="Lane 3 froze", tags=["till"], severity=3, channel="store",
        site="store-014", shift="morning", kind=es1.observation.OBSERVATION_KIND_PAIN_POINT,
        quote=True)
    report.observed_at.seconds = MOMENT
    return es1.session.Record(kind=es1.observation.RECORD_OBSERVATION, id=RECORD_ID,
                              body=report.SerializeToString(deterministic=True))


def ack() -> Message:
    lane = es1.Lane(EPOCH, 1)
    lane.batch([record()])
    return es1.session.Ack(
        epoch=EPOCH, credit_seq=1 + 4096,
        durable=es1.session.LaneMark(lane=1, seq=lane.seq, hash=lane.hash))


def examples() -> str:
    session = es1.session
    return "\n".join([
        example("HELLO, peer to hub", session.HELLO, 0, 1, hello()),
        example("BATCH of one observation, peer to hub", session.BATCH, SESSION, 2,
                es1.Lane(EPOCH, 1).batch([record()])),
        example("ACK, hub to peer", session.ACK, SESSION, 2, ack())])


def on_page(text: str) -> str:
    return text.split(BEGIN, 1)[1].split(END, 1)[0].strip("\n") + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="into the page")
    if not parser.parse_args().write:
        print(examples())
        return
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN, 1)
    PAGE.write_text(before + BEGIN + "\n" + examples() + "\n" + END
                    + rest.split(END, 1)[1], encoding="utf-8")


if __name__ == "__main__":
    main()
