#!/usr/bin/env python3
"""A router takes another model into use while it runs."""

import json
import pathlib
import shutil
import signal
import subprocess
import unittest

import log_blocks
import programs
from es1_client import SOURCE
from programs import eventually

from earshot.v1 import log_pb2

SHIPPED = SOURCE / "router/text/models/understanding.model"
READING = 2  # LOG_READING


class ModelReloadTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = programs.new_folder()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.model = self.folder / "used.model"
        shutil.copy(SHIPPED, self.model)
        self.router = programs.Router(self.folder / "router",
                                      f'model_file: "{self.model}"\n')
        self.addCleanup(self.router.kill)
        self.router.start()
        self.agent = programs.Agent(self.folder / "agent", self.router, "store-014")
        self.addCleanup(self.agent.kill)
        self.router.enrol("agent", self.agent.public_key, "store-014")
        self.agent.start()

    def train(self, path: pathlib.Path) -> str:
        """A model of two words; its name."""
        labels = (("sings", "checkout", "idea", "positive", "2", "1", "nl"),
                  ("dances", "delivery", "risk", "negative", "-2", "5", "pt"))
        names = ("topic", "kind", "sentiment", "valence", "urgency", "language")
        rows = "".join(json.dumps({"text": f"the till {word} number {index}",
                                   **dict(zip(names, said))}) + "\n"
                       for index in range(12) for word, *said in labels)
        reports = self.folder / "reports.jsonl"
        reports.write_text(rows, encoding="utf-8")
        done = subprocess.run(
            [str(programs.BIN / "earshot-router"), "train", "--task", "understanding",
             "--train", str(reports), "--out", str(path), "--json"],
            check=True, capture_output=True, text=True, timeout=60)
        return json.loads(done.stdout)["model"]

    def readings(self) -> list[log_pb2.Reading]:
        log = self.folder / "router" / "state" / "log.db"
        return [log_pb2.Reading.FromString(entry.body)
                for entry in log_blocks.entries(log) if entry.kind == READING]

    def read(self, text: str) -> log_pb2.Reading:
        """Its reading, once the router has made it."""
        before = len(self.readings())
        self.agent.command("observe", text, "--severity", "5")
        eventually("it is read", lambda: len(self.readings()) > before)
        return self.readings()[before]

    def test_readings_after_a_reload_name_the_model_that_made_them(self) -> None:
        first = self.read("the till sings in the morning")
        self.assertEqual(first.language, "en")
        other = self.folder / "other.model"
        name = self.train(other)
        other.replace(self.model)
        assert self.router.process is not None
        self.router.process.send_signal(signal.SIGHUP)
        self.router.logged("reloaded")
        second = self.read("the till sings in the evening")
        self.assertEqual(second.model.hex(), name[:16])
        self.assertNotEqual(second.model, first.model)
        self.assertEqual(second.language, "nl")
        self.assertEqual(self.readings()[0], first)  # what was read stays read

    def test_a_damaged_model_is_refused_and_the_one_in_use_stays(self) -> None:
        first = self.read("the till sings in the morning")
        damaged = self.folder / "damaged.model"
        damaged.write_bytes(SHIPPED.read_bytes()[:-1])
        damaged.replace(self.model)
        assert self.router.process is not None
        self.router.process.send_signal(signal.SIGHUP)
        self.router.logged("reload_refused")
        self.assertEqual(self.read("the till sings in the evening").model, first.model)


if __name__ == "__main__":
    unittest.main()
