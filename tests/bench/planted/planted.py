#!/usr/bin/env python3
"""Planted months: generates a month of frontline observations in which some stories
are hidden, and scores the digests that were made of it.

    planted.py generate --seed 1 --split dev --out DIR
    planted.py baseline --month DIR --rule trend --out OUT
    planted.py score --truth DIR/truth.json --digests OUT/digests
    planted.py clusters --truth DIR/truth.json --assignments OUT/assignments.jsonl
    planted.py bench --seed 1 --json        generate, rehearse, score

The last line of standard output of each but generate is one JSON object.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
from typing import Any

import baseline
import clusters
import score
from month import Month, Settings


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def read_truth(path: pathlib.Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def read_lines(path: pathlib.Path) -> list[dict[str, Any]]:
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def settings_of(options: argparse.Namespace) -> Settings:
    return Settings(options.seed, options.split, options.observations, options.sites,
                    options.days, options.late, options.severity5, options.plain)


def generate(options: argparse.Namespace) -> None:
    began = time.monotonic()
    month = Month(settings_of(options))
    month.write(options.out)
    say(f"{len(month.stories)} stories, {len(month.chronic)} issues that are always "
        f"there, in {time.monotonic() - began:.0f} s: {options.out}")


def scored(truth: dict[str, Any], digests: pathlib.Path, alerts: pathlib.Path | None,
           assignments: pathlib.Path | None) -> dict[str, Any]:
    assigned = score.read_assignments(assignments) if assignments else None
    scorer = score.Scorer(truth, assigned)
    result = scorer.score(score.read_digests(digests, truth["leaders"]))
    if alerts:
        result |= score.alert_figures(truth, read_lines(alerts))
    if assigned is not None:
        result |= clusters.compare(truth, assigned)
    return result


def explain(truth: dict[str, Any], folder: pathlib.Path) -> None:
    scorer = score.Scorer(truth)
    digests = score.read_digests(folder, truth["leaders"])
    for pair in scorer.pairs(digests):
        say(f"{pair.story:<28} {pair.leader:<18} " + (
            "missed" if pair.days_late is None else f"{pair.days_late:.0f} late"))
    scorer.false_alarms(digests)
    for line in scorer.wrong:
        say(f"false: {line}")


def score_command(options: argparse.Namespace) -> None:
    truth = read_truth(options.truth)
    if options.verbose:
        explain(truth, options.digests)
    print(json.dumps(scored(truth, options.digests, options.alerts, options.assignments)))


def clusters_command(options: argparse.Namespace) -> None:
    print(json.dumps(clusters.compare(read_truth(options.truth),
                                      score.read_assignments(options.assignments))))


def baseline_command(options: argparse.Namespace) -> None:
    baseline.run(options.month, options.out, options.rule)
    truth = read_truth(options.month / "truth.json")
    print(json.dumps(scored(truth, options.out / "digests", None, None)))


def rehearse(folder: pathlib.Path, out: pathlib.Path, truth: dict[str, Any]) -> float:
    program = pathlib.Path(os.environ["EARSHOT_BIN_DIR"]) / "earshot-feed"
    settings_end = score.moment(truth["start"] + "T00:00:00Z") + truth["days"] * score.DAY
    began = time.monotonic()
    subprocess.run(
        [str(program), "rehearse", "--observations", str(folder / "observations.jsonl"),
         "--organisation", str(folder / "organisation.json"),
         "--from", truth["start"] + "T00:00:00Z",
         "--to", (settings_end + score.DAY).strftime("%Y-%m-%dT%H:%M:%SZ"),
         "--out", str(out)], check=True, stdout=sys.stderr)
    return time.monotonic() - began


def bench(options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory(prefix="earshot-planted-") as name:
        folder = options.out or pathlib.Path(name)
        options.out = folder
        generate(options)
        truth = read_truth(folder / "truth.json")
        out = folder / "rehearsal"
        took = rehearse(folder, out, truth)
        say(f"rehearsed in {took:.0f} s")
        alerts, assignments = out / "alerts.jsonl", out / "assignments.jsonl"
        result = scored(truth, out / "digests", alerts if alerts.exists() else None,
                        assignments if assignments.exists() else None)
        print(json.dumps(result | {"seed": options.seed, "split": options.split,
                                   "rehearse_s": round(took, 1)}))


def add_month(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--split", choices=("train", "dev"), default="dev",
                        help="which issues; default dev")
    parser.add_argument("--observations", type=int, default=200000)
    parser.add_argument("--sites", type=int, default=300)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--late", type=float, default=0.03,
                        help="share that arrives up to nine days late")
    parser.add_argument("--plain", action="store_true",
                        help="each issue in one wording only, so that finding what "
                             "belongs together is easy and ranking is what is scored")
    parser.add_argument("--severity5", type=float, default=0.0001,
                        help="share of ordinary reports with severity 5")


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="planted.py", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)

    def add(name: str, run: Any) -> argparse.ArgumentParser:
        command = commands.add_parser(name)
        command.set_defaults(run=run)
        return command

    command = add("generate", generate)
    add_month(command)
    command.add_argument("--out", type=pathlib.Path, required=True)
    command = add("bench", bench)
    add_month(command)
    command.add_argument("--out", type=pathlib.Path, help="keep everything here")
    command.add_argument("--json", action="store_true",
                         help="nothing but the JSON line on standard output (always so)")
    command = add("baseline", baseline_command)
    command.add_argument("--month", type=pathlib.Path, required=True)
    command.add_argument("--rule", choices=sorted(baseline.RULES), default="trend")
    command.add_argument("--out", type=pathlib.Path, required=True)
    command = add("score", score_command)
    command.add_argument("--truth", type=pathlib.Path, required=True)
    command.add_argument("--digests", type=pathlib.Path, required=True)
    command.add_argument("--alerts", type=pathlib.Path)
    command.add_argument("--assignments", type=pathlib.Path)
    command.add_argument("--verbose", action="store_true",
                         help="each story and leader, and each false alarm, on "
                              "standard error")
    command = add("clusters", clusters_command)
    command.add_argument("--truth", type=pathlib.Path, required=True)
    command.add_argument("--assignments", type=pathlib.Path, required=True)
    return parser.parse_args(arguments)


def main() -> None:
    options = parse()
    options.run(options)


if __name__ == "__main__":
    main()
