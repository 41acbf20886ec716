#!/usr/bin/env python3
"""proto/PROTOCOL.md says what the sources say."""

import re
import unittest
from collections.abc import Iterator

import es1_client as es1
import protocol_examples

TEXT = protocol_examples.PAGE.read_text(encoding="utf-8")
CONSTANT = re.compile(r"constexpr [\w:]+ (k\w+) =\s*([^;]+);")


def source(path: str) -> str:
    return (es1.SOURCE / path).read_text(encoding="utf-8")


def section(title: str) -> str:
    """The page from this heading to the next."""
    after = re.split(rf"^#+ {title}$", TEXT, maxsplit=1, flags=re.MULTILINE)[1]
    return re.split(r"^#+ ", after, maxsplit=1, flags=re.MULTILINE)[0]


def rows(title: str) -> Iterator[list[str]]:
    """The cells of the section's table, without its head."""
    table = [line for line in section(title).splitlines() if line.startswith("|")]
    for line in table[2:]:
        yield [cell.strip() for cell in line.strip("|").split("|")]


def value(expression: str) -> int:
    """Of a constant's right side: 256 << 10, absl::Seconds(10), 20000."""
    expression = expression.replace("absl::Seconds", "").replace("size_t", "")
    if not re.fullmatch(r"[\d\s<()*{}]+", expression):
        raise ValueError(expression)
    factors = [int(number) for number in re.findall(r"\d+", expression)]
    return factors[0] << factors[1] if "<<" in expression else factors[0]


class PageTest(unittest.TestCase):
    def test_limits_are_those_of_the_sources(self) -> None:
        for name, said, _, where in rows("Limits"):
            constant, path = re.fullmatch(r"`(\w+)` in (\S+)", where).groups()
            with self.subTest(name):
                found = re.search(rf"\b{constant} =\s*([^;]+);", source(path))
                self.assertIsNotNone(found, f"{path} has no {constant}")
                self.assertEqual(int(said), value(found[1]))

    def test_no_limit_is_left_out(self) -> None:
        listed = {row[3] for row in rows("Limits")}
        for path in ("base/wire/limits.h", "base/wire/delivery.h",
                     "proto/contract/validate.h", "proto/contract/messages.h"):
            for constant, _ in CONSTANT.findall(source(path)):
                self.assertIn(f"`{constant}` in {path}", listed)

    def test_kinds_are_those_of_the_schema(self) -> None:
        listed = {name: (int(kind), body) for kind, name, _, body, *_ in rows("Kinds")}
        kinds = dict(es1.session.Kind.items())
        del kinds["KIND_UNSPECIFIED"]
        self.assertEqual({name: kind for name, (kind, _) in listed.items()}, kinds)
        for name, (_, body) in listed.items():
            message = body.split(",")[0]
            self.assertTrue(message == "-" or hasattr(es1.session, message), name)

    def test_header_is_that_of_the_client(self) -> None:
        at = 0
        for offset, size, *_ in rows("Header"):
            self.assertEqual(int(offset), at)
            at += int(size)
        self.assertEqual(at, es1.HEADER.size)

    def test_reasons_of_reject_are_those_of_the_schema(self) -> None:
        reasons = dict(es1.session.Reject.Reason.items())
        del reasons["REASON_UNSPECIFIED"]
        self.assertEqual({row[1]: int(row[0]) for row in rows("REJECT")}, reasons)

    def test_every_fault_and_nack_code_is_listed(self) -> None:
        faults = set(re.findall(r'return "(\w+)"', source("base/wire/header.cc")))
        self.assertEqual(set(re.findall(r"`(\w+)`", section("Faults"))),
                         faults - {"none", "unknown"})
        codes = set()
        reader = (source("router/intake/record_reader.cc")
                  + source("router/intake/record_reader_messages.cc"))
        rules = (source("proto/contract/validate.cc")
                 + source("proto/contract/subscription.cc")
                 + source("proto/contract/messages.cc"))
        codes |= set(re.findall(r'[Rr]efuse\(\s*\{?\s*"(\w+)"', reader))
        codes |= set(re.findall(r'Refusal\{\s*"(\w+)"', rules))
        for what in re.findall(r'CheckName\("(\w+)"', rules):
            codes.add(f"{what}_invalid")
        listed = {code for row in rows("Nack codes")
                  for code in re.findall(r"`(\w+)`", row[0])}
        self.assertEqual(listed, codes)

    def test_examples_are_what_the_inputs_give(self) -> None:
        self.assertEqual(
            protocol_examples.on_page(TEXT), protocol_examples.examples(),
            "run tests/acceptance/protocol_examples.py --write")

    def test_example_frames_are_understood(self) -> None:
        """The page's own hex, read back, is a whole frame with a good checksum."""
        for block in re.findall(r"```text\n(.*?)```", TEXT, re.DOTALL):
            frames = []
            for line in block.splitlines():
                if line.startswith("frame "):
                    frames.append(b"")
                else:
                    frames[-1] += bytes.fromhex(re.match(r"(?:[0-9a-f]{2}(?: |$))+",
                                                         line)[0])
            es1.decode(*frames)

    def test_names_of_the_socket_options_and_files_exist(self) -> None:
        for path in re.findall(r"`((?:proto|tests|base)/[\w/.]+)`", TEXT):
            self.assertTrue((es1.SOURCE / path).exists(), path)


if __name__ == "__main__":
    unittest.main()
