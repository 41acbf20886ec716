"""The way of an urgent report: from the agent to the leader, every hop durable,
beside Debian's Alertmanager with the same background."""

import http.server
import importlib
import json
import pathlib
import queue
import random
import socket
import statistics
import string
import struct
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable

from bench_router import BIN, SAMPLES, BenchRouter, programs
from es1_client import observation  # found through the line above
from machine import say
from peers import free_port, wait_for

control = importlib.import_module("earshot.v1.control_pb2")
messages = importlib.import_module("earshot.v1.digest_pb2")

BACKGROUND = 1000  # reports, or alerts, a second
# Between two urgent ones: at random, or they keep step with what a router does
# at regular intervals.
GAP_S = (0.015, 0.045)
PATIENCE_S = 10
# What is posted at once to Alertmanager's API, as Prometheus does.
ALERTS_A_POST = 50


class LocalSocket:
    """Requests to a daemon: a length (u32, little endian) and a message."""

    def __init__(self, path: pathlib.Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.connect(str(path))

    def send(self, command: str, *arguments: str, body: bytes = b"") -> None:
        request = control.ControlRequest(command=command, arguments=arguments, body=body)
        data = request.SerializeToString()
        self.socket.sendall(struct.pack("<I", len(data)) + data)

    def receive(self) -> "control.ControlResponse":
        size = struct.unpack("<I", self._read(4))[0]
        return control.ControlResponse.FromString(self._read(size))

    def _read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            piece = self.socket.recv(size - len(data))
            if not piece:
                raise ConnectionError("the daemon has closed the connection")
            data += piece
        return data


def percentiles(times: list[float]) -> tuple[float, float]:
    ordered = sorted(times)
    return (round(statistics.median(ordered), 3),
            round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))], 3))


def measure(count: int, hand_over: Callable[[str], None],
            arrived: "queue.Queue[tuple[str, float]]") -> list[float]:
    """Milliseconds from handing over to arrival, of each; a mark tells which."""
    taken = []
    random_words = random.Random(count)  # and gaps
    for _ in range(count):
        # In words of its own, so that it is an insight of its own.
        mark = " ".join("".join(random_words.choices(string.ascii_lowercase, k=9))
                        for _ in range(4))
        begin = time.monotonic()
        hand_over(mark)
        deadline = begin + PATIENCE_S
        while True:
            got, at = arrived.get(timeout=max(0.001, deadline - time.monotonic()))
            if mark in got:
                break
        taken.append((at - begin) * 1000)
        gap = random_words.uniform(*GAP_S)
        time.sleep(max(0.0, gap - (time.monotonic() - begin)))
    return taken


