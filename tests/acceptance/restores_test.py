#!/usr/bin/env python3
"""Folders copied, put back and wiped beneath the real programs: nothing that
still exists anywhere is lost, nothing is counted twice, and someone is told."""

import os
import pathlib
import random
import shutil
import threading
import unittest

import programs
from deployment import TEXTS, Deployment, Row
from programs import eventually

CLONED = "spool_cloned_or_rolled_back"
ANEW = "spool_started_anew"
REGRESSED = "router_lost_records"


def copy_state(program: programs.Program, to: pathlib.Path) -> None:
    """Of a program that has ended; without its socket."""
    source = program.folder / "state"

    def special(folder: str, names: list[str]) -> set[str]:
        return {name for name in names
                if not (pathlib.Path(folder, name).is_file()
                        or pathlib.Path(folder, name).is_dir())}

    shutil.copytree(source, to, ignore=special)


def put_back(program: programs.Program, copy: pathlib.Path) -> None:
    shutil.rmtree(program.folder / "state")
    shutil.copytree(copy, program.folder / "state")


def rows(part: str, count: int = 30) -> list[Row]:
    return [Row(f"{part}-{index}", TEXTS[index % 3], 5 if index % 7 == 0 else 3)
            for index in range(count)]


class DeployedTest(unittest.TestCase):
    ROUTER_CONFIG = ""

    def setUp(self) -> None:
        seed = int(os.environ.get("EARSHOT_SEED", random.SystemRandom().getrandbits(32)))
        print(f"seed {seed}")
        folder = programs.new_folder()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.deployment = Deployment(self.folder, seed, router_config=self.ROUTER_CONFIG)
        self.addCleanup(self.deployment.close)
        self.deployment.start()
        self.store = self.deployment.agents["store-1"]

    def give(self, who: str, part: str, count: int = 30) -> None:
        self.assertTrue(self.deployment.import_rows(who, rows(part, count)))

    def answer(self, text: str) -> None:
        """The first insight that the leader sees is answered."""
        items = eventually("the leader sees an insight", lambda: programs.digest_items(
            self.deployment.digest()))
        self.deployment.answer(min(items), text)

    def expect_alarm(self, who: str, name: str) -> None:
        self.deployment.history.add("expect_alarm", who=who, id=name)

    def assert_nothing_is_wrong(self) -> None:
        for name, agent in self.deployment.agents.items():
            for event in (CLONED, REGRESSED):
                for _ in agent.log(event):
                    self.deployment.history.add("alarm", who=name, id=event)
        for line in self.deployment.router.log(ANEW):
            self.deployment.history.add("alarm", who=line["peer"], id=ANEW)
        self.assertEqual(self.deployment.findings(self.folder / "history.jsonl"), [])


class RestoresTest(DeployedTest):
    def test_a_cloned_agent(self) -> None:
        self.give("store-1", "a")
        self.deployment.wait_until_settled()
        # Both copies hold the same reports that no router has yet.
        self.deployment.router.stop()
        self.give("store-1", "b")
        self.store.stop()
        folder = self.folder / "store-1-clone"
        copy_state(self.store, folder / "state")
        clone = programs.Agent(folder, self.deployment.router, "store-014")
        self.assertEqual(clone.public_key, self.store.public_key)
        self.deployment.agents["store-1#2"] = clone
        self.expect_alarm("store-1", CLONED)
        self.expect_alarm("store-1", ANEW)
        self.deployment.router.start()
        self.store.start()
        clone.start()
        self.give("store-1", "c", 20)
        self.give("store-1#2", "d", 40)
        self.deployment.wait_until_settled()
        self.answer("To both of you")
        self.deployment.wait_until_settled()
        self.assert_nothing_is_wrong()

    def test_a_restored_agent(self) -> None:
        self.give("store-1", "a")
        self.deployment.wait_until_settled()
        self.store.stop()
        copy_state(self.store, self.folder / "copy")
        self.store.start()
        self.give("store-1", "b", 50)
        self.answer("Before the disk broke")
        self.deployment.wait_until_settled()
        self.store.stop()
        put_back(self.store, self.folder / "copy")
        self.expect_alarm("store-1", CLONED)
        self.expect_alarm("store-1", ANEW)
        self.give("store-1", "c", 20)
        self.store.start()
        self.give("store-1", "d", 80)
        self.deployment.wait_until_settled()
        self.assert_nothing_is_wrong()

    def test_a_reimaged_agent(self) -> None:
        self.give("store-1", "a")
        self.deployment.wait_until_settled()
        self.store.stop()
        state = self.store.folder / "state"
        for entry in list(state.iterdir()):
            if not entry.name.startswith("agent.key"):
                entry.unlink()
        self.expect_alarm("store-1", ANEW)
        self.store.start()
        # The same file again, as nobody knows what went in before.
        self.give("store-1", "a")
        self.give("store-1", "b")
        self.deployment.wait_until_settled()
        self.answer("After the new image")
        self.deployment.wait_until_settled()
        self.assert_nothing_is_wrong()

    def test_a_restored_router_is_refilled(self) -> None:
        self.give("store-1", "a")
        self.give("depot", "b")
        self.answer("Before the copy")
        self.deployment.wait_until_settled()
        router = self.deployment.router
        router.stop()
        copy_state(router, self.folder / "copy")
        router.start()
        self.give("store-1", "c", 40)
        self.give("store-2", "d", 40)
        self.answer("After the copy")
        self.deployment.wait_until_settled()
        observations = router.status()["observations"]
        router.stop()
        put_back(router, self.folder / "copy")
        self.assertLess(router.status()["observations"], observations)
        self.expect_alarm("store-1", REGRESSED)
        self.expect_alarm("store-2", REGRESSED)
        router.start()
        eventually("the agents refill it",
                   lambda: router.status()["observations"] == observations, 60)
        self.deployment.wait_until_settled()
        self.give("depot", "e")
        self.answer("After the restore")
        self.deployment.wait_until_settled()
        self.assert_nothing_is_wrong()


class ManyTurnsTest(DeployedTest):
    """With little credit, so that a file takes many turns."""

    ROUTER_CONFIG = "credit_records: 16\n"
    ROWS = 1500
    KILLS = 5

    def test_a_file_imported_again_with_the_router_killed_five_times(self) -> None:
        router = self.deployment.router

        def import_all() -> None:
            # Twice at one agent, and once at another one.
            for who in ("store-1", "store-1", "store-2"):
                self.give(who, "file", self.ROWS)

        thread = threading.Thread(target=import_all)
        thread.start()
        in_the_middle = 0
        for _ in range(self.KILLS):
            before = router.metric("log_end")
            eventually("some more is taken",
                       lambda: router.metric("log_end") > before + 50, 60)
            router.kill()
            router.start()
            in_the_middle += router.metric("log_end") < 2 * self.ROWS
        thread.join()
        self.deployment.wait_until_settled(120)
        print(f"killed {in_the_middle} of {self.KILLS} times with the file underway")
        self.assertEqual(in_the_middle, self.KILLS)
        self.assert_nothing_is_wrong()
        self.assertEqual(len(self.deployment.history.ids("counted", repeat=False)),
                         self.ROWS)


if __name__ == "__main__":
    unittest.main()
