#!/usr/bin/env python3
"""What somebody asked to be erased is in no file of the three programs."""

import shutil
import signal
import unittest

from loop_world import LoopWorld
from programs import eventually

SAID = "Zoltan in lane four has had the flu since Tuesday"
WORDS = b"has had the flu"


class ErasureTest(LoopWorld):
    def files_with(self, words: bytes) -> list[str]:
        return [str(path.relative_to(self.folder)) for path in self.folder.rglob("*")
                if path.is_file() and words in path.read_bytes()]

    def tell(self) -> int:
        self.report(self.depot, "Something quite ordinary", 6)
        self.depot.command("observe", SAID, "--named", "Ada Example", "--quote", "--severity",
                           "5")
        told = self.insight_of("amara", SAID[:20])
        eventually("a digest quotes it", lambda: self.files_with(WORDS) and any(
            "feed.db" in name for name in self.files_with(WORDS)), 100)
        return told

    def test_the_words_are_in_no_file_and_the_chain_holds(self) -> None:
        told = self.tell()
        found = self.files_with(WORDS)
        for program in ("router", "feed", "depot"):
            self.assertTrue(any(name.startswith(program) for name in found), found)
        preview = self.router.command("erase", "--reporter", "Ada Example", "--preview")
        self.assertIn("reports        1", preview)
        self.assertEqual(sorted(self.files_with(WORDS)), sorted(found))
        self.assertIn("Erased here",
                      self.router.command("erase", "--reporter", "Ada Example"))
        eventually("it is gone", lambda: not self.files_with(WORDS), 60)
        again = self.router.try_command("erase", "--reporter", "Ada Example")
        self.assertEqual(again.returncode, 1)
        self.assertIn("it was erased before", again.stderr)
        self.assertEqual(self.state_of(told)["observations"], "<5", "it still counts")
        self.assertIn("every record is as it was committed",
                      self.router.command("audit", "verify"))
        # What the agent sends again after a restart does not bring it back.
        self.depot.stop(signal.SIGKILL)
        self.depot.start()
        self.router.stop(signal.SIGKILL)
        self.router.start()
        self.assertIn("every record is as it was committed",
                      self.router.command("audit", "verify"))
        self.assertEqual(self.files_with(WORDS), [])

    def test_an_older_copy_of_the_router_brings_nothing_back(self) -> None:
        self.tell()
        self.router.stop()
        copy = self.folder.with_name(self.folder.name + "-copy")
        self.addCleanup(shutil.rmtree, copy, True)
        shutil.copytree(self.router.folder, copy)
        self.router.start()
        self.router.command("erase", "--reporter", "Ada Example")
        eventually("it is gone", lambda: not self.files_with(WORDS), 60)
        self.router.stop()
        for path in copy.rglob("*.db*"):
            for old in self.router.folder.rglob(path.name):
                old.unlink()
            shutil.copy(path, self.router.folder / path.relative_to(copy))
        self.assertTrue(self.files_with(WORDS))
        self.router.start()
        eventually("it is gone again", lambda: not self.files_with(WORDS), 60)


if __name__ == "__main__":
    unittest.main()
