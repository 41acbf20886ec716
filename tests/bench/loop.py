"""An answer to one insight with very many reports, to agents that are all online; and
what open obligations cost; run it by `tests/bench/run loop`."""

import argparse
import json
import pathlib
import subprocess
import tempfile
import time

import machine
from bench_router import BIN, BenchRouter, programs
from machine import say

TEXT = "The dock gate code stops working after midnight"
MIB = 1 << 20
AGENTS_A_PROCESS = 1250  # each takes four descriptors


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="tests/bench/run loop", description=__doc__,
        epilog="example: tests/bench/run loop --agents 500 --records 10000 --rounds 1")
    parser.add_argument("--json", action="store_true",
                        help="nothing but the JSON line on standard output")
    parser.add_argument("--agents", type=int, default=5000)
    parser.add_argument("--records", type=int, default=100000)
    parser.add_argument("--obligations", type=int, default=1000000,
                        help="held open at the end")
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


def disk_mib(router: BenchRouter) -> float:
    return sum(path.stat().st_size for path in (router.folder / "state").glob("views.db*")) / MIB


class World:
    def __init__(self, folder: pathlib.Path, options: argparse.Namespace) -> None:
        self.options = options
        self.router = BenchRouter(folder / "router", options.agents)
        samples = folder / "one.jsonl"
        samples.write_text(json.dumps({"text": TEXT}) + "\n")
        self.loads = []
        for skip in range(0, options.agents, AGENTS_A_PROCESS):
            agents = min(AGENTS_A_PROCESS, options.agents - skip)
            command = self.router.load(agents, "loop")
            self.loads.append(subprocess.Popen(
                [str(BIN / command[0]), *command[1:], "--samples", str(samples), "--seed",
                 str(skip + 1), "--skip", str(skip), "--batch", "20", "--records",
                 str(options.records * agents // options.agents)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
        self.feed = programs.Feed(folder / "feed", self.router)
        self.router.enrol("feed", self.feed.public_key, role="feed")
        self.feed.start()

    def disconnect(self) -> None:
        for load in self.loads:
            load.kill()
            load.wait()

    def close(self) -> None:
        self.disconnect()
        self.feed.kill()
        self.router.kill()

    def answer(self, text: str) -> float:
        began = time.time()
        self.feed.command("answer", "1", text, "--as", "leader")
        return began

    def to_all(self) -> dict[str, float]:
        for load in self.loads:
            if not load.stdout.readline():
                raise RuntimeError("the agents did not get a session")
        self.router.wait_until_folded()
        programs.eventually("the feed has it", lambda: self.feed.try_command(
            "why", "leader", "1").returncode == 0)
        for load in self.loads:
            load.stdin.write("go on\n")
            load.stdin.flush()
        began = self.answer("A new keypad comes on Thursday")
        done = [json.loads(load.stdout.readline()) for load in self.loads]
        return {"answer_all_s": round(max(one["at"] for one in done) - began, 2),
                "answered": sum(one["answered"] for one in done),
                "router_rss_mib": round(self.router.rss_bytes() / MIB, 1)}

    def hold_open(self) -> dict[str, float]:
        """Nobody is online to take these."""
        self.disconnect()
        memory, disk = self.router.rss_bytes() / MIB, disk_mib(self.router)
        wanted = self.options.obligations // self.options.records
        for number in range(wanted):
            self.answer(f"Answer {number}")
        programs.eventually("all are owed", lambda: self.router.metric(
            "answers_owed_total") >= (wanted + 1) * self.options.records, 300)
        return {"obligations": wanted * self.options.records,
                "obligations_mib": round(self.router.rss_bytes() / MIB - memory, 1),
                "obligations_disk_mib": round(disk_mib(self.router) - disk, 1)}


def main() -> None:
    options = parse()
    rows = []
    with tempfile.TemporaryDirectory(prefix="earshot-bench-") as folder:
        for number in range(options.rounds):
            idle = machine.idle_percent()
            world = World(pathlib.Path(folder) / str(number), options)
            try:
                row = world.to_all()
                row["idle_percent"] = round(idle, 1)
                if number == options.rounds - 1:
                    held = world.hold_open()
            finally:
                world.close()
            say(f"  {row['answered']} of {options.agents} agents have the answer after "
                f"{row['answer_all_s']} s, router {row['router_rss_mib']} MiB   idle before "
                f"{idle:.0f} %")
            rows.append(row)
    result = {key: machine.median(rows, key) for key in rows[0]}
    result["answered"] = min(row["answered"] for row in rows)
    result |= held
    say(f"  {held['obligations']} obligations: {held['obligations_mib']} MiB of memory, "
        f"{held['obligations_disk_mib']} MiB of disk")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
