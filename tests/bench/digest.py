"""Digests over a company's month, and the way of an urgent report; run it by
`tests/bench/run digest`."""

import argparse
import json
import pathlib
import subprocess
import tempfile

import machine
import urgent
from bench_router import BIN
from machine import say


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="tests/bench/run digest", description=__doc__,
        epilog="example: tests/bench/run digest --urgent 100")
    parser.add_argument("--json", action="store_true",
                        help="nothing but the JSON line on standard output")
    parser.add_argument("--insights", type=int, default=100000)
    parser.add_argument("--observations", type=int, default=1000000)
    parser.add_argument("--leaders", type=int, default=1000)
    parser.add_argument("--urgent", type=int, default=400,
                        help="urgent reports one after the other; 0: none")
    return parser.parse_args()


def main() -> None:
    options = parse()
    result = {"idle_percent": round(machine.idle_percent(), 1)}
    say(f"digests over {options.observations:,} observations in {options.insights:,} "
        "insights")
    out = subprocess.run(
        [str(BIN / "digest_bench"), "--insights", str(options.insights),
         "--observations", str(options.observations),
         "--leaders", str(options.leaders)],
        check=True, stdout=subprocess.PIPE, text=True).stdout
    result |= json.loads(out.splitlines()[-1])
    if options.urgent:
        say("an urgent report, to the leader's socket")
        with tempfile.TemporaryDirectory(prefix="earshot-bench-") as folder:
            result |= urgent.urgent(pathlib.Path(folder), options.urgent)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
