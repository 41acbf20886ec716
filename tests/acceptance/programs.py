"""Starts the real programs in folders of their own, and ends them for certain."""

import json
import os
import pathlib
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import zmq

from es1_client import SOURCE, Client

BIN = pathlib.Path(os.environ.get("EARSHOT_BIN_DIR", SOURCE / "build/bin"))
T = TypeVar("T")


def eventually(what: str, check: Callable[[], T], seconds: float = 20) -> T:
    """Asks until the answer is true; fails saying `what` was waited for. Rests as
    long as asking takes: what is waited for has half of the machine."""
    deadline = time.monotonic() + seconds
    while True:
        asked = time.monotonic()
        answer = check()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}; last: {answer!r}")
        time.sleep(max(0.02, time.monotonic() - asked))


def free_port() -> int:
    """One that nobody listens on now, for who must say where before it listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Ended(AssertionError):
    """A program ended before it served."""


def sanitized(program: pathlib.Path) -> bool:
    # A compiler may link the sanitizer into the program itself.
    code = program.read_bytes()
    return b"__asan_init" in code or b"__tsan_init" in code


class Program:
    """A program with a configuration and state in one folder."""

    name = ""
    wrapper: tuple[str, ...] = ()  # what start() puts before the command

    def __init__(self, folder: pathlib.Path, config: str) -> None:
        self.folder = folder
        self.config = folder / "program.conf"
        self.log_file = folder / "log.jsonl"
        self.process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        self.configure(config)

    def configure(self, config: str) -> None:
        self.config.write_text(f'data_dir: "{self.folder / "state"}"\n{config}\n',
                               encoding="utf-8")

    def line(self, *arguments: str) -> list[str]:
        return [str(BIN / self.name), "--config", str(self.config), *arguments]

    def try_command(self, *arguments: str, stdin: str = "",
                    seconds: float = 30) -> subprocess.CompletedProcess[str]:
        return subprocess.run(self.line(*arguments), input=stdin, text=True,
                              capture_output=True, timeout=seconds, check=False)

    def command(self, *arguments: str, stdin: str = "") -> str:
        done = self.try_command(*arguments, stdin=stdin)
        if done.returncode != 0:
            raise AssertionError(f"{self.name} {' '.join(arguments)}: {done.stderr}")
        return done.stdout

    def start(self) -> dict[str, Any]:
        """Runs it; what its log says once it serves."""
        with self.log_file.open("ab") as log:
            before = log.tell()
            self.process = subprocess.Popen(
                [*self.wrapper, *self.line("run", "--log-format", "json")], stderr=log,
                stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)

        def started() -> dict[str, Any] | None:
            if self.process.poll() is not None:
                raise Ended(f"{self.name} ended: {self.log_file.read_text()[-2000:]}")
            return next(self.log("started", skip_bytes=before), None)

        return eventually(f"{self.name} starts", started)

    def log(self, event: str = "", skip_bytes: int = 0,
            **fields: Any) -> Iterator[dict[str, Any]]:
        """Its log lines with this event and these fields, oldest first."""
        if not self.log_file.exists():
            return
        with self.log_file.open("rb") as opened:
            opened.seek(skip_bytes)
            whole, _, _ = opened.read().rpartition(b"\n")
        for line in whole.splitlines():
            if not line.startswith(b"{"):
                continue
            entry = json.loads(line)
            if event and entry.get("event") != event:
                continue
            if all(entry.get(key) == value for key, value in fields.items()):
                yield entry

    def logged(self, event: str, seconds: float = 20, **fields: Any) -> dict[str, Any]:
        return eventually(f"log line {event} {fields}",
                          lambda: next(self.log(event, **fields), None), seconds)

    def rss_bytes(self) -> int:
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(at for at in status.splitlines() if at.startswith("VmRSS:"))
        return int(line.split()[1]) * 1024

    def sanitized(self) -> bool:
        return sanitized(pathlib.Path(f"/proc/{self.process.pid}/exe"))

    def stop(self, with_signal: int = signal.SIGTERM) -> int:
        """Ends it, and its exit code; killed if it does not within 15 s."""
        process, self.process = self.process, None
        if process is None:
            return 0
        process.send_signal(with_signal)
        try:
            return process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError(f"{self.name} did not end on a signal") from None

    def kill(self) -> None:
        self.stop(signal.SIGKILL)


class Router(Program):
    name = "earshot-router"

    def __init__(self, folder: pathlib.Path, config: str = "") -> None:
        super().__init__(folder, "")
        self.settings = config
        self.listen = "tcp://127.0.0.1:0"
        self.http = ""
        self.public_key = self.command("keygen").strip()

    def start(self) -> dict[str, Any]:
        """On free ports at first, and on the same one again later."""
        self.configure(f'listen: "{self.listen}"\nhttp_listen: "127.0.0.1:0"\n'
                       + self.settings)
        line = super().start()
        self.listen = line["listen"]
        self.http = f"http://127.0.0.1:{line['http_port']}"
        return line

    def metrics(self) -> dict[str, float]:
        with urllib.request.urlopen(self.http + "/metrics", timeout=10) as answer:
            text = answer.read().decode()
        pairs = (line.rsplit(" ", 1) for line in text.splitlines()
                 if line and not line.startswith("#"))
        return {name.removeprefix("earshot_router_"): float(value)
                for name, value in pairs}

    def metric(self, name: str) -> float:
        return self.metrics()[name]

    def status(self) -> dict[str, Any]:
        return json.loads(self.command("status", "--json"))

    def enrol(self, name: str, public_key: bytes | str, *sites: str,
              role: str = "agent") -> None:
        key = public_key if isinstance(public_key, str) else public_key.decode()
        arguments = ["enrol"]
        for site in sites:
            arguments += ["--site", site]
        # A key may begin with a dash, so it goes after the options' end; that
        # must not follow --site, which would take it for the end of its list.
        self.command(*arguments, "--role", role, "--", name, key)

    def client(self, keys: tuple[bytes, bytes], curve: bool = True) -> Client:
        return Client(self.listen, self.public_key.encode(), keys, curve)

    def new_client(self, name: str, *sites: str, role: str = "agent") -> Client:
        """A client whose fresh key is enrolled."""
        keys = zmq.curve_keypair()
        self.enrol(name, keys[0], *sites, role=role)
        return self.client(keys)


class Agent(Program):
    name = "earshot-agent"

    def __init__(self, folder: pathlib.Path, router: Router, site: str,
                 endpoint: str = "") -> None:
        super().__init__(folder, f'router: "{endpoint or router.listen}"\n'
                         f'router_key: "{router.public_key}"\nsite: "{site}"\n')
        self.public_key = self.command("keygen").split()[-1]

    def status(self) -> dict[str, Any]:
        return json.loads(self.command("status", "--json"))


class Feed(Program):
    name = "earshot-feed"

    def __init__(self, folder: pathlib.Path, router: Router, endpoint: str = "") -> None:
        super().__init__(folder, f'router: "{endpoint or router.listen}"\n'
                         f'router_key: "{router.public_key}"\n'
                         'listen: "tcp://127.0.0.1:0"\n')
        self.public_key = self.command("keygen").split()[-1]
        self.listen = ""

    def start(self) -> dict[str, Any]:
        line = super().start()
        self.listen = str(line["listen"])
        return line

    def status(self) -> dict[str, Any]:
        return json.loads(self.command("status", "--json"))

    def digest(self, leader: str) -> dict[str, Any]:
        return json.loads(self.command("digest", "--for", leader, "--format", "json"))


def digest_items(digest: dict[str, Any]) -> dict[int, dict[str, Any]]:
    """Everything a digest lists, by insight."""
    return {item["insight"]: item for section in digest.get("sections", [])
            for item in section.get("items", [])}


def new_folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="earshot-test-")
