#!/usr/bin/env python3
"""`earshot-router organisation` as a person runs it."""

import os
import pathlib
import subprocess
import tempfile
import unittest

BIN = pathlib.Path(os.environ["EARSHOT_BIN_DIR"]) / "earshot-router"
SITES = """\
id,name,region,channel,time_zone
store-014,"Fourteen, Main St",west,store,America/Denver
store-022,Zweiundzwanzig Königsplatz,east,store,Europe/Berlin
"""
LEADERS = """\
id,name,manager,time_zone,regions,sites,topics,phone
dana,Dana Wright,amara,America/Denver,west; east,,checkout;returns,555
amara,Amara Osei,,,,,,
"""


class OrganisationCommands(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def write(self, name: str, text: str) -> str:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    def run_program(self, *arguments: str,
                    code: int = 0) -> subprocess.CompletedProcess:
        done = subprocess.run([BIN, "organisation", *arguments],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def test_what_is_imported_is_a_file_that_the_check_takes(self) -> None:
        out = str(self.folder / "out.textproto")
        done = self.run_program(
            "import", "--sites", self.write("s.csv", SITES), "--leaders",
            self.write("l.csv", LEADERS), "--name", "Acme", "--out", out)
        self.assertIn("2 sites, 2 leaders", done.stdout)
        self.assertIn("l.csv:1: column 'phone' is not known", done.stderr)
        text = pathlib.Path(out).read_text(encoding="utf-8")
        for part in ('name: "Acme"', 'name: "Fourteen, Main St"',
                     "Königsplatz", 'regions: "east"', 'topics: "returns"'):
            self.assertIn(part, text)
        self.assertNotIn("555", text)
        done = self.run_program("check", out)
        self.assertEqual(done.stdout, "ok: 2 sites, 2 leaders, 0 functions\n")

    def test_a_goal_about_no_topic_is_a_mistake(self) -> None:
        goal = ('leaders { id: "dana" } goals { id: "calm" topic: "%s" '
                'at_most: 40 per_days: 7 from: "2026-11-01" '
                'until: "2026-12-31" }')
        taxonomy = self.write("t.textproto",
                              'topics { path: "checkout" words: "till" }')
        file = self.write("o.textproto", goal % "checkuot")
        self.run_program("check", file)
        done = self.run_program("check", file, "--taxonomy", taxonomy, code=2)
        self.assertIn("goal 'calm': there is no topic 'checkuot'", done.stderr)
        file = self.write("o.textproto", goal % "checkout")
        self.run_program("check", file, "--taxonomy", taxonomy)

    def test_without_out_the_file_goes_to_standard_output(self) -> None:
        done = self.run_program(
            "import", "--sites", self.write("s.csv", SITES), "--leaders",
            self.write("l.csv", LEADERS))
        self.assertIn('id: "store-014"', done.stdout)

    def test_every_mistake_is_named_with_its_file_and_line(self) -> None:
        sites = self.write("s.csv", SITES + "store-014,,west,,\nx,y\n"
                           'store-030,"two\nlines",,,Mars/Olympus\n')
        leaders = self.write("l.csv", LEADERS + "eve,,nobody,,north,,,\n")
        out = self.folder / "out.textproto"
        done = self.run_program("import", "--sites", sites, "--leaders",
                                leaders, "--out", str(out), code=2)
        for part in (f"{sites}:4: site 'store-014' is there twice",
                     f"{sites}:5: the row has 2 columns, the header 5",
                     f"{sites}:6: site 'store-030': 'Mars/Olympus'",
                     f"{leaders}:4: leader 'eve': manager 'nobody'"):
            self.assertIn(part, done.stderr)
        self.assertFalse(out.exists())

    def test_a_mistake_in_text_format_is_named_with_its_line(self) -> None:
        path = self.write("o.textproto", (
            'sites { id: "a" }\n'
            "leaders {\n"
            '  id: "dana"\n'
            '  scope { sites: "b" }\n'
            "}\n"
            'leaders { id: "dana" }\n'))
        done = self.run_program("check", path, code=2)
        self.assertIn(f"{path}:2: leader 'dana': site 'b'", done.stderr)
        self.assertIn(f"{path}:6: leader 'dana' is there twice", done.stderr)

    def test_one_table_holds_sites_and_leaders_by_type(self) -> None:
        path = self.write("org.csv", (
            "type,id,name,region,regions\n"
            "site,a,,north,\n"
            "leader,dana,Dana,,north\n"))
        self.assertEqual(self.run_program("check", path).stdout,
                         "ok: 1 sites, 1 leaders, 0 functions\n")
        path = self.write("org.csv", (
            "type,id,name,region,regions\n"
            "shop,a,,north,\n"
            "site,b,,,north\n"
            "leader,dana,Dana,,\n"))
        done = self.run_program("check", path, code=2)
        self.assertIn("org.csv:2: type 'shop' is neither", done.stderr)
        self.assertIn("org.csv:3: a site has no 'regions'", done.stderr)

    def test_a_folder_holds_both_tables(self) -> None:
        self.write("sites.csv", SITES)
        self.write("leaders.csv", LEADERS)
        self.run_program("check", str(self.folder))

    def test_a_header_without_id_is_named(self) -> None:
        path = self.write("s.csv", "name,region,name\nx,y,z\n")
        done = self.run_program("import", "--sites", path, "--leaders",
                                self.write("l.csv", LEADERS), code=2)
        self.assertIn(f"{path}:1: there is no column 'id'", done.stderr)
        self.assertIn(f"{path}:1: column 'name' is there twice", done.stderr)

    def test_a_file_that_is_not_there_is_misuse(self) -> None:
        self.run_program("check", str(self.folder / "none"), code=2)


if __name__ == "__main__":
    unittest.main()
