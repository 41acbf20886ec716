#!/usr/bin/env python3
"""A client in another language, made from the protocol's page, is understood."""

import pathlib
import unittest
import urllib.request

import zmq

import es1_client as es1
import programs


class HeaderTest(unittest.TestCase):
    def test_checksum_is_that_of_rfc_3720(self) -> None:
        self.assertEqual(es1.crc32c(b"123456789"), 0xE3069283)
        self.assertEqual(es1.crc32c(bytes(32)), 0x8A9136AA)
        self.assertEqual(es1.crc32c(b"\xff" * 32), 0x62A8AB43)
        self.assertEqual(es1.crc32c(bytes(range(32))), 0x46DD794E)

    def test_header_comes_back(self) -> None:
        header = es1.encode_header(4, 2**63 + 1, 7, b"body")
        self.assertEqual(len(header), 32)
        self.assertEqual(es1.decode(header, b"body"),
                         es1.Frame(4, 2**63 + 1, 7, b"body"))
        with self.assertRaises(ValueError):
            es1.decode(header, b"bodY")


class PythonClientTest(unittest.TestCase):
    EPOCH = 0x0123456789ABCDEF

    def setUp(self) -> None:
        folder = programs.new_folder()
        self.addCleanup(folder.cleanup)
        self.router = programs.Router(pathlib.Path(folder.name))
        self.addCleanup(self.router.kill)
        self.router.start()

    def open(self, keys: tuple[bytes, bytes]) -> tuple[es1.Client, object]:
        client = self.router.client(keys)
        self.addCleanup(client.close)
        return client, client.hello(self.EPOCH)

    def test_an_observation_is_taken_acked_and_counted(self) -> None:
        keys = zmq.curve_keypair()
        self.router.enrol("store-014-pc1", keys[0], "store-014")
        client, welcome = self.open(keys)
        self.assertEqual(welcome.wire, 1)
        self.assertEqual(welcome.peer, "store-014-pc1")
        self.assertEqual(list(welcome.sites), ["store-014"])
        self.assertEqual([mark.seq for mark in welcome.durable], [0, 0])
        self.assertEqual(welcome.durable[1].hash, es1.hash_start(self.EPOCH))
        self.assertEqual(welcome.credit[1].seq, 4096)

        lane = es1.Lane(self.EPOCH, 1)
        report = es1.make_observation("Lane 3 froze again after the loyalty scan",
                                      "store-014")
        ack = client.publish(lane, [es1.record_of(report)])
        self.assertFalse(ack.refused)
        self.assertEqual(list(ack.nacks), [])
        self.assertEqual(ack.epoch, self.EPOCH)
        self.assertEqual((ack.durable.lane, ack.durable.seq), (1, 1))
        self.assertEqual(ack.durable.hash, lane.hash)
        self.assertEqual(ack.credit_seq, 1 + 4096)

        metrics = self.router.metrics()
        self.assertEqual(metrics["records_total"], 1)
        self.assertEqual(metrics["sessions"], 1)
        with urllib.request.urlopen(self.router.http + "/healthz", timeout=10) as ok:
            self.assertEqual(ok.status, 200)
        status = programs.eventually(
            "it is counted",
            lambda: (s := self.router.status())["observations"] == 1 and s)
        self.assertEqual((status["dead_letters"], status["repeats"]), (0, 0))

    def test_a_new_session_goes_on_where_the_last_one_ended(self) -> None:
        keys = zmq.curve_keypair()
        self.router.enrol("store-014-pc1", keys[0])
        client, _ = self.open(keys)
        lane = es1.Lane(self.EPOCH, 0)
        records = [es1.record_of(es1.make_observation(f"Report {i}", "store-014"))
                   for i in range(20)]
        client.publish(lane, records)
        client.send(es1.session.BYE, es1.session.Bye(reason="done"))

        again, welcome = self.open(keys)
        self.assertEqual(welcome.durable[0].seq, 20)
        self.assertEqual(welcome.durable[0].hash, lane.hash)
        self.assertEqual(welcome.durable[1].seq, 0)

        # Sent again from the start: told where the lane stands, written once.
        ack = again.publish(es1.Lane(self.EPOCH, 0), records)
        self.assertTrue(ack.refused)
        self.assertEqual((ack.durable.seq, ack.durable.hash), (20, lane.hash))
        lane.rewind(ack.durable)
        ack = again.publish(lane, [es1.record_of(
            es1.make_observation("One more", "store-014"))])
        self.assertEqual((ack.refused, ack.durable.seq), (False, 21))
        programs.eventually("21 are counted",
                            lambda: self.router.status()["observations"] == 21)

    def test_sequence_and_hash_outlive_a_kill_of_the_router(self) -> None:
        keys = zmq.curve_keypair()
        self.router.enrol("store-014-pc1", keys[0])
        client, first = self.open(keys)
        lane = es1.Lane(self.EPOCH, 1)
        client.publish(lane, [es1.record_of(es1.make_observation("Wet floor", "s"))])
        client.close()
        self.router.kill()
        self.router.start()
        _, welcome = self.open(keys)
        self.assertEqual(welcome.generation, first.generation)
        self.assertEqual(welcome.durable[1].seq, 1)
        self.assertEqual(welcome.durable[1].hash, lane.hash)

    def test_a_wire_version_of_the_future_is_rejected(self) -> None:
        keys = zmq.curve_keypair()
        self.router.enrol("store-014-pc1", keys[0])
        client = self.router.client(keys)
        self.addCleanup(client.close)
        client.send(es1.session.HELLO,
                    es1.session.Hello(wire_min=2, wire_max=3, epoch=self.EPOCH))
        reject = es1.session.Reject.FromString(client.expect(es1.session.REJECT))
        self.assertEqual(reject.reason, es1.session.Reject.VERSION)
        self.assertEqual((reject.wire_min, reject.wire_max), (1, 1))

    def test_it_stops_cleanly_and_says_goodbye(self) -> None:
        keys = zmq.curve_keypair()
        self.router.enrol("store-014-pc1", keys[0])
        client, _ = self.open(keys)
        self.assertEqual(self.router.stop(), 0)
        bye = es1.session.Bye.FromString(client.expect(es1.session.BYE))
        self.assertGreater(bye.retry_after_ms, 0)
        self.assertTrue(self.router.logged("stopped")["clean"])


if __name__ == "__main__":
    unittest.main()
