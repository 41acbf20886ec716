#!/usr/bin/env python3
"""The fault proxy does to a connection what it says, and nothing else."""

import os
import random
import socket
import struct
import threading
import unittest

from fault_proxy import TO_CLIENT, TO_SERVER, FaultProxy
from programs import eventually


class FaultProxyTest(unittest.TestCase):
    def setUp(self) -> None:
        seed = int(os.environ.get("EARSHOT_SEED", random.SystemRandom().getrandbits(32)))
        print(f"seed {seed}")
        self.random = random.Random(seed)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(20)
        self.addCleanup(self.listener.close)
        self.proxy = FaultProxy("127.0.0.1", self.listener.getsockname()[1], seed)
        self.addCleanup(self.proxy.close)

    def connect(self) -> tuple[socket.socket, socket.socket]:
        """Both ends of a connection through the proxy."""
        client = socket.create_connection(("127.0.0.1", self.proxy.port), 20)
        self.addCleanup(client.close)
        server, _ = self.listener.accept()
        server.settimeout(20)
        self.addCleanup(server.close)
        return client, server

    @staticmethod
    def receive(end: socket.socket, count: int) -> bytes:
        data = b""
        while len(data) < count:
            more = end.recv(count - len(data))
            if not more:
                break
            data += more
        return data

    def assert_silent(self, end: socket.socket) -> None:
        end.setblocking(False)
        with self.assertRaises(BlockingIOError):
            end.recv(1)
        end.settimeout(20)

    def test_bytes_pass_unchanged_both_ways_however_late(self) -> None:
        client, server = self.connect()
        self.proxy.delay(0.003)
        for here, there in ((client, server), (server, client)):
            data = self.random.randbytes(1_000_000)
            sender = threading.Thread(target=here.sendall, args=(data,))
            sender.start()
            self.assertEqual(self.receive(there, len(data)), data)
            sender.join()
        client.shutdown(socket.SHUT_WR)
        self.assertEqual(server.recv(1), b"")
        server.sendall(b"and still")
        self.assertEqual(self.receive(client, 9), b"and still")

    def test_a_stall_holds_everything_and_loses_nothing(self) -> None:
        client, server = self.connect()
        self.proxy.stall()
        client.sendall(b"there")
        server.sendall(b"and back")
        eventually("it holds both", lambda: (self.proxy.held(TO_SERVER),
                                             self.proxy.held(TO_CLIENT)) == (5, 8))
        self.assert_silent(client)
        self.assert_silent(server)
        self.proxy.heal()
        self.assertEqual(self.receive(server, 5), b"there")
        self.assertEqual(self.receive(client, 8), b"and back")

    def test_one_way_passes_that_way_alone(self) -> None:
        client, server = self.connect()
        self.proxy.one_way(TO_CLIENT)
        client.sendall(b"there")
        server.sendall(b"and back")
        self.assertEqual(self.receive(client, 8), b"and back")
        eventually("it holds the other", lambda: self.proxy.held(TO_SERVER) == 5)
        self.assert_silent(server)
        self.proxy.heal()
        self.assertEqual(self.receive(server, 5), b"there")

    def test_a_reset_is_seen_by_both_and_the_next_connection_is_whole(self) -> None:
        client, server = self.connect()
        client.sendall(b"x")
        self.assertEqual(server.recv(1), b"x")
        self.assertEqual(self.proxy.reset(), 1)
        for end in (client, server):
            with self.assertRaises(ConnectionResetError):
                end.recv(1)
        client, server = self.connect()
        client.sendall(b"again")
        self.assertEqual(self.receive(server, 5), b"again")

    def test_a_half_close_ends_one_direction(self) -> None:
        client, server = self.connect()
        client.sendall(b"x")
        self.assertEqual(server.recv(1), b"x")
        self.assertEqual(self.proxy.half_close(), 1)
        self.assertEqual(server.recv(1), b"")
        server.sendall(b"still open")
        self.assertEqual(self.receive(client, 10), b"still open")

    def test_a_cut_comes_after_exactly_so_many_bytes(self) -> None:
        client, server = self.connect()
        self.proxy.cut_after(10)
        received = bytearray()
        client.sendall(b"123456")
        received += self.receive(server, 6)
        client.sendall(b"789012345")
        with self.assertRaises(ConnectionResetError):
            while True:
                received += server.recv(100)
        self.assertLessEqual(len(received), 10)
        self.assertEqual(self.proxy.forwarded(TO_SERVER), 10)
        with self.assertRaises(ConnectionResetError):
            client.recv(1)

    def test_who_cannot_reach_the_server_is_sent_away(self) -> None:
        self.listener.close()
        client = socket.create_connection(("127.0.0.1", self.proxy.port), 20)
        self.addCleanup(client.close)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        try:
            self.assertEqual(client.recv(1), b"")
        except ConnectionResetError:
            pass


if __name__ == "__main__":
    unittest.main()