class Ours:
    """An agent, a router and a feed, and a leader who follows."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.router = BenchRouter(folder / "router", 20)
        self.agent = programs.Agent(folder / "agent", self.router, "store-014")
        self.router.enrol("agent", self.agent.public_key, "store-014")
        self.feed = programs.Feed(folder / "feed", self.router)
        self.router.enrol("feed", self.feed.public_key, role="feed")
        self.agent.start()
        self.feed.start()
        command = self.router.load(20)
        self.load = subprocess.Popen(
            [str(BIN / command[0]), *command[1:], "--samples", str(SAMPLES),
             "--batch", "1", "--window", "64", "--rate", str(BACKGROUND),
             "--seconds", "3600"], stdout=subprocess.DEVNULL)
        self.arrived: queue.Queue[tuple[str, float]] = queue.Queue()
        self.leader = LocalSocket(self.socket_of(self.feed))
        self.leader.send("follow", "leader")
        threading.Thread(target=self.follow, daemon=True).start()
        self.station = LocalSocket(self.socket_of(self.agent))

    @staticmethod
    def socket_of(program: programs.Program) -> pathlib.Path:
        return next((program.folder / "state").glob("*.sock*"))

    def follow(self) -> None:
        try:
            while True:
                body = self.leader.receive().body
                if body:
                    at = time.monotonic()
                    told = messages.Digest.FromString(body)
                    self.arrived.put((str(told), at))
        except (ConnectionError, OSError):
            return

    def busy(self) -> bool:
        """A second of the background has been taken in, and everyone is there."""
        return (self.router.metric("log_end") >= BACKGROUND
                and self.agent.status()["session_open"] and self.feed.status()["connected"])

    def hand_over(self, mark: str) -> None:
        report = observation.Observation(
            text=mark, severity=5, quote=True, tags=["safety"])
        self.station.send("observe", body=report.SerializeToString())
        answer = self.station.receive()
        if answer.code != 0:
            raise RuntimeError(answer.text)

    def close(self) -> None:
        self.load.kill()
        self.load.wait()
        for program in (self.agent, self.feed, self.router):
            program.kill()


class Alertmanager:
    """Debian's, with one receiver that is told at once, and one for the rest."""

    def __init__(self, folder: pathlib.Path) -> None:
        folder.mkdir()
        self.arrived: queue.Queue[tuple[str, float]] = queue.Queue()
        arrived = self.arrived

        class Webhook(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:  # noqa: N802  (the library's name)
                body = self.rfile.read(int(self.headers["Content-Length"]))
                arrived.put((body.decode(), time.monotonic()))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.webhook = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Webhook)
        threading.Thread(target=self.webhook.serve_forever, daemon=True).start()
        self.port = free_port()
        config = folder / "alertmanager.yml"
        config.write_text(
            "route:\n  receiver: nobody\n  group_by: ['...']\n  group_wait: 0s\n"
            "  routes:\n  - matchers: ['severity=\"5\"']\n    receiver: leader\n"
            "    group_by: ['...']\n    group_wait: 0s\n"
            "receivers:\n- name: nobody\n- name: leader\n  webhook_configs:\n"
            f"  - url: http://127.0.0.1:{self.webhook.server_port}/\n"
            "    send_resolved: false\n", encoding="utf-8")
        self.process = subprocess.Popen(
            ["prometheus-alertmanager", f"--config.file={config}",
             f"--storage.path={folder / 'data'}", "--cluster.listen-address=",
             f"--web.listen-address=127.0.0.1:{self.port}"],
            stdout=(folder / "log").open("wb"), stderr=subprocess.STDOUT)
        wait_for("alertmanager", self.answers)
        self.stop = threading.Event()
        self.posted = 0
        threading.Thread(target=self.background, daemon=True).start()

    def answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def post(self, alerts: list[dict[str, dict[str, str]]]) -> None:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/v2/alerts", json.dumps(alerts).encode(),
            {"Content-Type": "application/json"})
        urllib.request.urlopen(request, timeout=10).read()

    def busy(self) -> bool:
        return self.posted >= BACKGROUND

    def background(self) -> None:
        due = time.monotonic()
        while not self.stop.is_set():
            self.post([{"labels": {"alertname": f"report{(self.posted + i) % 20000}",
                                   "severity": "2"}} for i in range(ALERTS_A_POST)])
            self.posted += ALERTS_A_POST
            due += ALERTS_A_POST / BACKGROUND
            time.sleep(max(0.0, due - time.monotonic()))

    def hand_over(self, mark: str) -> None:
        self.post([{"labels": {"alertname": mark, "severity": "5"},
                    "annotations": {"text": "Smoke from the charging cabinet"}}])

    def close(self) -> None:
        self.stop.set()
        self.process.kill()
        self.process.wait()
        self.webhook.shutdown()


def urgent(folder: pathlib.Path, count: int) -> dict[str, float]:
    result = {}
    for name, make in (("urgent", Ours), ("alertmanager", Alertmanager)):
        system = make(folder / name)
        try:
            wait_for(f"the background of {name}", system.busy)
            measure(min(20, count), system.hand_over, system.arrived)
            p50, p99 = percentiles(measure(count, system.hand_over, system.arrived))
        finally:
            system.close()
        result[f"{name}_p50_ms"], result[f"{name}_p99_ms"] = p50, p99
        say(f"  {name:<14} p50 {p50} ms, p99 {p99} ms")
    return result
