#!/usr/bin/env python3
"""Router, feed and agent, each killed at its first flush, its second, and so on.

A flush is an fsync or fdatasync. strace kills the program as one of its threads
asks for its N-th; it counts each thread by itself. The program is then started
again, the scenario goes on, and in the end nothing may be lost, counted twice
or answered wrong. K is how many flushes the busiest thread makes when nothing
is killed. Without options a sample of N is taken.

By hand: crash_at_flush_test.py --all [--target router]
Exit code 77: strace cannot trace here, so nothing was tested.
"""

import argparse
import concurrent.futures
import pathlib
import random
import signal
import sys
import time
from collections.abc import Callable

import flush_tracer
import programs
from deployment import Deployment, Row
from flush_tracer import complaint, sample, tracer
from programs import eventually

ROWS = 12
TARGETS = ("router", "feed", "agent")


def letters(number: int) -> str:
    """A word for a number, so that each round's texts are its own."""
    return "".join(chr(ord("a") + int(digit)) for digit in f"{number:04d}")


class Scenario:
    """One target's life under trace, round after round on the same folders:
    reports, an answer and more reports; after a crash it goes on."""

    def __init__(self, folder: pathlib.Path, target: str, seed: int) -> None:
        self.deployment = Deployment(folder, seed)
        self.deployment.start()
        self._folder = folder
        self._target: programs.Program = {
            "router": self.deployment.router, "feed": self.deployment.feed,
            "agent": self.deployment.agents["store-1"]}[target]
        self._rounds = 0
        self.crashes = 0

    def _start(self, kill_at: int) -> pathlib.Path:
        trace = self._folder / f"trace-{self._rounds}"
        self._target.wrapper = tracer(trace, kill_at)
        try:
            self._target.start()
        except programs.Ended:
            self._revive()
        finally:
            self._target.wrapper = ()
        return trace

    def _revive(self) -> None:
        """Starts the target again if it was killed."""
        process = self._target.process
        if process is None or process.poll() is None:
            return
        if process.returncode != -signal.SIGKILL:
            raise AssertionError(f"{self._target.name} ended by itself with "
                                 f"{process.returncode}: {self._target.log_file}")
        self.crashes += 1
        self._target.process = None
        self._target.wrapper = ()
        self._target.start()

    def _reach(self, what: str, done: Callable[[], bool]) -> None:
        def reached() -> bool:
            self._revive()
            try:
                return done()
            except AssertionError:
                return False  # killed while it was asked
        eventually(what, reached, 90)

    def _give(self, part: str, text: str) -> None:
        for who in self.deployment.agents:
            rows = [Row(f"{who}-{part}{index}", text, 5 if index % 6 == 0 else 3)
                    for index in range(ROWS)]
            # Again until it went in, as its person would.
            self._reach(f"{who} takes {part}",
                        lambda: self.deployment.import_rows(who, rows))
            self.deployment.observe(who, Row(f"{who}-{part}-single", text, 3))

    def _find(self, text: str) -> int:
        for number, item in programs.digest_items(self.deployment.digest()).items():
            if text in item["title"]:
                return number
        return 0

    def round(self, kill_at: int) -> int:
        """How many flushes the busiest thread made under trace."""
        self._rounds += 1
        word = letters(self._rounds)
        text = complaint(self._rounds)
        self._target.stop()
        trace = self._start(kill_at)
        self._give(f"{word}a", text)
        self._reach("the leader sees it", lambda: self._find(text) > 0)
        insight = self._find(text)
        self.deployment.answer(insight, f"The {word} carpenter comes")
        self._give(f"{word}b", text)
        self._reach("all arrives", self.deployment.settled)
        self._target.stop()
        eventually("strace ends", lambda: "+++" in trace.read_text()[-100:])
        self._target.start()
        return flush_tracer.busiest(trace)


def crash(target: str, folder: pathlib.Path, everything: bool, seed: int) -> bool:
    """Every round of one target; whether nothing was found."""
    start = time.monotonic()
    choose = random.Random(seed)
    scenario = Scenario(folder, target, seed)
    deployment = scenario.deployment
    path = folder / "history.jsonl"
    at = 0
    try:
        # The first life also makes what later ones find.
        most = max(scenario.round(0), scenario.round(0))
        points = sample(most, everything, choose)
        for at in points:
            scenario.round(at)
        found = deployment.findings(path)
    except BaseException:
        print(f"{target}: failed at flush {at}", flush=True)
        raise
    finally:
        deployment.close()
        deployment.history.write(path)
    given = deployment.history.ids("report", outcome="invoked")
    print(f"{target}: K {most}, killed at {len(points)} of them, crashes "
          f"{scenario.crashes}, reports {len(given)}, lost "
          f"{sum(each['breach'] == 'lost' for each in found)}, counted twice "
          f"{sum(each['breach'] == 'counted_twice' for each in found)}, all findings "
          f"{len(found)}, seconds {time.monotonic() - start:.1f}", flush=True)
    for finding in found[:20]:
        print(f"{target}: {finding}")
    return not found and scenario.crashes > 0


def crash_all(options: argparse.Namespace, folder: pathlib.Path) -> bool:
    targets = options.target or TARGETS
    with concurrent.futures.ThreadPoolExecutor(len(targets)) as pool:
        results = [pool.submit(crash, target, folder / target, options.all,
                               options.seed + index)
                   for index, target in enumerate(targets)]
    return all([result.result() for result in results])


def main() -> int:
    parser = flush_tracer.parser(__doc__)
    parser.add_argument("--target", choices=TARGETS, action="append")
    return flush_tracer.main(parser, crash_all)


if __name__ == "__main__":
    sys.exit(main())
