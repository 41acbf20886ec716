#!/usr/bin/env python3
"""Three agents, a router and a feed under kill -9, SIGSTOP and a bad network.

A round kills one of the three kinds of program at a random moment while
reports flow, and starts it again. At the end nothing may be lost, counted
twice or answered wrong. By hand: faults_test.py --rounds 500 --seed 7
"""

import argparse
import collections
import os
import pathlib
import random
import shutil
import signal
import sys
import tempfile
import threading
import time

import programs
from deployment import Answerer, Deployment, Reporter
from fault_proxy import TO_CLIENT, TO_SERVER, FaultProxy


class Faults:
    """Chooses what goes wrong next."""

    def __init__(self, deployment: Deployment, seed: int) -> None:
        self._deployment = deployment
        self._random = random.Random(seed)
        self._moment = threading.Event()  # never set: what is waited on
        self.kills: collections.Counter[str] = collections.Counter()
        self.others: collections.Counter[str] = collections.Counter()

    def _wait(self, most: float) -> None:
        self._moment.wait(self._random.uniform(0, most))

    def _network(self, proxy: FaultProxy) -> None:
        faults = {
            "delay": lambda: proxy.delay(self._random.uniform(0.001, 0.05)),
            "stall": proxy.stall,
            "reset": proxy.reset,
            "half_close": proxy.half_close,
            "cut": lambda: proxy.cut_after(self._random.randint(1, 20000)),
            "one_way": lambda: proxy.one_way(self._random.choice((TO_SERVER, TO_CLIENT))),
        }
        name = self._random.choice(sorted(faults))
        faults[name]()
        self.others[name] += 1

    def _freeze(self, program: programs.Program) -> None:
        program.process.send_signal(signal.SIGSTOP)
        self._wait(0.3)
        program.process.send_signal(signal.SIGCONT)
        self.others["stop"] += 1

    def round(self) -> None:
        deployment = self._deployment
        troubled = self._random.choice(deployment.proxies)
        if self._random.random() < 0.6:
            self._network(troubled)
        if self._random.random() < 0.25:
            self._freeze(self._random.choice(deployment.all()))
        self._wait(0.5)
        victim = self._random.choice((deployment.router, deployment.feed,
                                      self._random.choice([*deployment.agents.values()])))
        victim.kill()
        self.kills[victim.name] += 1
        self._wait(0.1)
        victim.start()
        troubled.heal()


def run(deployment: Deployment, rounds: int, seed: int) -> Faults:
    """All the rounds, and then until nothing is on its way any more."""
    choose = random.Random(seed)
    stop = threading.Event()
    threads: list[Reporter | Answerer] = [
        Reporter(deployment, who, choose.getrandbits(32), stop)
        for who in deployment.agents]
    threads.append(Answerer(deployment, choose.getrandbits(32), stop))
    faults = Faults(deployment, choose.getrandbits(32))
    deployment.start()
    for thread in threads:
        thread.start()
    try:
        for number in range(rounds):
            faults.round()
            if (number + 1) % 50 == 0:
                print(f"{number + 1} rounds", flush=True)
    finally:
        stop.set()
        for thread in threads:
            thread.join(120)
        for proxy in deployment.proxies:
            proxy.heal()
    for thread in threads:
        if thread.failure is not None:
            raise thread.failure
    deployment.wait_until_settled(150)
    return faults


def report(deployment: Deployment, faults: Faults, found: list[dict[str, str]],
           seconds: float) -> None:
    history = deployment.history
    breaches = collections.Counter(finding["breach"] for finding in found)
    print("kills", dict(faults.kills), "sum", sum(faults.kills.values()))
    print("other faults", dict(faults.others))
    print("reports given", len(history.ids("report", outcome="invoked")),
          "of them ok", len(history.ids("report", outcome="ok")),
          "refused", len(history.ids("report", outcome="refused")),
          "in the log", len(history.ids("stored")))
    print("answers ok", len(history.ids("answer", outcome="ok")),
          "shown", history.count("shown"))
    print("lost", breaches["lost"], "counted twice", breaches["counted_twice"],
          "all findings", dict(breaches))
    print(f"seconds {seconds:.1f}")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--seed", type=int, default=int(
        os.environ.get("EARSHOT_SEED", random.SystemRandom().getrandbits(32))))
    parser.add_argument("--history", type=pathlib.Path, metavar="FILE",
                        help="write the history here too")
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="earshot-faults-"))
    path = options.history or folder / "history.jsonl"
    start = time.monotonic()
    deployment = Deployment(folder, options.seed, proxies=True)
    good = False
    try:
        faults = run(deployment, options.rounds, options.seed)
        found = deployment.findings(path)
        report(deployment, faults, found, time.monotonic() - start)
        for finding in found[:50]:
            print(finding)
        # Else nothing was shown.
        enough = deployment.history.count("stored") > 0
        good = not found and enough
    finally:
        deployment.close()
        if good:
            shutil.rmtree(folder)
        else:
            deployment.history.write(path)
            print(f"history {path}, folder {folder}\nagain: {sys.argv[0]} "
                  f"--rounds {options.rounds} --seed {options.seed}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
