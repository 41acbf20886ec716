#!/usr/bin/env python3
"""Whatever strangers and broken peers do, an honest one is served all along."""

import json
import pathlib
import random
import socket
import threading
import time
import unittest
from collections.abc import Iterator
from contextlib import contextmanager

import zmq

import es1_client as es1
import programs
from programs import eventually

MIB = 1 << 20
session = es1.session


class HonestPeer(threading.Thread):
    """Publishes one report after another and expects each to be acked."""

    def __init__(self, router: programs.Router) -> None:
        super().__init__(daemon=True)
        self.router = router
        self.keys = zmq.curve_keypair()
        router.enrol("honest", self.keys[0], "store-014")
        self.acked = 0
        self.slowest = 0.0
        self.failure: Exception | None = None
        self.ending = threading.Event()

    def run(self) -> None:
        client = self.router.client(self.keys)
        try:
            client.hello(epoch=1)
            lane = es1.Lane(1, 1)
            while not self.ending.wait(0.01):
                sent = time.monotonic()
                ack = client.publish(lane, [es1.record_of(es1.make_observation(
                    f"Report {lane.seq}", "store-014"))])
                if ack.refused or ack.nacks or ack.durable.seq != lane.seq:
                    raise AssertionError(f"not taken: {ack}")
                self.slowest = max(self.slowest, time.monotonic() - sent)
                self.acked += 1
        except Exception as error:  # noqa: BLE001  # told to the test
            self.failure = error
        finally:
            client.close()

    def end(self) -> None:
        self.ending.set()
        self.join(20)


class HostilePeersTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        folder = programs.new_folder()
        cls.addClassCleanup(folder.cleanup)
        cls.router = programs.Router(pathlib.Path(folder.name))
        cls.addClassCleanup(cls.router.kill)
        cls.router.start()
        cls.honest = HonestPeer(cls.router)
        cls.honest.start()
        cls.addClassCleanup(cls.honest.end)
        eventually("the honest peer is served", lambda: cls.honest.acked)

    def tearDown(self) -> None:
        before = self.honest.acked
        eventually("the honest peer is still served",
                   lambda: self.honest.failure or self.honest.acked > before + 5)
        self.assertIsNone(self.honest.failure)
        self.assertLess(self.honest.slowest, 5)

    def client(self, keys: tuple[bytes, bytes], curve: bool = True) -> es1.Client:
        client = self.router.client(keys, curve)
        self.addCleanup(client.close)
        return client

    def enrolled(self, *sites: str) -> tuple[es1.Client, str]:
        """A client under a name of the running test, not yet greeted."""
        name = self.id().rsplit(".", 1)[-1][:64]
        client = self.router.new_client(name, *sites)
        self.addCleanup(client.close)
        return client, name

    @contextmanager
    def rises(self, metric: str, by: int = 1) -> Iterator[None]:
        before = self.router.metric(metric)
        yield
        eventually(f"{metric} rises by {by}",
                   lambda: self.router.metric(metric) >= before + by)

    def assert_unheard(self, client: es1.Client) -> None:
        self.assertIsNone(client.receive(0.3))

    def test_unknown_key_is_never_admitted(self) -> None:
        keys = zmq.curve_keypair()
        with self.rises("keys_refused_total"):
            client = self.client(keys)
            client.send_if_let_in(session.HELLO, session.Hello(
                wire_min=1, wire_max=1, epoch=9))
        self.router.logged("peer_refused", key=keys[0].decode())
        self.assert_unheard(client)

    def test_foreign_site_is_a_dead_letter_that_can_be_replayed(self) -> None:
        keys = zmq.curve_keypair()
        self.router.enrol("till-7", keys[0], "store-014")
        client = self.client(keys)
        client.hello(epoch=7)
        lane = es1.Lane(7, 1)
        foreign, own = (es1.record_of(es1.make_observation("Till is down", site))
                        for site in ("store-099", "store-014"))
        ack = client.publish(lane, [foreign, own])
        self.assertEqual([(nack.seq, nack.code) for nack in ack.nacks],
                         [(1, "site_not_allowed")])
        self.assertEqual((ack.refused, ack.durable.seq, ack.durable.hash),
                         (False, 2, lane.hash))

        def letter() -> dict[str, object]:
            letters = json.loads(self.router.command("dead-letters", "list", "--json"))
            return next(each for each in letters if each["agent"] == "till-7")

        self.assertEqual((letter()["code"], letter()["state"]),
                         ("site_not_allowed", "kept"))
        self.router.enrol("till-7", keys[0], "store-014", "store-099")
        self.router.command("dead-letters", "replay", str(letter()["id"]))
        entry = self.router.logged("dead_letter_replayed", agent="till-7")
        self.assertIs(entry["taken"], True)
        eventually("the letter is settled", lambda: letter()["state"] == "replayed")
        # The session that was open before knows of the new site too.
        ack = client.publish(lane, [es1.record_of(
            es1.make_observation("Till is up", "store-099"))])
        self.assertEqual((list(ack.nacks), ack.durable.seq), ([], 3))

    def test_what_is_not_zeromq_is_cut_off(self) -> None:
        address = ("127.0.0.1", int(self.router.listen.rsplit(":", 1)[1]))
        seed = random.Random(14)
        greetings = [
            b"GET / HTTP/1.1\r\nHost: earshot\r\n\r\n",
            b"\x01" + seed.randbytes(200),
            b"\xff" + seed.randbytes(200),
            b"\xff\0\0\0\0\0\0\0\1\x7f\3" + seed.randbytes(200),
        ]
        with self.rises("disconnects_total", by=100), \
                self.rises("handshakes_failed_total", by=25):
            for index in range(100):
                peer = socket.create_connection(address, timeout=10)
                self.addCleanup(peer.close)
                peer.sendall(greetings[index % len(greetings)])
        self.router.logged("handshake_failed")

    def test_mute_connections_are_cut_off_in_time(self) -> None:
        address = ("127.0.0.1", int(self.router.listen.rsplit(":", 1)[1]))
        with self.rises("handshakes_failed_total", by=10):
            for _ in range(10):
                peer = socket.create_connection(address, timeout=10)
                self.addCleanup(peer.close)

    def test_body_above_the_limit_is_refused_and_then_the_session(self) -> None:
        client, name = self.enrolled()
        client.hello(epoch=3)
        body = bytes(300_000)
        with self.rises("frames_refused_total", by=3):
            for _ in range(3):
                client.send(session.BATCH, body)
        client.expect(session.BYE)
        self.router.logged("frame_refused", peer=name, why="body_too_large")
        client.send(session.BATCH, b"")
        client.expect(session.UNKNOWN)

    def test_frame_above_the_transports_limit_costs_the_connection(self) -> None:
        client, _ = self.enrolled()
        client.hello(epoch=3)
        client.send(session.BATCH, bytes(2 * MIB))
        # libzmq dials anew; to the router that is nobody it knows.
        deadline = time.monotonic() + 20
        frame = None
        while frame is None and time.monotonic() < deadline:
            client.send(session.PING)
            frame = client.receive(0.2)
        self.assertEqual(frame and frame.kind, session.UNKNOWN)

    def test_messages_of_very_many_frames_are_drained(self) -> None:
        client, name = self.enrolled()
        before = self.router.rss_bytes()
        grown = []
        for _ in range(6):
            client.hello(epoch=3)
            with self.rises("frames_refused_total"):
                client.send_parts(*[bytes(1000)] * 20_000)
            grown.append((self.router.rss_bytes() - before) / MIB)
            while client.receive(0.05) is not None:  # each third one ends in a BYE
                pass
        self.router.logged("frame_refused", peer=name, why="frame_count")
        client.hello(epoch=3)
        ack = client.publish(es1.Lane(3, 1), [es1.record_of(
            es1.make_observation("Still here", "store-014"))])
        self.assertEqual(ack.durable.seq, 1)
        print(f"resident after messages of 20 MB each: "
              f"{' '.join(f'{mib:+.0f}' for mib in grown)} MiB")
        if not self.router.sanitized():  # a sanitizer holds on to what was freed
            self.assertLess(grown[0], 40)
            self.assertLess(grown[-1], 64)

    def test_frame_before_hello_is_answered_with_unknown(self) -> None:
        client, _ = self.enrolled()
        for kind in (session.BATCH, session.PING, session.REPLY_ACK):
            client.send(kind)
            client.expect(session.UNKNOWN)

    def test_session_of_another_is_unknown(self) -> None:
        client, _ = self.enrolled()
        own = client.hello(epoch=3).session
        client.session = own + 1
        client.send(session.BATCH, es1.Lane(3, 1).batch(
            [es1.record_of(es1.make_observation("Not mine", "store-014"))]))
        client.expect(session.UNKNOWN)

    def test_unencrypted_client_is_not_listened_to(self) -> None:
        with self.rises("handshakes_failed_total"):
            client = self.client((b"", b""), curve=False)
            client.send_if_let_in(session.HELLO, session.Hello(
                wire_min=1, wire_max=1, epoch=9))
        self.assert_unheard(client)

    def test_agent_that_decides_is_refused(self) -> None:
        client, _ = self.enrolled()
        client.hello(epoch=3)
        verdict = es1.decision.Decision(leader="amara", insight=1)
        verdict.decline.reason = "no"
        verdict.at.GetCurrentTime()
        ack = client.publish(es1.Lane(3, 0), [es1.record_of(
            verdict, es1.observation.RECORD_DECISION)])
        self.assertEqual([nack.code for nack in ack.nacks], ["role_not_allowed"])
        self.assertEqual(ack.durable.seq, 1)

    def test_revoked_peer_is_put_out_whoever_else_knocks(self) -> None:
        keys = zmq.curve_keypair()
        self.router.enrol("leaver", keys[0], "store-014")
        client = self.client(keys)
        client.hello(epoch=3)
        self.router.command("agents", "revoke", "leaver")
        # Every refused dial reads the table too: the change must not be
        # noticed there alone.
        frame = None
        deadline = time.monotonic() + 5
        while frame is None and time.monotonic() < deadline:
            self.client(zmq.curve_keypair())  # its handshake is the knock
            frame = client.receive(0.05)
        self.assertEqual(frame and frame.name, "REJECT")
        self.assertEqual(session.Reject.FromString(frame.body).reason,
                         session.Reject.REVOKED)
        # The connection is still there, without any use.
        with self.assertRaises(es1.Rejected):
            client.hello(epoch=3)
        with self.rises("keys_refused_total"):
            again = self.client(keys)
            again.send_if_let_in(session.HELLO, session.Hello(
                wire_min=1, wire_max=1, epoch=3))
        self.assert_unheard(again)

    def test_replaced_key_is_of_no_use_on_a_connection_that_stands(self) -> None:
        old, new = zmq.curve_keypair(), zmq.curve_keypair()
        self.router.enrol("rotated", old[0], "store-014")
        client = self.client(old)
        client.hello(epoch=3)
        self.router.enrol("rotated", new[0], "store-014")
        reject = session.Reject.FromString(client.expect(session.REJECT, 5))
        self.assertEqual(reject.reason, session.Reject.REVOKED)
        with self.assertRaises(es1.Rejected):
            client.hello(epoch=3)
        self.assertEqual(self.client(new).hello(epoch=3).peer, "rotated")

    def test_wrong_batches_change_nothing(self) -> None:
        client, _ = self.enrolled()
        client.hello(epoch=3)
        record = es1.record_of(es1.make_observation("Once", "store-014"))
        start = es1.Lane(3, 1)
        for name, change in {
                "gap": {"first_seq": 2},
                "other history": {"hash_before": b"h" * 16}}.items():
            with self.subTest(name), self.rises("batches_rewound_total"):
                batch = es1.Lane(3, 1).batch([record])
                for field, value in change.items():
                    setattr(batch, field, value)
                client.send(session.BATCH, batch)
                ack = session.Ack.FromString(client.expect(session.ACK))
                self.assertEqual((ack.refused, ack.durable.seq, ack.durable.hash),
                                 (True, 0, start.hash))
        for name, batch in {
                "501 records": es1.Lane(3, 1).batch([record] * 501),
                "no record": es1.Lane(3, 1).batch([]),
                "lane 2": es1.Lane(3, 2).batch([record]),
                "not protobuf": b"\xff" * 50}.items():
            with self.subTest(name), self.rises("batches_malformed_total"):
                client.send(session.BATCH, batch)
        # Had any of them been written, this one would not follow.
        ack = client.publish(es1.Lane(3, 1), [record])
        self.assertEqual((ack.refused, ack.durable.seq), (False, 1))

    def test_records_that_cannot_be_taken_are_named_one_by_one(self) -> None:
        client, _ = self.enrolled()
        client.hello(epoch=3)
        fine = es1.record_of(es1.make_observation("Fine", "store-014"))
        ack = client.publish(es1.Lane(3, 1), [
            es1.record_of(es1.make_observation("Short id", "s"), record_id=b"short"),
            es1.record_of(es1.make_observation(" ", "store-014")),
            fine,
            es1.record_of(es1.make_observation("No site", "")),
            es1.record_of(es1.make_observation("Shout", "store-014", severity=6)),
            session.Record(kind=1, id=b"i" * 16, body=b"\xff\xff"),
            session.Record(kind=99, id=b"k" * 16),
            session.Record(kind=1, id=b"l" * 16, body=bytes(64 * 1024 + 1))])
        self.assertEqual(
            [(nack.seq, nack.code) for nack in ack.nacks],
            [(1, "id_invalid"), (2, "text_empty"), (4, "site_invalid"),
             (5, "severity_range"), (6, "body_unparsable"), (7, "kind_unknown"),
             (8, "record_too_large")])
        self.assertEqual((ack.refused, ack.durable.seq), (False, 8))

    def test_second_session_of_a_key_and_epoch_ends_the_first(self) -> None:
        keys = zmq.curve_keypair()
        self.router.enrol("twin", keys[0])
        first, second = self.client(keys), self.client(keys)
        first.hello(epoch=3)
        second.hello(epoch=3)
        first.expect(session.BYE)
        lane = es1.Lane(3, 1)
        ack = second.publish(lane, [es1.record_of(
            es1.make_observation("The one that stays", "store-014"))])
        self.assertEqual(ack.durable.seq, 1)


if __name__ == "__main__":
    unittest.main()
