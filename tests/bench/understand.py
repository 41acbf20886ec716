"""Reading texts: accuracy and speed beside Debian's fastText on the same data,
search for near repeats, and the whole of understanding; run it by
`tests/bench/run understand`."""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

import machine
from bench_router import BenchRouter, run_load
from machine import say

SOURCE = pathlib.Path(os.environ["EARSHOT_SOURCE_DIR"])
BIN = pathlib.Path(os.environ["EARSHOT_BIN_DIR"])
DATA = SOURCE / "tests/data"
ROUTER = BIN / "earshot-router"
# Name, folder, what `train` is told beside the files.
SETS = [("banking77", "banking77", []),
        ("clinc150", "clinc150", []),
        ("hwu64", "hwu64", []),
        ("sentiment", "sentiment-vader", ["--task", "sentiment"])]
# fastText's settings; the best on dev is taken, as ours choose theirs there.
FASTTEXT = [["-wordNgrams", "2", "-lr", "0.5", "-epoch", "25"],
            ["-wordNgrams", "2", "-lr", "1.0", "-epoch", "50"],
            ["-wordNgrams", "2", "-lr", "0.5", "-epoch", "50",
             "-minn", "2", "-maxn", "5", "-bucket", "200000"]]
TIMED_TEXTS = 20000
UNDERSTOOD = 200000


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="tests/bench/run understand", description=__doc__,
        epilog="example: tests/bench/run understand --sets hwu64")
    parser.add_argument("--json", action="store_true",
                        help="nothing but the JSON line on standard output")
    parser.add_argument("--sets", nargs="*", default=[name for name, _, _ in SETS],
                        help="data sets to train on; none: speed alone")
    return parser.parse_args()


