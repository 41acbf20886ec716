"""Kills a program at its N-th flush, an fsync or fdatasync, by strace.

strace counts each thread by itself.
"""

import argparse
import collections
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable

SKIPPED = 77
FIRST = 12
SPREAD = 4
FLUSH = re.compile(r"^(\d+) +(fsync|fdatasync)\(", re.MULTILINE)


def tracer(output: pathlib.Path, kill_at: int) -> tuple[str, ...]:
    """What goes before a command; kill_at 0 only counts. The command stays the
    process that was started, and strace is beside it."""
    line = ["strace", "-D", "-f", "-o", str(output), "-e", "trace=fdatasync,fsync"]
    if kill_at:
        line += ["-e", f"inject=fdatasync,fsync:signal=KILL:when={kill_at}"]
    return tuple(line)


def can_trace() -> bool:
    """Whether strace works here and kills as it is told to."""
    if shutil.which("strace") is None:
        return False
    with tempfile.TemporaryDirectory(prefix="earshot-strace-") as folder:
        flush = f"import os; os.fsync(os.open({folder!r}, os.O_RDONLY))"
        killed = subprocess.run(
            [*tracer(pathlib.Path(folder) / "trace", 1), sys.executable, "-c", flush],
            check=False, capture_output=True, timeout=60)
        return killed.returncode == -signal.SIGKILL


def busiest(trace: pathlib.Path) -> int:
    """How many flushes the busiest thread made."""
    counts = collections.Counter(FLUSH.findall(trace.read_text()))
    return max(counts.values(), default=0)


THINGS = ("door", "scanner", "freezer", "printer", "trolley", "ladder",
          "shutter", "forklift", "headset", "barrier", "scale", "elevator",
          "alarm", "kettle", "lamp", "radio", "tablet", "conveyor", "fan", "tap")
FAULTS = ("jams", "leaks", "overheats", "squeaks", "vanished", "flickers",
          "rattles", "stinks", "sticks")
PLACES = ("bakery", "cellar", "office", "loading bay", "entrance", "pharmacy",
          "canteen", "roof", "garage", "corridor", "yard")


def complaint(number: int) -> str:
    """Another one for each number up to 1980, none like the one before."""
    return (f"{THINGS[number % 20]} {FAULTS[number % 9]} "
            f"{PLACES[number % 11]}")


def sample(most: int, everything: bool, choose: random.Random) -> list[int]:
    first = list(range(1, min(FIRST, most) + 1))
    rest = list(range(FIRST + 1, most + 1))
    if everything:
        return first + rest
    return first + sorted(choose.sample(rest, min(SPREAD, len(rest))))


def parser(description: str | None) -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--all", action="store_true", help="every flush, not a sample")
    made.add_argument("--seed", type=int, default=int(
        os.environ.get("EARSHOT_SEED", random.SystemRandom().getrandbits(32))))
    return made


def main(arguments: argparse.ArgumentParser,
         run: Callable[[argparse.Namespace, pathlib.Path], bool]) -> int:
    """Runs it in a folder that stays if something was found; the exit code."""
    options = arguments.parse_args()
    if not can_trace():
        print("skipped: strace cannot trace here (is it installed, may it ptrace?)")
        return SKIPPED
    print(f"seed {options.seed}", flush=True)
    # The leak checker of a sanitized build does not work under a tracer.
    os.environ["ASAN_OPTIONS"] = "detect_leaks=0:" + os.environ.get("ASAN_OPTIONS", "")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="earshot-flush-"))
    good = False
    try:
        good = run(options, folder)
    finally:
        if good:
            shutil.rmtree(folder)
        else:
            print(f"folder {folder}\nagain: {sys.argv[0]} --seed {options.seed}")
    return 0 if good else 1
