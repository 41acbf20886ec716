#!/usr/bin/env python3
"""A feed killed at its first flush, its second, and so on, while it tells a
leader of something severe over a webhook and into a file.

Each report is told under one key, however often, and each is told. Without
options a sample of the flushes is taken. By hand: crash_at_delivery_test.py --all
Exit code 77: strace cannot trace here, so nothing was tested.
"""

import argparse
import json
import pathlib
import random
import signal
import sys
import time

import flush_tracer
import programs
import receivers
from flush_tracer import complaint, sample, tracer
from programs import eventually

ORGANISATION = """
name: "Example Stores"
sites { id: "depot-3" channel: "delivery" region: "north" }
leaders { id: "amara" name: "Amara Osei" }
"""
SUBSCRIPTIONS = """
subscriptions { id: "now" leader: "amara" cadence: IMMEDIATE
                channels: "hook" channels: "lines" }
"""


class Story:
    """A deployment whose feed ends again and again."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.hook = receivers.Webhook()
        (folder / "organisation.conf").write_text(ORGANISATION)
        (folder / "subscriptions.conf").write_text(SUBSCRIPTIONS)
        self.router = programs.Router(
            folder / "router",
            f'organisation_file: "{folder / "organisation.conf"}"\n'
            f'subscriptions_file: "{folder / "subscriptions.conf"}"\n')
        self.router.start()
        self.feed = programs.Feed(folder / "feed", self.router)
        with self.feed.config.open("a", encoding="utf-8") as config:
            config.write(f'channels {{ name: "hook" webhook {{ url: "{self.hook.url}" }} }}\n'
                         'channels { name: "lines" file '
                         f'{{ path: "{folder / "lines.jsonl"}" }} }}\n')
        self.router.enrol("feed", self.feed.public_key, role="feed")
        self.agent = programs.Agent(folder / "agent", self.router, "depot-3")
        self.router.enrol("agent", self.agent.public_key, "depot-3")
        self.agent.start()
        self.feed.start()
        eventually("the feed is there", lambda: self.feed.status()["connected"])
        self.texts: list[str] = []
        self.crashes = 0

    def close(self) -> None:
        for program in (self.feed, self.agent, self.router):
            program.kill()
        self.hook.close()

    def revive(self) -> None:
        """Starts the feed again if it was killed."""
        process = self.feed.process
        if process is None or process.poll() is None:
            return
        if process.returncode != -signal.SIGKILL:
            raise AssertionError(f"the feed ended by itself with {process.returncode}")
        self.crashes += 1
        self.feed.process = None
        self.feed.start()

    def keys(self, text: str) -> set[str]:
        """Under which the webhook was told of it."""
        return {headers["webhook-id"] for headers, body in list(self.hook.received)
                if text in body.decode()}

    def lines(self, text: str) -> int:
        path = self.folder / "lines.jsonl"
        if not path.exists():
            return 0
        told = path.read_text(encoding="utf-8").splitlines()
        return sum(text in line and line.endswith("}") for line in told)

    def delivered(self) -> bool:
        """Whether all that the feed owes is delivered, by its own account."""
        rows = json.loads(self.feed.command("deliveries", "list", "--json"))
        return (len(rows) == 2 * len(self.texts)
                and all(row["state"] == "delivered" for row in rows))

    def told(self, text: str) -> bool:
        self.revive()
        try:
            return bool(self.keys(text)) and self.lines(text) > 0 and self.delivered()
        except AssertionError:
            return False  # killed while it was asked

    def round(self, kill_at: int) -> int:
        """How many flushes the busiest thread made under trace."""
        text = complaint(len(self.texts) + 1)
        self.texts.append(text)
        self.feed.stop()
        trace = self.folder / f"trace-{len(self.texts)}"
        self.feed.wrapper = tracer(trace, kill_at)
        try:
            self.feed.start()
        except programs.Ended:
            pass  # killed while it started: revived where it is waited for
        finally:
            self.feed.wrapper = ()
        self.agent.command("observe", text, "--severity", "5", "--quote")
        eventually(f"'{text}' is told, killed at {kill_at}", lambda: self.told(text), 60)
        self.feed.stop()
        eventually("strace ends", lambda: "+++" in trace.read_text()[-100:])
        self.feed.start()
        return flush_tracer.busiest(trace)

    def findings(self) -> list[str]:
        return [f"'{text}' was told under {len(self.keys(text))} keys"
                for text in self.texts if len(self.keys(text)) != 1]


def run(options: argparse.Namespace, folder: pathlib.Path) -> bool:
    start = time.monotonic()
    story = Story(folder)
    try:
        most = max(story.round(0), story.round(0))
        points = sample(most, options.all, random.Random(options.seed))
        for at in points:
            story.round(at)
        found = story.findings()
    finally:
        story.close()
    print(f"K {most}, killed at {len(points)} of them, crashes {story.crashes}, reports "
          f"{len(story.texts)}, findings {len(found)}, seconds "
          f"{time.monotonic() - start:.1f}", flush=True)
    for finding in found:
        print(finding)
    return not found and story.crashes > 0


if __name__ == "__main__":
    sys.exit(flush_tracer.main(flush_tracer.parser(__doc__), run))
