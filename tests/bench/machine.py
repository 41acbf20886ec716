"""What a measurement needs of the machine: idle share, flush time, memory, CPU."""

import os
import pathlib
import statistics
import sys
import tempfile
import time


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def idle_percent(seconds: float = 0.3) -> float:
    """The share of processor time that nobody used just now."""
    def read() -> tuple[int, int]:
        fields = pathlib.Path("/proc/stat").read_text().splitlines()[0].split()[1:]
        times = [int(field) for field in fields]
        return times[3] + times[4], sum(times[:8])

    idle_before, all_before = read()
    time.sleep(seconds)
    idle_after, all_after = read()
    return 100.0 * (idle_after - idle_before) / max(1, all_after - all_before)


def flush_ms(folder: pathlib.Path, times: int = 200) -> float:
    """Median of appending 4 KiB and fdatasync."""
    taken = []
    with tempfile.NamedTemporaryFile(dir=folder, buffering=0) as file:
        for _ in range(times):
            file.write(b"x" * 4096)
            begin = time.monotonic()
            os.fdatasync(file.fileno())
            taken.append((time.monotonic() - begin) * 1000)
    return statistics.median(taken)


def cpu_seconds(pid: int) -> float:
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def thread_named(pid: int, name: str) -> int:
    """The thread's id; a program names its own threads."""
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        if (task / "comm").read_text().strip() == name:
            return int(task.name)
    raise LookupError(f"process {pid} has no thread {name}")


def median(rows: list[dict[str, float]], key: str) -> float:
    return statistics.median(row[key] for row in rows)
