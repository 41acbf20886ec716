"""The leader's page of a feed with a company's month; run it by `tests/bench/run page`."""

import argparse
import contextlib
import http.client
import json
import pathlib
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator

import machine
from bench_router import BIN, SOURCE, programs
from machine import say
from page_visit import Forms, Visit  # found through bench_router

PARTS = ("view", "live")
LEADER = "leader-0000"
LEADER = "leader-0000"  # whose scope is the whole
PASSWORD = "four calm words here"
ROUNDS = 5


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="tests/bench/run page", description=__doc__,
        epilog="example: tests/bench/run page --part live --streams 200")
    parser.add_argument("--json", action="store_true",
                        help="nothing but the JSON line on standard output")
    parser.add_argument("--part", choices=PARTS, action="append",
                        help="only this one; may come several times")
    parser.add_argument("--insights", type=int, default=100000)
    parser.add_argument("--observations", type=int, default=1000000)
    parser.add_argument("--leaders", type=int, default=1000)
    parser.add_argument("--streams", type=int, default=1000)
    parser.add_argument("--updates", type=int, default=150)
    return parser.parse_args()


def fill(folder: pathlib.Path, options: argparse.Namespace) -> pathlib.Path:
    """A data folder, and a token of each leader beside it."""
    data = folder / "month"
    data.mkdir()
    subprocess.run([BIN / "page_load", "fill", "--data", data,
                    "--tokens", folder / "tokens",
                    "--insights", str(options.insights),
                    "--observations", str(options.observations),
                    "--leaders", str(options.leaders)], check=True)
    return data


@contextlib.contextmanager
def running_feed(folder: pathlib.Path, data: pathlib.Path, router: str,
                 key: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The feed's process, and the port of its page."""
    config = folder / "feed.conf"
    # Forms come from where leaders reach it, so the port stands before it listens.
    port = programs.free_port()
    config.write_text(f'data_dir: "{data}"\nrouter: "{router}"\nrouter_key: "{key}"\n'
                      'listen: "tcp://127.0.0.1:0"\n'
                      f'http_listen: "127.0.0.1:{port}"\n'
                      f'public_url: "http://localhost:{port}"\n')
    with (folder / "feed.log").open("wb") as log:
        feed = subprocess.Popen([BIN / "earshot-feed", "run", "--config", config],
                                stderr=log, stdout=log)
    try:
        def status() -> dict[str, object]:
            asked = subprocess.run([BIN / "earshot-feed", "status", "--json", "--config", config],
                                   capture_output=True, text=True, check=False)
            return json.loads(asked.stdout) if asked.returncode == 0 else {}

        programs.eventually("the feed is there", lambda: status().get("connected"), seconds=60)
        yield feed, int(str(status()["http_port"]))
    finally:
        feed.terminate()
        feed.wait(30)


def rss_mib(pid: int) -> float:
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise LookupError(f"process {pid} has no VmRSS")


@contextlib.contextmanager
def running_router(folder: pathlib.Path, data: pathlib.Path,
                   *more: str) -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    """The feed's other sides: a process, the router's key, and its endpoint."""
    load = subprocess.Popen([BIN / "page_load", "live", "--data", data,
                             "--tokens", folder / "tokens", *more],
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert load.stdout
        key, endpoint = load.stdout.readline().split()
        yield load, key, endpoint
    finally:
        load.kill()
        load.wait(30)


def live(folder: pathlib.Path, data: pathlib.Path, options: argparse.Namespace) -> dict[str, float]:
    """From the router's word to the browsers' sockets, and what listening costs."""
    copy = folder / "copy"
    shutil.copytree(data, copy)
    with running_router(folder, copy, "--streams", str(options.streams), "--updates",
                        str(options.updates)) as (load, key, endpoint), \
            running_feed(folder, data, endpoint, key) as (feed, port):
        before, cpu = rss_mib(feed.pid), machine.cpu_seconds(feed.pid)
        assert load.stdin and load.stdout
        load.stdin.write(f"{port}\n")
        load.stdin.flush()
        result = json.loads(load.stdout.readline())
        result["live_rss_mib"] = round(rss_mib(feed.pid) - before, 1)
        result["live_cpu_s"] = round(machine.cpu_seconds(feed.pid) - cpu, 2)
    return result


@contextlib.contextmanager
def warm_feed(folder: pathlib.Path, data: pathlib.Path, router: str, key: str) -> Iterator[int]:
    """A feed that made a digest before, which its page does not have; the port."""
    config = folder / "feed.conf"
    with running_feed(folder, data, router, key) as (_, port):
        subprocess.run([BIN / "earshot-feed", "password", LEADER, "--config", config],
                       input=PASSWORD + "\n", text=True, check=True, stdout=subprocess.DEVNULL)
        subprocess.run([BIN / "earshot-feed", "digest", "--for", LEADER, "--config", config],
                       check=True, stdout=subprocess.DEVNULL)
        yield port


def server_ms(port: int) -> float:
    """Until the first byte of the digest's page, on a new connection."""
    visit = Visit(port)
    _, form = Forms(visit.get("/sign-in").body).of()
    visit.ask("POST", "/sign-in", form | {"leader": LEADER, "password": PASSWORD},
              Origin=f"http://localhost:{port}")
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.connect()
    asked = time.perf_counter()
    connection.request("GET", "/", headers=visit.headers() | {"Accept-Encoding": "gzip"})
    answer = connection.getresponse()
    taken = (time.perf_counter() - asked) * 1000
    if answer.status != 200:
        raise LookupError(f"the page answers {answer.status}")
    connection.close()
    return taken


def view(folder: pathlib.Path, data: pathlib.Path) -> dict[str, float]:
    """What a browser that comes for the first time waits for; whole scope."""
    copy = folder / "viewed"
    shutil.copytree(data, copy)
    views: list[dict[str, float]] = []
    with running_router(folder, data) as (_, key, endpoint):
        for _ in range(ROUNDS):
            with warm_feed(folder, copy, endpoint, key) as port:
                first = server_ms(port)
            with warm_feed(folder, copy, endpoint, key) as port:
                done = subprocess.run(
                    ["node", SOURCE / "tests/browser/first_view.mjs",
                     f"http://localhost:{port}", LEADER, PASSWORD],
                    check=True, capture_output=True, text=True)
            views.append({"first_view_ms": first} | json.loads(done.stdout.splitlines()[-1]))
    return {name: round(machine.median(views, name), 1) for name in views[0]}


def main() -> None:
    options = parse()
    result = {"idle_percent": round(machine.idle_percent(), 1)}
    with tempfile.TemporaryDirectory(prefix="earshot-bench-") as name:
        folder = pathlib.Path(name)
        say(f"a feed with {options.insights:,} insights and {options.leaders:,} leaders")
        data = fill(folder, options)
        if "view" in (options.part or PARTS):
            say("a browser comes for the first time, five times")
            result |= view(folder, data)
        if "live" in (options.part or PARTS):
            say(f"{options.streams:,} browsers listen, {options.updates} changes")
            result |= live(folder, data, options)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
