"""A real router with many enrolled agents, for the benchmarks."""

import json
import os
import pathlib
import subprocess
import sys
import time
from typing import Any

SOURCE = pathlib.Path(os.environ["EARSHOT_SOURCE_DIR"])
sys.path.insert(0, str(SOURCE / "tests/acceptance"))

import programs  # noqa: E402  (found through the line above)

BIN = programs.BIN
SAMPLES = SOURCE / "tests/data/samples/observations.jsonl"


def run_load(command: list[str], **options: Any) -> dict[str, float]:
    """One of the load programs; its last line."""
    arguments = [str(BIN / command[0]), *command[1:], "--samples", str(SAMPLES)]
    for name, value in options.items():
        arguments += [f"--{name}", str(value)]
    done = subprocess.run(arguments, text=True, capture_output=True, timeout=300,
                          check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]}: {done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


class BenchRouter(programs.Router):
    def __init__(self, folder: pathlib.Path, agents: int) -> None:
        # Five rounds of intake without a pause are more than a router lets wait.
        super().__init__(folder, "backlog_records: 100000000\n")
        self.keys = folder / "agents.keys"
        subprocess.run([BIN / "agents_load", "enrol", "--access",
                        folder / "state/access.db", "--keys", self.keys,
                        "--agents", str(agents)], check=True)
        self.start()

    def load(self, agents: int, mode: str = "run") -> list[str]:
        return ["agents_load", mode, "--keys", str(self.keys), "--endpoint", self.listen,
                "--router-key", self.public_key, "--agents", str(agents)]

    def backlog(self) -> int:
        return int(self.status()["backlog"])

    def wait_until_folded(self, seconds: float = 200) -> None:
        """Asks twice a second: each question is a process, and fifty of them a second
        took half of the machine from what is measured."""
        deadline = time.monotonic() + seconds
        while self.backlog() > 0:
            if time.monotonic() > deadline:
                raise RuntimeError(f"the fold is not done within {seconds} s")
            time.sleep(0.5)
