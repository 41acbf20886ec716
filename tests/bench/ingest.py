"""Acknowledged durable observations a second, beside durable peers; run it by
`tests/bench/run ingest`."""

import argparse
import json
import pathlib
import signal
import statistics
import subprocess
import tempfile
import time

import machine
import peers
from bench_router import BenchRouter, programs, run_load
from machine import say

# The same for Earshot and its peers: agents or connections, and messages in
# flight for each.
BATCH100 = {"agents": 8, "batch": 100, "window": 4}
SINGLE = {"agents": 8, "batch": 1, "window": 256}
PACED_AGENTS = 50
PACED_RATE = 10000
DRAINED = 200000


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="tests/bench/run ingest", description=__doc__,
        epilog="example: tests/bench/run ingest --rounds 1 --agents")
    parser.add_argument("--json", action="store_true",
                        help="nothing but the JSON line on standard output")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.5, help="of each measurement")
    parser.add_argument("--without-peers", action="store_true")
    parser.add_argument("--agents", action="store_true",
                        help="also 500, 1,000 and 2,000 agents at 100 a message")
    return parser.parse_args()


class Ingest:
    def __init__(self, folder: pathlib.Path, options: argparse.Namespace) -> None:
        self.options = options
        self.folder = folder
        self.rounds: dict[str, list[dict[str, float]]] = {}
        self.idle: list[float] = []
        self.router = BenchRouter(folder / "router", 2000 if options.agents else 64)
        # For what arrives at a steady rate: its fold is not behind.
        self.steady = BenchRouter(folder / "steady", PACED_AGENTS)
        self.peers = [] if options.without_peers else [
            peers.Redis(folder / "redis"), peers.Postgres(folder / "postgres")]
        self.seed = 0

    def close(self) -> None:
        self.router.kill()
        self.steady.kill()
        for peer in self.peers:
            peer.close()

    def measure(self, name: str, command: list[str], **options: float) -> None:
        self.seed += 1
        idle = machine.idle_percent()
        self.idle.append(idle)
        row = run_load(command, seed=self.seed, **options)
        self.rounds.setdefault(name, []).append(row)
        say(f"  {name:<20} {row['acked_per_s']:>9.0f}/s   ack p50 "
            f"{row['ack_p50_ms']:.2f} ms, p99 {row['ack_p99_ms']:.2f} ms   "
            f"idle before {idle:.0f} %")

    def ours(self, name: str, shape: dict[str, int],
             router: BenchRouter | None = None, **options: float) -> None:
        router = router or self.router
        before = machine.cpu_seconds(router.process.pid)
        self.measure(name, router.load(shape["agents"]),
                     batch=shape["batch"], window=shape["window"],
                     seconds=self.options.seconds, **options)
        row = self.rounds[name][-1]
        used = machine.cpu_seconds(router.process.pid) - before
        # The warm-up's share is in `used` and not in `acked`.
        row["cpu_us"] = used * 1e6 / (row["acked_per_s"] * (row["seconds"] + 0.5))

    def theirs(self, name: str, peer: peers.Redis | peers.Postgres,
               shape: dict[str, int]) -> None:
        self.measure(name, peer.load(shape["agents"]), batch=shape["batch"],
                     window=shape["window"], seconds=self.options.seconds)

    def fold_at(self, policy: str) -> None:
        """Gives what the fold does when far behind the time that nobody else wants, or
        its own priority."""
        for name in ("fold behind", "read_ahead"):
            tid = machine.thread_named(self.router.process.pid, name)
            subprocess.run(["chrt", policy, "-p", "0", str(tid)], check=True)

    def one_round(self) -> None:
        self.ours("earshot batch100", BATCH100)
        self.ours("earshot single", SINGLE)
        self.fold_at("-i")
        self.ours("without fold 100", BATCH100)
        self.ours("without fold 1", SINGLE)
        self.fold_at("-b")
        # Nor must it work beside another's measurement.
        self.router.process.send_signal(signal.SIGSTOP)
        try:
            self.ours("earshot paced", {"agents": PACED_AGENTS, "batch": 1, "window": 64},
                      router=self.steady, rate=PACED_RATE)
            self.steady.wait_until_folded()
            for peer in self.peers:
                self.theirs(f"{peer.name} batch100", peer, BATCH100)
                self.theirs(f"{peer.name} single", peer, SINGLE)
                peer.empty()
        finally:
            self.router.process.send_signal(signal.SIGCONT)

    def by_agents(self) -> dict[str, float]:
        figures = {}
        for agents in (500, 1000, 2000):
            name = f"{agents} agents"
            for _ in range(3):
                self.ours(name, {"agents": agents, "batch": 100, "window": 1})
            figures[f"acked_per_s_{agents}_agents"] = machine.median(
                self.rounds[name], "acked_per_s")
        return figures

    def drain(self) -> dict[str, float]:
        """A fresh router takes in what is counted; how far the fold is behind then,
        and when it has caught up."""
        router = BenchRouter(self.folder / "drain", 8)
        try:
            run_load(router.load(8), records=DRAINED, warmup=0, seed=99)
            begin = time.monotonic()
            backlog = router.backlog()
            router.wait_until_folded()
            seconds = time.monotonic() - begin
            return {"backlog_records": backlog, "drain_s": round(seconds, 2)}
        finally:
            router.kill()

    def agent_mib(self) -> float:
        agent = programs.Agent(self.folder / "agent", self.router, "store-014")
        self.router.enrol("agent", agent.public_key, "store-014")
        agent.start()
        try:
            agent.command("observe", "The till froze again")
            programs.eventually("the report is acknowledged", lambda: all(
                lane["spooled"] == lane["acked"] for lane in agent.status()["lanes"]))
            time.sleep(3)  # it gives memory back two seconds after it was busy
            return round(agent.rss_bytes() / 2**20, 1)
        finally:
            agent.kill()

    def run(self) -> dict[str, float]:
        result: dict[str, float] = {"flush_ms": round(machine.flush_ms(self.folder), 3)}
        say(f"a flush takes {result['flush_ms']} ms here")
        rss = []
        for number in range(self.options.rounds):
            say(f"round {number + 1} of {self.options.rounds}")
            self.one_round()
            rss.append(self.router.rss_bytes() / 2**20)
        median = lambda name, key="acked_per_s": round(  # noqa: E731
            machine.median(self.rounds[name], key), 3)
        result |= {
            "acked_per_s_batch100": median("earshot batch100"),
            "acked_per_s_single": median("earshot single"),
            "ack_p50_ms": median("earshot paced", "ack_p50_ms"),
            "ack_p99_ms": median("earshot paced", "ack_p99_ms"),
            "cpu_us_per_observation": median("earshot batch100", "cpu_us"),
            "cpu_us_per_observation_single": median("earshot single", "cpu_us"),
            "without_fold_per_s_batch100": median("without fold 100"),
            "without_fold_per_s_single": median("without fold 1"),
            "router_rss_mib": round(rss[-1], 1),
            "router_rss_mib_first_round": round(rss[0], 1),
            "agent_rss_mib": self.agent_mib(),
            "idle_percent": round(statistics.median(self.idle), 1)}
        for peer in self.peers:
            for shape in ("batch100", "single"):
                result[f"{peer.name}_per_s_{shape}"] = median(f"{peer.name} {shape}")
        if self.options.agents:
            result |= self.by_agents()
        self.close()
        return result | self.drain()


def main() -> None:
    options = parse()
    with tempfile.TemporaryDirectory(prefix="earshot-bench-") as folder:
        ingest = Ingest(pathlib.Path(folder), options)
        try:
            result = ingest.run()
        finally:
            ingest.close()
    if not options.json:
        for shape in ("batch100", "single"):
            best = max((result[f"{peer}_per_s_{shape}"] for peer in ("redis", "postgres")
                        if f"{peer}_per_s_{shape}" in result), default=0)
            if best:
                print(f"{shape}: {result[f'acked_per_s_{shape}'] / best:.2f} times the "
                      "better durable peer")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
