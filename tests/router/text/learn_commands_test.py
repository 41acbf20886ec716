#!/usr/bin/env python3
"""`earshot-router train` and `classify` as a person runs them."""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

BIN = pathlib.Path(os.environ["EARSHOT_BIN_DIR"]) / "earshot-router"
ROWS = [{"id": f"{label}-{index}", "text": f"{text} {index}", "label": label}
        for index in range(12)
        for label, text in (("stock/milk", "there is no milk on the shelf"),
                            ("till", "the self checkout froze again"),
                            ("other", "my brother sings in a choir"))]


class LearnCommands(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.model = str(self.folder / "a.model")
        self.train = self.write("train.jsonl", ROWS)

    def write(self, name: str, rows: list[dict]) -> str:
        path = self.folder / name
        path.write_text("".join(json.dumps(row) + "\n" for row in rows),
                        encoding="utf-8")
        return str(path)

    def configure(self, text: str) -> str:
        path = self.folder / "router.conf"
        path.write_text(text, encoding="utf-8")
        return str(path)

    def run_program(self, *arguments: str, given: str = "",
                    code: int = 0,
                    config: str = "") -> subprocess.CompletedProcess:
        # Whoever names a model has no use for a configuration: a broken one is
        # no matter.
        done = subprocess.run(
            [BIN, "--config", config or str(self.folder / "none.conf"),
             *arguments],
            input=given, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def learn(self, *more: str) -> dict:
        done = self.run_program("train", "--train", self.train, "--out",
                                self.model, "--json", *more)
        self.assertEqual(done.stderr, "")
        return json.loads(done.stdout)

    def test_without_a_model_every_row_is_understood_or_says_why_not(
            self) -> None:
        given = [json.dumps({"id": 1, "text": "self checkout froze again",
                             "tags": ["till"], "site": "s", "ts": 7}),
                 "{broken",
                 json.dumps({"id": "c", "tags": []}),
                 json.dumps({"id": "d", "text": "gracias al equipo de noche"})]
        done = self.run_program("classify", "--why", given="\n".join(given),
                                code=1, config=self.configure(""))
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([row["id"] for row in rows], [1, None, "c", "d"])
        self.assertIn("line 2", done.stderr)
        self.assertEqual(rows[1]["line"], 2)
        self.assertIn("text", rows[2]["error"])
        self.assertTrue(rows[0]["topic"].startswith("checkout"))
        self.assertEqual(rows[3]["language"], "es")
        self.assertEqual(set(rows[0]["confidence"]),
                         {"topic", "kind", "sentiment", "valence", "urgency",
                          "language"})
        self.assertIn("checkout", rows[0]["why"]["topic"])

    def test_without_a_model_the_configured_one_is_asked(self) -> None:
        rows = [{"text": f"the till {word} number {i}", "topic": topic,
                 "kind": kind, "sentiment": sentiment, "valence": valence,
                 "urgency": urgency, "language": language}
                for i in range(12)
                for word, topic, kind, sentiment, valence, urgency, language in (
                    ("sings", "checkout", "idea", "positive", "2", "1", "nl"),
                    ("dances", "delivery", "risk", "negative", "-2", "5", "pt"))]
        reports = self.write("reports.jsonl", rows)
        self.run_program("train", "--task", "understanding", "--train", reports,
                         "--out", self.model)
        row = json.dumps({"id": 1, "text": "the till sings"})
        done = self.run_program(
            "classify", given=row,
            config=self.configure(f'model_file: "{self.model}"\n'))
        said = json.loads(done.stdout)
        self.assertEqual((said["kind"], said["language"]), ("idea", "nl"))
        done = self.run_program("classify", given=row,
                                config=self.configure(""))
        self.assertEqual(json.loads(done.stdout)["language"], "en")

    def test_labels_in_are_labels_out_in_the_same_order(self) -> None:
        report = self.learn()
        self.assertEqual(report["labels"], 3)
        given = [{"id": 7, "text": "checkout froze", "site": "s", "new": [1]},
                 {"id": "b", "text": "no milk", "tags": ["x"], "ts": 1}]
        done = self.run_program(
            "classify", "--model", self.model,
            given="\n".join(json.dumps(row) for row in given))
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([(row["id"], row["label"]) for row in rows],
                         [(7, "till"), ("b", "stock/milk")])
        for row in rows:
            self.assertEqual(row["top"][0]["label"], row["label"])
            self.assertEqual(row["top"][0]["score"], row["score"])
            self.assertEqual(len(row["top"]), 3)

    def test_only_asked_for_are_rows_rejected(self) -> None:
        self.learn("--reject-label", "other")
        given = json.dumps({"id": 1, "text": "my brother sings in a choir"})
        for more, expected in ((["--reject-label", "none"], {"none"}),
                               ([], {"till", "stock/milk"})):
            done = self.run_program("classify", "--model", self.model, *more,
                                    given=given)
            self.assertIn(json.loads(done.stdout)["label"], expected)

    def test_a_model_without_rejection_says_so(self) -> None:
        self.learn()
        done = self.run_program("classify", "--model", self.model,
                                "--reject-label", "none", code=2)
        self.assertIn("without --reject-label", done.stderr)

    def test_a_bad_row_is_named_and_the_others_are_done(self) -> None:
        self.learn()
        done = self.run_program(
            "classify", "--model", self.model, code=1,
            given='{"id":1,"text":"no milk"}\n{"id":2}\nnonsense\n'
                  '\n{"id":3,"text":""}\n')
        self.assertEqual([json.loads(line)["id"]
                          for line in done.stdout.splitlines()], [1, 3])
        self.assertIn("line 2:", done.stderr)
        self.assertIn("line 3:", done.stderr)
        self.assertIn("2 bad row", done.stderr)

    def test_a_bad_training_row_is_named_and_nothing_is_written(self) -> None:
        broken = self.write("broken.jsonl", [*ROWS, {"text": "no label"}])
        done = self.run_program("train", "--train", broken, "--out",
                                self.model, code=2)
        self.assertIn("broken.jsonl:37:", done.stderr)
        self.assertFalse(pathlib.Path(self.model).exists())

    def test_a_damaged_model_is_refused(self) -> None:
        self.learn()
        whole = pathlib.Path(self.model).read_bytes()
        pathlib.Path(self.model).write_bytes(whole[:-1])
        done = self.run_program("classify", "--model", self.model, code=2)
        self.assertIn("model", done.stderr)

    def test_titles_come_from_the_taxonomy_and_fields_have_other_names(
            self) -> None:
        taxonomy = self.folder / "taxonomy.textproto"
        taxonomy.write_text('topics { path: "till" title: "The tills" }')
        self.train = self.write(
            "renamed.jsonl", [{"words": row["text"], "topic": row["label"]}
                              for row in ROWS])
        done = self.run_program(
            "train", "--train", self.train, "--out", self.model,
            "--taxonomy", str(taxonomy), "--text-field", "words",
            "--label-field", "topic")
        self.assertIn("The tills", done.stdout)
        self.assertIn("stock milk", done.stdout)


if __name__ == "__main__":
    unittest.main()
