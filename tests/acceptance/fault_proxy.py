"""A TCP proxy that makes trouble when it is told to.

It listens on a free port and forwards to one address. Its faults are switched
from any thread, while connections run. Bytes are delayed, held or cut off, but
never changed: TCP does not do that either.
"""

import asyncio
import contextlib
import random
import socket
import struct
import threading
from collections.abc import Coroutine
from typing import Any

TO_SERVER = 0
TO_CLIENT = 1
BOTH = (TO_SERVER, TO_CLIENT)
CHUNK = 16384


class _Connection:
    """One client and its connection to the server."""

    def __init__(self, client: asyncio.StreamWriter, server: asyncio.StreamWriter) -> None:
        self.writers = (server, client)  # by the direction written to
        self.left: int | None = None     # bytes to the server until it is cut
        self.pumps: list[asyncio.Task[None]] = []

    def reset(self) -> None:
        """Ends it on both sides with a reset instead of a goodbye."""
        for writer in self.writers:
            raw = writer.get_extra_info("socket")
            if raw is not None and raw.fileno() >= 0:
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                               struct.pack("ii", 1, 0))
            writer.transport.abort()
        for pump in self.pumps:
            pump.cancel()


class FaultProxy:
    """Owns a thread with an event loop; close() ends both."""

    def __init__(self, host: str, port: int, seed: int) -> None:
        self._target = (host, port)
        self._random = random.Random(seed)
        self._delay = 0.0
        self._connections: set[_Connection] = set()
        self._counted = threading.Condition()
        self._forwarded = [0, 0]
        self._held = [0, 0]
        self._accepted = 0
        self._loop = asyncio.new_event_loop()
        self._gates = tuple(asyncio.Event() for _ in BOTH)
        self._cut: int | None = None
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = self._call(self._listen())
        self.port: int = self._server.sockets[0].getsockname()[1]
        self.endpoint = f"tcp://127.0.0.1:{self.port}"

    # Switches, for any thread.

    def delay(self, seconds: float) -> None:
        """Each piece waits a random time below this."""
        self._call(self._set_delay(seconds))

    def stall(self) -> None:
        """Nothing passes, and nothing ends."""
        self._call(self._set_gates(()))

    def one_way(self, direction: int) -> None:
        """Only this direction passes; the other is held."""
        self._call(self._set_gates((direction,)))

    def reset(self) -> int:
        """Resets the connections of now; how many."""
        return self._call(self._reset())

    def half_close(self) -> int:
        """Tells the server that the clients of now will send no more."""
        return self._call(self._half_close())

    def cut_after(self, count: int) -> None:
        """Each connection of now, and the next one, is reset after so many
        bytes more to the server."""
        self._call(self._cut_after(count))

    def heal(self) -> None:
        """No faults from now on; what was held passes."""
        self._call(self._heal())

    # What it saw, for tests that wait for it.

    def forwarded(self, direction: int) -> int:
        with self._counted:
            return self._forwarded[direction]

    def held(self, direction: int) -> int:
        """Bytes that were read and wait for a gate or for their delay."""
        with self._counted:
            return self._held[direction]

    def accepted(self) -> int:
        with self._counted:
            return self._accepted

    def close(self) -> None:
        if self._loop.is_closed():
            return
        self._call(self._shut())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    # On the loop's own thread from here.

    def _call(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _listen(self) -> asyncio.Server:
        await self._set_gates(BOTH)
        return await asyncio.start_server(self._serve, "127.0.0.1", 0)

    async def _serve(self, reader: asyncio.StreamReader,
                     writer: asyncio.StreamWriter) -> None:
        try:
            to_server = await asyncio.open_connection(*self._target)
        except OSError:
            writer.transport.abort()
            return
        connection = _Connection(writer, to_server[1])
        connection.left, self._cut = self._cut, None
        self._connections.add(connection)
        with self._counted:
            self._accepted += 1
        connection.pumps = [
            asyncio.create_task(self._pump(connection, reader, TO_SERVER)),
            asyncio.create_task(self._pump(connection, to_server[0], TO_CLIENT))]
        await asyncio.gather(*connection.pumps, return_exceptions=True)
        self._connections.discard(connection)
        for each in connection.writers:
            each.close()
            with contextlib.suppress(OSError):
                await each.wait_closed()

    async def _pump(self, connection: _Connection, reader: asyncio.StreamReader,
                    direction: int) -> None:
        writer = connection.writers[direction]
        try:
            while data := await reader.read(CHUNK):
                self._count(self._held, direction, len(data))
                try:
                    if self._delay > 0:
                        await asyncio.sleep(self._random.uniform(0, self._delay))
                    await self._gates[direction].wait()
                finally:
                    self._count(self._held, direction, -len(data))
                if direction == TO_SERVER and connection.left is not None:
                    data = data[:connection.left]
                    connection.left -= len(data)
                writer.write(data)
                await writer.drain()
                self._count(self._forwarded, direction, len(data))
                if direction == TO_SERVER and connection.left == 0:
                    await self._written(writer)
                    connection.reset()
                    return
            if writer.can_write_eof():
                writer.write_eof()
        except OSError:
            connection.reset()

    @staticmethod
    async def _written(writer: asyncio.StreamWriter) -> None:
        """Waits until the system has all of it; a reset would drop the rest."""
        writer.transport.set_write_buffer_limits(high=0)
        await writer.drain()

    def _count(self, what: list[int], direction: int, by: int) -> None:
        with self._counted:
            what[direction] += by

    async def _set_delay(self, seconds: float) -> None:
        self._delay = seconds

    async def _set_gates(self, open_ones: tuple[int, ...]) -> None:
        for direction in BOTH:
            if direction in open_ones:
                self._gates[direction].set()
            else:
                self._gates[direction].clear()

    async def _reset(self) -> int:
        ended = list(self._connections)
        for connection in ended:
            connection.reset()
        return len(ended)

    async def _half_close(self) -> int:
        ended = 0
        for connection in self._connections:
            writer = connection.writers[TO_SERVER]
            if writer.can_write_eof() and not writer.transport.is_closing():
                writer.write_eof()
                # The rest of what the client sends has nowhere to go.
                connection.pumps[TO_SERVER].cancel()
                ended += 1
        return ended

    async def _cut_after(self, count: int) -> None:
        self._cut = count
        for connection in self._connections:
            connection.left = count

    async def _heal(self) -> None:
        self._delay = 0.0
        self._cut = None
        for connection in self._connections:
            connection.left = None
        await self._set_gates(BOTH)

    async def _shut(self) -> None:
        self._server.close()
        await self._heal()
        await self._reset()
        await self._server.wait_closed()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
