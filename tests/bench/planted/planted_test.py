#!/usr/bin/env python3
"""Tests of planted months: the texts, the generator and the scorer."""

import datetime
import json
import pathlib
import re
import tempfile
import unittest
from typing import Any

import baseline
import clusters
import onset
import score
import stories
import texts
import world
from month import Month, Settings

TAXONOMY = pathlib.Path(__file__).resolve().parents[3] / "router/text/taxonomy"
SMALL = {"observations": 4000, "sites": 80, "days": 30}


def small_month(folder: pathlib.Path, seed: int) -> dict[str, str]:
    Month(Settings(seed, "dev", **SMALL)).write(folder)
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


class Texts(unittest.TestCase):
    def test_no_issue_is_in_both_splits(self) -> None:
        train = {issue.id for issue in texts.issues("train")}
        dev = {issue.id for issue in texts.issues("dev")}
        self.assertFalse(train & dev)
        self.assertGreaterEqual(len(train), 40)
        self.assertGreaterEqual(len(dev), 20)

    def test_every_issue_has_twenty_wordings_and_a_known_topic(self) -> None:
        topics = set(re.findall(r'path: "([a-z_]+)"', "".join(
            path.read_text(encoding="utf-8") for path in TAXONOMY.glob("*.textproto"))))
        for split in ("train", "dev"):
            found = texts.issues(split)
            for issue in found:
                wordings = [text for some in issue.wordings.values() for text in some]
                self.assertGreaterEqual(len(set(wordings)), 20, issue.id)
                self.assertIn(issue.topic, topics, issue.id)
                if issue.confusable:
                    self.assertIn(issue.confusable, [other.id for other in found])

    def test_every_slot_of_every_wording_can_be_filled(self) -> None:
        writer = texts.Writer(texts.random.Random(3))
        for split in ("train", "dev"):
            for issue in texts.issues(split):
                writer.bind(issue)
                for some in issue.wordings.values():
                    for wording in some:
                        text = writer.fill(wording, writer.bound[issue.id])
                        self.assertNotRegex(text, r"[{}|]", wording)
        for _, wording in texts.one_offs():
            self.assertNotRegex(writer.fill(wording, {}), r"[{}|]", wording)


    def test_plain_is_one_wording_for_each_issue(self) -> None:
        writer = texts.Writer(texts.random.Random(3), plain=True)
        issue = next(issue for issue in texts.issues("dev") if issue.id == "sms_code_late")
        said = {re.sub(r"\d+", "", writer.write(issue, "es")) for _ in range(20)}
        self.assertEqual(said, {"The sign-in code by SMS comes  minutes late"})


class Generator(unittest.TestCase):
    def setUp(self) -> None:
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        self.files = small_month(self.folder / "a", 5)
        self.truth = json.loads(self.files["truth.json"])
        self.rows = [json.loads(line)
                     for line in self.files["observations.jsonl"].splitlines()]

    def test_one_seed_gives_one_month_and_another_another(self) -> None:
        self.assertEqual(self.files, small_month(self.folder / "b", 5))
        self.assertNotEqual(self.files["observations.jsonl"],
                            small_month(self.folder / "c", 6)["observations.jsonl"])

    def test_rows_are_in_order_of_arrival_and_all_are_accounted_for(self) -> None:
        arrivals = [row.get("received_at", row["observed_at"]) for row in self.rows]
        self.assertEqual(arrivals, sorted(arrivals))
        accounted = self.truth["one_offs"] + [
            name for names in self.truth["issues"].values() for name in names]
        self.assertEqual(sorted(accounted), sorted(row["id"] for row in self.rows))
        self.assertTrue(any("received_at" in row for row in self.rows))

    def test_no_story_begins_in_the_warm_up(self) -> None:
        warm = (datetime.date.fromisoformat(self.truth["start"]) +
                datetime.timedelta(days=7)).isoformat()
        planted = [story for story in self.truth["stories"] if story["must_show"]]
        self.assertGreaterEqual(len(planted), 8)
        for story in planted:
            self.assertGreater(story["start"], warm, story["id"])
            self.assertIn("ceo", story["leaders"], story["id"])

    def test_the_loud_person_is_one_at_one_site_and_nobodys_story(self) -> None:
        story = next(story for story in self.truth["stories"]
                     if story["kind"] == "loud_person")
        self.assertEqual(story["leaders"], [])
        names = set(story["observation_ids"])
        who = [row["reporter"] for row in self.rows
               if row["id"] in names and "reporter" in row]
        loudest = max(who.count(key) for key in set(who))
        self.assertGreaterEqual(loudest, 40)
        self.assertLessEqual(len(who) - loudest, 5)

    def test_baselines_are_scored(self) -> None:
        for rule in baseline.RULES:
            baseline.run(self.folder / "a", self.folder / rule, rule)
            scorer = score.Scorer(self.truth)
            result = scorer.score(score.read_digests(
                self.folder / rule / "digests", self.truth["leaders"]))
            self.assertGreater(result["pairs"], 20)
        self.assertGreater(result["recall"], 0.4)


