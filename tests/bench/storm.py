"""Every agent reconnects at once after the router was killed and started again; run
it by `tests/bench/run storm`."""

import argparse
import json
import pathlib
import subprocess
import tempfile

import machine
from bench_router import BIN, SAMPLES, BenchRouter
from machine import say


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="tests/bench/run storm", description=__doc__,
        epilog="example: tests/bench/run storm --agents 500 --rounds 1")
    parser.add_argument("--json", action="store_true",
                        help="nothing but the JSON line on standard output")
    parser.add_argument("--agents", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


def one_round(folder: pathlib.Path, agents: int) -> dict[str, float]:
    router = BenchRouter(folder, agents)
    command = router.load(agents, "storm")
    load = subprocess.Popen(
        [str(BIN / command[0]), *command[1:], "--samples", str(SAMPLES)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        ready = load.stdout.readline()
        if not ready:
            raise RuntimeError("the agents did not all get a session at first")
        router.kill()
        router.start()
        # From here on the router serves.
        load.stdin.write("restarted\n")
        load.stdin.flush()
        return json.loads(load.stdout.readline())
    finally:
        load.kill()
        load.wait()
        router.kill()


def main() -> None:
    options = parse()
    rows = []
    with tempfile.TemporaryDirectory(prefix="earshot-bench-") as folder:
        for number in range(options.rounds):
            idle = machine.idle_percent()
            row = one_round(pathlib.Path(folder) / str(number), options.agents)
            row["idle_percent"] = round(idle, 1)
            say(f"  {row['served']} of {row['agents']} agents served, all in "
                f"{row['storm_all_s']} s, worst wait {row['storm_worst_s']} s, median "
                f"{row['storm_median_s']} s   idle before {idle:.0f} %")
            rows.append(row)
    result = {key: machine.median(rows, key) for key in rows[0]}
    # The worst of all rounds: nobody may be starved in any.
    result["storm_worst_s"] = max(row["storm_worst_s"] for row in rows)
    result["served"] = min(row["served"] for row in rows)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
