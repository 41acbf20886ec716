"""A small client of ES/1, the protocol of proto/PROTOCOL.md.

Written from the page alone, apart from the C++ in base/wire, so that each checks
the other. Needs pyzmq with CURVE, protobuf and protoc.
"""

import atexit
import contextlib
import dataclasses
import hashlib
import importlib
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import time

import zmq

SOURCE = pathlib.Path(os.environ.get(
    "EARSHOT_SOURCE_DIR", pathlib.Path(__file__).resolve().parents[2]))


def _generate_messages() -> None:
    """Puts the generated modules of proto/ on the path of this process."""
    folder = tempfile.mkdtemp(prefix="earshot-proto-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    protos = sorted((SOURCE / "proto/earshot/v1").glob("*.proto"))
    subprocess.run(
        ["protoc", f"--proto_path={SOURCE / 'proto'}", f"--python_out={folder}",
         *map(str, protos)], check=True, timeout=60)
    sys.path.insert(0, folder)


_generate_messages()
session = importlib.import_module("earshot.v1.session_pb2")
observation = importlib.import_module("earshot.v1.observation_pb2")
decision = importlib.import_module("earshot.v1.decision_pb2")
insight = importlib.import_module("earshot.v1.insight_pb2")
answer = importlib.import_module("earshot.v1.answer_pb2")
digest = importlib.import_module("earshot.v1.digest_pb2")
log = importlib.import_module("earshot.v1.log_pb2")

HEADER = struct.Struct("<HBBHHQQII")
MAGIC = 0x5345
WIRE = 1


def _crc_table() -> list[int]:
    table = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
        table.append(value)
    return table


_CRC_TABLE = _crc_table()


def crc32c(data: bytes) -> int:
    value = 0xFFFFFFFF
    for byte in data:
        value = value >> 8 ^ _CRC_TABLE[(value ^ byte) & 255]
    return value ^ 0xFFFFFFFF


def encode_header(kind: int, session_id: int, number: int, body: bytes) -> bytes:
    return HEADER.pack(MAGIC, WIRE, kind, 0, HEADER.size, session_id, number,
                       len(body), crc32c(body))


@dataclasses.dataclass
class Frame:
    kind: int
    session: int
    number: int
    body: bytes

    @property
    def name(self) -> str:
        return session.Kind.Name(self.kind)


def decode(header: bytes, body: bytes) -> Frame:
    (magic, wire, kind, _, length, session_id, number, body_length,
     checksum) = HEADER.unpack(header)
    if (magic, wire, length) != (MAGIC, WIRE, HEADER.size):
        raise ValueError("not a header of ES/1")
    if (body_length, checksum) != (len(body), crc32c(body)):
        raise ValueError("the body is not the one that the header announces")
    return Frame(kind, session_id, number, body)


def hash_start(epoch: int) -> bytes:
    return struct.pack("<Q8x", epoch)


def hash_next(before: bytes, record_id: bytes) -> bytes:
    return hashlib.sha256(before + record_id).digest()[:16]


class Rejected(Exception):
    """The hub answered HELLO, or ended the session, with a REJECT."""

    def __init__(self, reject: "session.Reject") -> None:
        super().__init__(session.Reject.Reason.Name(reject.reason))
        self.reason = reject.reason


class Silent(Exception):
    """Nothing, or not what was asked for, came in time."""


class Lane:
    """The sender's side of one lane: what was numbered, and its hash."""

    def __init__(self, epoch: int, number: int) -> None:
        self.epoch = epoch
        self.number = number
        self.seq = 0
        self.hash = hash_start(epoch)

    def batch(self, records: list["session.Record"]) -> "session.Batch":
        """Numbers the records after those before them."""
        batch = session.Batch(epoch=self.epoch, lane=self.number,
                              first_seq=self.seq + 1, hash_before=self.hash,
                              records=records)
        for record in records:
            self.seq += 1
            self.hash = hash_next(self.hash, record.id)
        return batch

    def rewind(self, mark: "session.LaneMark") -> None:
        self.seq, self.hash = mark.seq, mark.hash


class Client:
    """One peer on one socket. `curve` false: no encryption, to be refused."""

    def __init__(self, endpoint: str, server_key: bytes,
                 keys: tuple[bytes, bytes], curve: bool = True) -> None:
        self.socket = zmq.Context.instance().socket(zmq.DEALER)
        self.socket.linger = 0
        if curve:
            self.socket.curve_serverkey = server_key
            self.socket.curve_publickey, self.socket.curve_secretkey = keys
        self.socket.connect(endpoint)
        self.session = 0
        self.number = 0

    def close(self) -> None:
        self.socket.close()

    def send(self, kind: int, message: object = b"") -> None:
        body = message if isinstance(message, bytes) else message.SerializeToString()
        self.number += 1
        self.send_parts(encode_header(kind, self.session, self.number, body), body)

    def send_if_let_in(self, kind: int, message: object) -> None:
        """Says something, unless the handshake was refused before it could."""
        with contextlib.suppress(zmq.Again):
            self.send(kind, message)

    def send_parts(self, *parts: bytes) -> None:
        self.socket.send_multipart(parts, zmq.DONTWAIT)

    def receive(self, seconds: float = 10) -> Frame | None:
        """The next frame that is not a heartbeat, which it answers."""
        deadline = time.monotonic() + seconds
        while True:
            left = deadline - time.monotonic()
            if left <= 0 or not self.socket.poll(int(left * 1000) + 1):
                return None
            frame = decode(*self.socket.recv_multipart())
            if frame.kind == session.PING:
                self.send(session.PONG)
            elif frame.kind != session.PONG:
                return frame

    def expect(self, kind: int, seconds: float = 10) -> bytes:
        """The body of the next frame, which must be of `kind`."""
        frame = self.receive(seconds)
        if frame is None:
            raise Silent(f"no {session.Kind.Name(kind)}")
        if frame.kind == session.REJECT != kind:
            raise Rejected(session.Reject.FromString(frame.body))
        if frame.kind != kind:
            raise Silent(f"{frame.name} instead of {session.Kind.Name(kind)}")
        return frame.body

    def hello(self, epoch: int, seconds: float = 10) -> "session.Welcome":
        self.send(session.HELLO,
                  session.Hello(wire_min=WIRE, wire_max=WIRE, build="es1_client",
                                epoch=epoch, boot_id=epoch))
        welcome = session.Welcome.FromString(self.expect(session.WELCOME, seconds))
        self.session = welcome.session
        return welcome

    def publish(self, lane: Lane, records: list["session.Record"],
                seconds: float = 10) -> "session.Ack":
        self.send(session.BATCH, lane.batch(records))
        return session.Ack.FromString(self.expect(session.ACK, seconds))


def make_observation(text: str, site: str, **fields: object) -> "observation.Observation":
    """A report as an agent would send it, observed now unless `fields` say so."""
    report = observation.Observation(
        text=text, severity=3, channel="store", site=site, shift="morning",
        quote=True)
    report.reporter.pseudonym = b"p" * 16
    report.observed_at.GetCurrentTime()
    for name, value in fields.items():
        setattr(report, name, value)
    return report


def record_of(report: object, kind: int = observation.RECORD_OBSERVATION,
              record_id: bytes | None = None) -> "session.Record":
    return session.Record(kind=kind, id=record_id or os.urandom(16),
                          body=report.SerializeToString())