def made_up_truth() -> dict[str, Any]:
    """Story `gate` must be shown to `boss` from the tenth on; `queue` is chronic."""
    return {
        "start": "2026-11-01", "days": 28, "warm_up_days": 7,
        "leaders": [{"id": "boss", "time_zone": "UTC", "scope": {}}],
        "stories": [
            {"id": "s1", "kind": "small", "issue": "gate", "must_show": True,
             "start": "2026-11-09T12:00:00Z", "end": "2026-11-12T12:00:00Z",
             "leaders": ["boss"], "onsets": {"boss": "2026-11-10T12:00:00Z"},
             "observation_ids": ["g1", "g2", "g3"]},
            {"id": "s2", "kind": "praise", "issue": "thanks", "must_show": True,
             "start": "2026-11-09T12:00:00Z", "end": "2026-11-12T12:00:00Z",
             "leaders": ["boss"], "onsets": {"boss": "2026-11-10T12:00:00Z"},
             "observation_ids": ["t1"]}],
        "issues": {"gate": ["g1", "g2", "g3"], "thanks": ["t1"],
                   "queue": ["q1", "q2", "q3"]},
        "one_offs": ["x1"]}


class Scoring(unittest.TestCase):
    def setUp(self) -> None:
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        (self.folder / "boss").mkdir()
        self.truth = made_up_truth()

    def digest(self, day: str, *items: tuple[str, str, list[str]],
               nested: bool = False) -> None:
        rows = [{"insight": insight, "section": section, "sample_ids": names}
                for insight, section, names in items]
        digest: dict[str, Any] = {"items": rows}
        if nested:
            digest = {"sections": [{"section": row.pop("section"), "items": [row]}
                                   for row in rows]}
        (self.folder / "boss" / f"{day}.json").write_text(json.dumps(digest))

    def scored(self) -> dict[str, Any]:
        return score.Scorer(self.truth).score(
            score.read_digests(self.folder, self.truth["leaders"]))

    def test_nothing_shown_is_no_recall_and_no_false_alarm(self) -> None:
        result = self.scored()
        self.assertEqual(result["recall"], 0)
        self.assertEqual(result["false_alarms_per_leader_week"], 0)
        self.assertIsNone(result["median_days_late"])

    def test_most_samples_decide_what_an_item_shows(self) -> None:
        self.digest("2026-11-12", ("7", "top", ["g1", "g2", "q1"]))
        result = self.scored()
        self.assertEqual(result["by_kind"]["small"],
                         {"recall": 1.0, "median_days_late": 1.0})
        self.assertEqual(result["false_alarms_per_leader_week"], 0)
        self.digest("2026-11-12", ("7", "top", ["g1", "q1"]))
        result = self.scored()
        self.assertEqual(result["by_kind"]["small"]["recall"], 0)
        self.assertEqual(result["false_items_per_leader_week"], 0.33)

    def test_too_late_or_in_another_section_is_not_shown(self) -> None:
        self.digest("2026-11-20", ("7", "top", ["g1"]))
        self.digest("2026-11-11", ("7", "falling", ["g1"]))
        self.assertEqual(self.scored()["by_kind"]["small"]["recall"], 0)

    def test_sections_may_be_nested(self) -> None:
        self.digest("2026-11-11", ("7", "new", ["g1"]), nested=True)
        self.assertEqual(self.scored()["by_kind"]["small"],
                         {"recall": 1.0, "median_days_late": 0.0})

    def test_recognition_shows_praise_alone(self) -> None:
        self.digest("2026-11-11", ("8", "recognition", ["t1"]),
                    ("7", "recognition", ["g1"]))
        result = self.scored()
        self.assertEqual(result["by_kind"]["praise"]["recall"], 1)
        self.assertEqual(result["by_kind"]["small"]["recall"], 0)
        self.assertEqual(result["false_items_per_leader_week"], 0)

    def test_false_alarms_count_by_week_and_by_digest(self) -> None:
        for day in ("05", "16", "17", "18", "24"):  # the first in the warm-up
            self.digest(f"2026-11-{day}", ("9", "top", ["q1", "q2"]),
                        ("9", "rising", ["q1", "q2"]))
        result = self.scored()
        self.assertEqual(result["false_alarms_per_leader_week"], 0.67)
        self.assertEqual(result["false_items_per_leader_week"], 1.33)

    def test_a_story_that_ended_long_ago_is_a_false_alarm(self) -> None:
        self.digest("2026-11-15", ("7", "top", ["g1"]))
        self.assertEqual(self.scored()["false_items_per_leader_week"], 0)
        self.digest("2026-11-22", ("7", "top", ["g1"]))
        self.assertEqual(self.scored()["false_items_per_leader_week"], 0.33)

    def test_without_samples_the_insights_members_decide(self) -> None:
        self.digest("2026-11-11", ("7", "top", []))
        digests = score.read_digests(self.folder, self.truth["leaders"])
        scorer = score.Scorer(self.truth, {"g1": "7", "g2": "7", "q1": "7"})
        self.assertEqual(scorer.score(digests)["by_kind"]["small"]["recall"], 1)

    def test_periods_are_local_times(self) -> None:
        zone = world.zoneinfo.ZoneInfo("America/New_York")
        for period, utc in (("2026-11-02", "2026-11-02T13:00"),
                            ("2026-11-02T14", "2026-11-02T19:00"),
                            ("2026-11-02T14:35", "2026-11-02T19:35")):
            self.assertEqual(score.period_moment(period, zone),
                             score.moment(utc + ":00Z"), period)