def rows_of(path: pathlib.Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def seconds_of(command: list[str], stdin: pathlib.Path) -> float:
    """The shortest of three runs."""
    taken = []
    for _ in range(3):
        with open(stdin, "rb") as rows:
            begin = time.monotonic()
            subprocess.run(command, stdin=rows, stdout=subprocess.DEVNULL, check=True)
            taken.append(time.monotonic() - begin)
    return min(taken)


class Comparison:
    """One data set, in ours and in fastText."""

    def __init__(self, folder: pathlib.Path, name: str, data: str,
                 options: list[str]) -> None:
        self.folder, self.name, self.options = folder, name, options
        self.data = DATA / data
        self.train, self.dev = (self.labelled(part) for part in ("train", "dev"))
        self.many = (self.dev * (TIMED_TEXTS // len(self.dev) + 1))[:TIMED_TEXTS]

    def labelled(self, part: str) -> list[dict[str, str]]:
        return [row for row in rows_of(self.data / f"{part}.jsonl")
                if row["label"] != "oos"]

    def write(self, name: str, rows: list[dict[str, str]]) -> pathlib.Path:
        path = self.folder / f"{self.name}-{name}.jsonl"
        path.write_text("".join(
            json.dumps({"id": str(i), "text": row["text"], "label": row["label"]}) + "\n"
            for i, row in enumerate(rows)), encoding="utf-8")
        return path

    def ours(self) -> tuple[float, float]:
        model = self.folder / f"{self.name}.model"
        dev = self.write("dev", self.dev)
        # Measured on dev, so dev must not be learned from as well.
        subprocess.run([str(ROUTER), "train", "--train",
                        str(self.write("train", self.train)), "--dev", str(dev),
                        "--no-refit", "--out", str(model), "--json", *self.options],
                       check=True, stdout=subprocess.DEVNULL)
        command = [str(ROUTER), "classify", "--model", str(model)]
        with open(dev, "rb") as rows:
            out = subprocess.run(command, stdin=rows, stdout=subprocess.PIPE,
                                 check=True).stdout
        said = [json.loads(line)["label"] for line in out.splitlines()]
        right = sum(a == row["label"] for a, row in zip(said, self.dev, strict=True))
        return right / len(self.dev), self.speed(
            command, self.write("many", self.many), dev)

    def speed(self, command: list[str], many: pathlib.Path, one: pathlib.Path) -> float:
        """Texts a second, without what starting costs."""
        first = self.folder / "first"
        with open(one, "rb") as rows:
            first.write_bytes(rows.readline())
        return TIMED_TEXTS / max(1e-6, seconds_of(command, many) -
                                 seconds_of(command, first))

    def fasttext_file(self, name: str, rows: list[dict[str, str]],
                      label: bool = True) -> pathlib.Path:
        path = self.folder / f"{self.name}-{name}.txt"
        plain = (row["text"].lower().replace("\n", " ") for row in rows)
        path.write_text("".join(
            (f"__label__{row['label']} " if label else "") + text + "\n"
            for row, text in zip(rows, plain, strict=True)), encoding="utf-8")
        return path

    def fasttext(self) -> tuple[float, float]:
        train = self.fasttext_file("train", self.train)
        dev = self.fasttext_file("dev", self.dev)
        best, chosen = 0.0, ""
        for number, settings in enumerate(FASTTEXT):
            model = self.folder / f"{self.name}-{number}"
            subprocess.run(["fasttext", "supervised", "-input", str(train), "-output",
                            str(model), "-thread", str(os.cpu_count()), *settings],
                           check=True, capture_output=True)
            out = subprocess.run(["fasttext", "test", f"{model}.bin", str(dev)],
                                 check=True, capture_output=True, text=True).stdout
            accuracy = float(out.split("P@1")[1].split()[0])
            if accuracy > best:
                best, chosen = accuracy, f"{model}.bin"
        many = self.fasttext_file("many", self.many, label=False)
        return best, self.speed(["fasttext", "predict", chosen, "-"], many, many)

    def figures(self) -> dict[str, float]:
        accuracy, speed = self.ours()
        their_accuracy, their_speed = self.fasttext()
        say(f"  {self.name:<10} ours {accuracy:.1%} at {speed:,.0f} texts/s, "
            f"fastText {their_accuracy:.1%} at {their_speed:,.0f}")
        return {f"{self.name}_accuracy_dev": round(accuracy, 4),
                f"{self.name}_fasttext_accuracy_dev": round(their_accuracy, 4),
                f"{self.name}_texts_per_s": round(speed),
                f"{self.name}_fasttext_texts_per_s": round(their_speed)}


def last_json(program: str) -> dict[str, float]:
    out = subprocess.run([str(BIN / program)], check=True, stdout=subprocess.PIPE,
                         text=True).stdout
    return json.loads(out.splitlines()[-1])


def understood_per_s(folder: pathlib.Path) -> float:
    """Taken in first, then read, joined and made durable: what the log has and the
    views do not, over the time until they have it."""
    router = BenchRouter(folder / "fold", 8)
    try:
        run_load(router.load(8), records=UNDERSTOOD, warmup=0, seed=7)
        begin = time.monotonic()
        backlog = router.backlog()
        router.wait_until_folded()
        return backlog / (time.monotonic() - begin)
    finally:
        router.kill()


def main() -> None:
    options = parse()
    result: dict[str, float] = {"idle_percent": round(machine.idle_percent(), 1)}
    with tempfile.TemporaryDirectory(prefix="earshot-bench-") as name:
        folder = pathlib.Path(name)
        say("reading one text")
        result |= last_json("understand_bench")
        say("near repeats")
        result |= last_json("near_bench")
        say("classify and fold")
        result["understood_per_s"] = round(statistics.median(
            understood_per_s(folder / str(i)) for i in range(3)))
        for set_name, data, extra in SETS:
            if set_name in options.sets:
                result |= Comparison(folder, set_name, data, extra).figures()
    print(json.dumps(result))


if __name__ == "__main__":
    main()
