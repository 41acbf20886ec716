#!/usr/bin/env python3
"""Plants one violation at a time in a small tree and expects its finding."""

import pathlib
import tempfile
import unittest

import check_layers

TABLE = "# Architecture\n\n| from | to | reason |\n|---|---|---|\n"


def messages(files: dict[str, str], rows: str = "") -> list[str]:
    """Findings over a tree of these files, as printed."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        files = {check_layers.ARCHITECTURE: TABLE + rows} | files
        for path, text in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, encoding="utf-8")
        return [str(found) for found in check_layers.check_tree(root).findings]


class LayersTest(unittest.TestCase):
    def assert_kept(self, path: str, include: str, rows: str = "") -> None:
        text = f'#include "{include}"\n'
        self.assertEqual(messages({path: text}, rows), [])

    def assert_broken(self, path: str, include: str, part: str,
                      rows: str = "") -> None:
        found = messages({path: f'\n#include "{include}"\n'}, rows)
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith(f"{path}:2: "), found[0])
        self.assertIn(part, found[0])
        self.assertIn("\n    next: ", found[0])

    def test_every_step_down_is_kept(self) -> None:
        steps = (
            ("base/os/clock.cc", "base/os/clock.h"),
            ("base/telemetry/log.cc", "base/os/clock.h"),
            ("base/store/database.cc", "base/telemetry/log.h"),
            ("base/wire/hub.cc", "earshot/v1/session.pb.h"),
            ("base/spool/spool.cc", "base/store/database.h"),
            ("base/spool/spool.cc", "base/wire/frame.h"),
            ("proto/contract/redact.cc", "base/config/text.h"),
            ("proto/contract/validate.cc", "earshot/v1/observation.pb.h"),
            ("agents/uplink/uplink.cc", "base/spool/spool.h"),
            ("router/text/language.cc", "router/text/features.h"),
            ("router/router.cc", "router/text/features.h"),
            ("router/router.cc", "router/commands.h"),
            ("router/main.cc", "router/router.h"),
        )
        for path, include in steps:
            with self.subTest(path=path, include=include):
                self.assert_kept(path, include)

    def test_no_step_goes_up(self) -> None:
        steps = (
            ("base/os/clock.cc", "base/telemetry/log.h"),
            ("base/telemetry/log.cc", "base/store/database.h"),
            ("base/wire/hub.cc", "base/spool/spool.h"),
            ("base/wire/hub.cc", "proto/contract/ids.h"),
            ("proto/contract/ids.cc", "router/text/features.h"),
            ("router/text/language.cc", "router/router.h"),
            ("router/router.cc", "router/main.cc"),
        )
        for path, include in steps:
            with self.subTest(path=path, include=include):
                self.assert_broken(path, include, "may not include")

    def test_rooms_of_base_stay_apart(self) -> None:
        for path, include in (
            ("base/store/database.cc", "base/wire/frame.h"),
            ("base/config/text.cc", "base/store/database.h"),
            ("base/spool/spool.cc", "base/config/text.h"),
        ):
            with self.subTest(path=path, include=include):
                self.assert_broken(path, include, "may not include")

    def test_a_sideways_include_needs_its_row(self) -> None:
        path, include = "router/insight/join.cc", "router/text/features.h"
        row = "| `router/insight` | `router/text` | takes its values |\n"
        self.assert_broken(path, include, "| router/insight | router/text |")
        self.assert_kept(path, include, row)
        self.assert_broken("router/text/features.cc", "router/insight/join.h",
                           "may not include", row)

    def test_a_row_names_two_rooms_of_one_program_and_a_reason(self) -> None:
        for row, part in (
            ("| router/insight | agents/spool | quick |\n", "one program"),
            ("| router/insight | base/wire | quick |\n", "one program"),
            ("| router/insight | router/text | |\n", "lacks"),
        ):
            with self.subTest(row=row):
                found = messages({}, row)
                self.assertEqual(len(found), 1, found)
                self.assertTrue(found[0].startswith(
                    check_layers.ARCHITECTURE + ":5: "), found[0])
                self.assertIn(part, found[0])

    def test_rows_that_close_a_circle_are_refused(self) -> None:
        found = messages({}, "| router/a | router/b | x |\n"
                             "| router/b | router/c | x |\n"
                             "| router/c | router/a | x |\n")
        self.assertEqual(len(found), 3, found)
        self.assertIn("circle", found[0])

    def test_the_table_must_be_there(self) -> None:
        found = messages({check_layers.ARCHITECTURE: "# Architecture\n"})
        self.assertEqual(len(found), 1, found)
        self.assertIn("no table", found[0])

    def test_no_program_includes_another(self) -> None:
        for path, include in (
            ("agents/uplink/uplink.cc", "router/text/features.h"),
            ("dashboard_feed/feed.cc", "router/text/features.h"),
            ("router/main.cc", "agents/agent.h"),
        ):
            with self.subTest(path=path, include=include):
                self.assert_broken(path, include, "programs share proto/")

    def test_rehearse_joins_the_rooms_of_router_and_feed_alone(self) -> None:
        path = "dashboard_feed/rehearse/rehearse.cc"
        self.assert_kept(path, "router/priority/score.h")
        self.assert_kept(path, "dashboard_feed/digest/digest.h")
        self.assert_broken(path, "router/router.h", "may not include")
        self.assert_broken(path, "agents/spool/spool.h", "may not include")

    def test_each_library_has_one_owner(self) -> None:
        for include, owner, other in (
            ("zmq.hpp", "base/wire/socket.cc", "router/intake/door.cc"),
            ("zmq.h", "base/wire/socket.cc", "base/spool/spool.cc"),
            ("sqlite3.h", "base/store/database.cc", "router/log/log.cc"),
            ("spdlog/spdlog.h", "base/telemetry/log.cc", "agents/agent.cc"),
        ):
            with self.subTest(include=include):
                self.assert_kept(owner, include)
                self.assert_broken(other, include, "only base/")
                self.assertEqual(
                    len(messages({other: f"#  include <{include}>\n"})), 1)

    def test_base_sees_no_message_but_session(self) -> None:
        for include in ("earshot/v1/observation.pb.h",
                        "proto/earshot/v1/observation.pb.h"):
            self.assert_broken("base/wire/hub.cc", include, "but session")

    def test_a_file_belongs_to_a_room(self) -> None:
        for path in ("base/thing.h", "base/misc/thing.h", "proto/thing.h"):
            found = messages({path: "int x;\n"})
            self.assertEqual(len(found), 1, found)
            self.assertIn("no known room", found[0])
        self.assert_broken("router/text/a.cc", "base/thing.h", "no known room")

    def test_includes_are_written_from_the_root(self) -> None:
        self.assert_broken("router/text/a.cc", "../log/log.h", "root")
        found = messages({"router/text/a.cc": '#include "b.h"\n',
                          "router/text/b.h": "int b;\n"})
        self.assertEqual(len(found), 1, found)

    def test_the_product_never_includes_tests(self) -> None:
        self.assert_broken("base/os/clock.cc", "tests/testing/clock.h",
                           "includes tests/")

    def test_base_names_no_product_idea(self) -> None:
        for line in ("// one observation", "int insight_count;",
                     "class DigestWriter {};", "kLeader,", "// Sites differ",
                     "int verbatims;", "taxonomies"):
            with self.subTest(line=line):
                found = messages({"base/os/a.h": line + "\n"})
                self.assertEqual(len(found), 1, found)
                self.assertIn("product idea", found[0])

    def test_a_word_counts_only_whole(self) -> None:
        text = "// opposite website composites digestible leadership\n"
        self.assertEqual(messages({"base/os/a.h": text}), [])

    def test_above_base_the_words_are_free(self) -> None:
        text = "// an observation of a site\n"
        self.assertEqual(messages({"proto/contract/a.h": text,
                                   "agents/inbox/a.h": text}), [])

    def test_an_allowed_word_needs_a_reason_and_a_use(self) -> None:
        def with_row(row: str, text: str) -> list[str]:
            return messages({check_layers.ALLOWED_WORDS: "# head\n" + row,
                             "base/os/hash.h": text})

        row = "base/os/hash.h | digest | what a hash function returns\n"
        self.assertEqual(with_row(row, "// a SHA digest\n"), [])
        self.assertIn("any more", with_row(row, "// a hash\n")[0])
        self.assertIn("path | word", with_row("base/os/hash.h | digest\n",
                                              "// a hash\n")[0])
        self.assertEqual(len(with_row(row, "// digest of a site\n")), 1)


if __name__ == "__main__":
    unittest.main()