class Clusters(unittest.TestCase):
    def test_b_cubed_of_a_known_case(self) -> None:
        perfect = clusters.b_cubed([("a", "1"), ("a", "1"), ("b", "2")])
        self.assertEqual(perfect["f"], 1)
        one_heap = clusters.b_cubed([("a", "1"), ("a", "1"), ("b", "1"), ("b", "1")])
        self.assertEqual(one_heap, {"precision": 0.5, "recall": 1.0, "f": 0.6667})
        crumbs = clusters.b_cubed([("a", "1"), ("a", "2"), ("b", "3"), ("b", "4")])
        self.assertEqual(crumbs["recall"], 0.5)

    def test_fragments_count_insights_and_those_without(self) -> None:
        truth = made_up_truth()
        found = clusters.compare(truth, {"g1": "7", "g2": "8", "t1": "9", "q1": "7",
                                         "x1": "7"})
        self.assertEqual(found["fragments_per_story"], 2)
        self.assertEqual(found["one_offs_joined_to_issues"], 1)


class Onset(unittest.TestCase):
    def test_five_people_and_well_above_what_was_usual(self) -> None:
        rng = texts.random.Random(1)
        site = world.sites_of(rng, 10)[0]
        issue = texts.issues("dev")[0]
        people = [world.Person(f"p{i}", "morning", True, "en") for i in range(30)]
        story = stories.Story("s", "step", issue, True, 10)

        def seen(times: list[int]) -> list[tuple[int, stories.Report]]:
            return [(at, stories.Report(at, site, "morning", people[i % 30], issue))
                    for i, at in enumerate(times)]

        begin = 10 * 86400
        new = seen([begin + i * 60 for i in range(8)])
        self.assertEqual(onset.onset_for(story, new, begin, 0), begin + 4 * 60)
        # Ten a day before: 30 in three days, so 52 are needed.
        usual = [int((i + 0.5) * 8640) for i in range(100)]
        more = usual + [begin + i * 1200 for i in range(72)]
        at = onset.onset_for(story, seen(more), begin, 0)
        assert at is not None
        self.assertGreater(at, begin + 6 * 3600)
        self.assertIsNone(onset.onset_for(
            story, seen(usual + [begin + i * 8640 for i in range(40)]), begin, 0))


if __name__ == "__main__":
    unittest.main()
