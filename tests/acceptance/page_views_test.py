#!/usr/bin/env python3
"""Both pages in a real browser, on a company with a month of reports."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

import chromium
import programs
import scene
from es1_client import SOURCE
from programs import eventually

MARKUP = "The sign says <img src=x onerror=broken=1> and <script>broken=1</script> to everybody"
TOOLS = SOURCE / "dashboard_feed/web/node_modules/playwright-core"


class ViewsTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = programs.new_folder()
        self.addCleanup(folder.cleanup)
        self.company = scene.Scene(pathlib.Path(folder.name))
        self.addCleanup(self.company.close)
        self.company.fill()
        rows = "".join(json.dumps({"text": MARKUP, "severity": 4, "kind": "pain_point",
                                   "quote": True, "reporter": f"m-{index}"}) + "\n"
                       for index in range(6))
        self.company.agents["store"].command("import", "-", "--source", "markup", stdin=rows)
        eventually("the markup is there", lambda: self.company.number_of("onerror"))
        self.company.decide()

    def run_script(self, name: str, **environment: str) -> None:
        done = subprocess.run(
            ["node", str(SOURCE / "tests/browser" / name)], text=True, capture_output=True,
            timeout=280, check=False, env=os.environ | environment | {
                "PASSWORD": scene.PASSWORD, "URL": self.company.url,
                "AGENT": self.company.agent_url})
        if done.returncode != 0:
            lines = [line for line in done.stdout.splitlines() if not line.startswith("ok ")]
            self.fail("\n".join([*lines, done.stderr]))

    def test_the_leaders_page_holds_for_every_view(self) -> None:
        self.run_script("leader.mjs", GATE=str(self.company.number_of("dock gate code")),
                        MARKUP=str(self.company.number_of("onerror")))

    def test_the_front_lines_page_and_the_whole_loop_hold(self) -> None:
        self.run_script("loop.mjs")

    def test_a_phone_reads_the_code_and_tells(self) -> None:
        self.run_script("phone.mjs")


if __name__ == "__main__":
    if chromium.installed() is None or shutil.which("node") is None or not TOOLS.exists():
        print("no Chromium, Node or playwright-core; deploy/packages test brings them")
        sys.exit(77)
    if programs.sanitized(programs.BIN / "earshot-feed"):
        print("left to the build without sanitizers; page_test.py runs with them")
        sys.exit(77)
    unittest.main()
