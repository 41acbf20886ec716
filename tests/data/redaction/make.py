#!/usr/bin/env python3
"""Writes lines.jsonl and held.jsonl: labelled lines for the redactor.

All sentences are our own. Numbers are generated or reserved for examples;
none belongs to anybody. The same seed gives the same files.

    python3 make.py [folder]
"""

import json
import pathlib
import random
import sys

import sentences
import speech

EMPTY_GROUPS = {"zwsp": "\u200b", "zwnj": "\u200c", "shy": "\u00ad",
                "wj": "\u2060", "bom": "\ufeff", "lrm": "\u200e"}
ZEROS = {"fullwidth": 0xFF10, "arabic": 0x0660, "persian": 0x06F0,
         "devanagari": 0x0966, "bengali": 0x09E6, "thai": 0x0E50,
         "mathbold": 0x1D7CE}
SEPARATORS = {"spaces": " ", "dashes": "-", "dots": ".", "newlines": "\n",
              "nbsp": "\u00a0", "endash": "\u2013", "slashes": "/",
              "thin": "\u2009", "underscores": "_"}


def luhn_digit(body):
    total = 0
    for index, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if index % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def digits(rng, count):
    return "".join(rng.choice("0123456789") for _ in range(count))


def card(rng):
    prefix, length = rng.choice([
        ("4", 16), ("4", 16), ("51", 16), ("55", 16), ("2221", 16), ("37", 15),
        ("34", 15), ("6011", 16), ("65", 16), ("3530", 16), ("36", 14),
        ("30", 14)])
    if prefix == "30":
        prefix += rng.choice("012345")
    body = prefix + digits(rng, length - len(prefix) - 1)
    return body + luhn_digit(body)


def card_groups(number):
    sizes = {16: (4, 4, 4, 4), 15: (4, 6, 5), 14: (4, 6, 4)}[len(number)]
    groups, at = [], 0
    for size in sizes:
        groups.append(number[at:at + size])
        at += size
    return groups


def failing_luhn(rng, length=16, first="1234567890"):
    body = rng.choice(first) + digits(rng, length - 2)
    right = luhn_digit(body)
    return body + rng.choice([d for d in "0123456789" if d != right])


def ssn_groups(rng):
    area = rng.choice(["987", "900", "666", "000", "951", "978"])
    return [area, f"{rng.randint(0, 99):02d}", f"{rng.randint(0, 9999):04d}"]


def us_phone_groups(rng):
    area = rng.choice(["614", "937", "212", "415", "305", "702", "503", "206"])
    return [area, "555", f"01{rng.randint(0, 99):02d}"]


def iban(rng):
    country, body = rng.choice([
        ("DE", digits(rng, 18)), ("ES", digits(rng, 20)),
        ("FR", digits(rng, 23)), ("GB", "WEST" + digits(rng, 14)),
        ("NL", "ABNA" + digits(rng, 10)), ("BE", digits(rng, 12)),
        ("IT", "X" + digits(rng, 22)), ("IE", "AIBK" + digits(rng, 14))])
    check = 98 - int("".join(str(int(c, 36)) for c in body + country + "00")) % 97
    return f"{country}{check:02d}{body}"


def in_fours(text):
    return [text[i:i + 4] for i in range(0, len(text), 4)]


def policy(rng):
    return rng.choice([
        lambda: "HO-" + digits(rng, 4) + "-" + digits(rng, 5),
        lambda: "NW" + digits(rng, 8),
        lambda: digits(rng, 8), lambda: digits(rng, 10),
        lambda: digits(rng, 4) + "-" + digits(rng, 6),
        lambda: "AUT " + digits(rng, 7),
        lambda: "P" + digits(rng, 7), lambda: digits(rng, 9),
        lambda: "CA-" + digits(rng, 3) + " " + digits(rng, 5)])()


def account(rng):
    return rng.choice([
        lambda: digits(rng, 8), lambda: digits(rng, 10), lambda: digits(rng, 12),
        lambda: digits(rng, 4) + "-" + digits(rng, 4) + "-" + digits(rng, 4),
        lambda: digits(rng, 4) + " " + digits(rng, 6),
        lambda: "AC-" + digits(rng, 7)])()


def as_entities(rng, text):
    named = {" ": "&nbsp;", "@": "&commat;", ".": "&period;", "-": "&#45;"}
    style = rng.choice(["decimal", "hex"])
    return "".join(named.get(c) or (
        f"&#{ord(c)};" if style == "decimal" else f"&#x{ord(c):x};")
        for c in text)


def in_script(text, zero):
    return "".join(chr(zero + int(c)) if c in "0123456789" else c for c in text)


def sprinkle(rng, text, mark):
    out = text[0]
    for c in text[1:]:
        out += (mark if rng.random() < 0.5 else "") + c
    return out if mark in out else text[0] + mark + text[1:]


def evade_number(rng, groups, language, allow_words=True, joined=True):
    """A number in some disguise; returns (text, tag)."""
    plain = " ".join(groups)
    ways = ["script", "empty", "separator", "separator", "entities", "singles",
            "mixed"]
    if joined:
        ways.append("joined")
    if allow_words:
        ways += ["words", "words", "words"]
    way = rng.choice(ways)
    if way == "joined":
        return "".join(groups), "joined"
    if way == "script":
        name = rng.choice(sorted(ZEROS))
        return in_script(plain, ZEROS[name]), name
    if way == "empty":
        name = rng.choice(sorted(EMPTY_GROUPS))
        return sprinkle(rng, plain, EMPTY_GROUPS[name]), name
    if way == "separator":
        name = rng.choice(sorted(SEPARATORS))
        return SEPARATORS[name].join(groups), name
    if way == "entities":
        return as_entities(rng, plain), "entities"
    if way == "singles":
        return rng.choice([" ", "-", "."]).join("".join(groups)), "singles"
    if way == "mixed":
        out = groups[0]
        for group in groups[1:]:
            out += rng.choice([" ", "-", ".", " - ", "\n"]) + group
        return out, "mixed"
    return speech.say(rng, groups, language), "words-" + language


def email(rng):
    local = rng.choice(["rosa.delgado", "t.nguyen88", "pat_oneil", "jmarsh",
                        "ana-maria.ruiz", "luc.petit+home", "k.osei", "devon"])
    host = rng.choice(["example.com", "example.org", "mail.example.net",
                       "example.co.uk", "correo.example.es", "courriel.test"])
    return f"{local}@{host}"


def evade_email(rng, address, language):
    words = {"en": (" at ", " dot "), "es": (" arroba ", " punto "),
             "fr": (" arobase ", " point ")}[language]
    local, host = address.split("@")
    way = rng.choice(["plain", "plain", "words", "words", "brackets",
                      "brackets", "fullwidth", "entities", "empty", "spaced",
                      "upper"])
    if way == "plain":
        return address, "plain"
    if way == "words":
        joined = local.replace(".", words[1])
        return joined + words[0] + host.replace(".", words[1]), "words-" + language
    if way == "brackets":
        at, dot = rng.choice([(" (at) ", " (dot) "), ("[at]", "[dot]"),
                              (" [at] ", "."), ("{at}", "{dot}"),
                              ("(at)", ".")])
        return local + at + host.replace(".", dot), "brackets"
    if way == "fullwidth":
        return address.replace("@", "\uff20").replace(".", "\uff0e"), way
    if way == "entities":
        return rng.choice([address.replace("@", "&#64;"),
                           address.replace("@", "&commat;").replace(
                               ".", "&period;"),
                           as_entities(rng, address)]), way
    if way == "empty":
        name = rng.choice(sorted(EMPTY_GROUPS))
        return sprinkle(rng, address, EMPTY_GROUPS[name]), name
    if way == "spaced":
        return rng.choice([f"{local} @ {host}", f"{local}@ {host}"]), way
    return address.upper(), way


def phone(rng, language):
    style = rng.random()
    groups = us_phone_groups(rng)
    area, office, line = groups
    if language == "en" and style < 0.5 or style < 0.15:
        return rng.choice([
            f"({area}) {office}-{line}", f"{area}-{office}-{line}",
            f"{area}.{office}.{line}", f"+1 {area} {office} {line}",
            f"1-{area}-{office}-{line}", area + office + line,
            f"{area} {office} {line}"]), "plain"
    if style < 0.75:
        if language == "es":
            groups = [rng.choice(["612", "655", "689"]), digits(rng, 3),
                      digits(rng, 3)]
        elif language == "fr":
            groups = ["06"] + [digits(rng, 2) for _ in range(4)]
        return evade_number(rng, groups, language)
    return rng.choice([
        "+34 612 " + digits(rng, 3) + " " + digits(rng, 3),
        "+33 6 " + " ".join(digits(rng, 2) for _ in range(4)),
        "0033 6" + digits(rng, 8), "+44 7700 900" + digits(rng, 3),
        "07700 900" + digits(rng, 3), "+49 30 " + digits(rng, 8),
        "+52 55 " + digits(rng, 4) + " " + digits(rng, 4)]), "international"


def personal(rng, kind, language):
    """(text, tag) of one personal number or address."""
    if kind == "card":
        return evade_number(rng, card_groups(card(rng)), language)
    if kind == "email":
        return evade_email(rng, email(rng), language)
    if kind == "phone":
        return phone(rng, language)
    if kind == "ssn":
        groups = ssn_groups(rng)
        if rng.random() < 0.35:
            return "-".join(groups), "plain"
        return evade_number(rng, groups, language)
    if kind == "iban":
        text = iban(rng)
        way = rng.choice(["joined", "fours", "lower", "dashes", "empty",
                          "fullwidth", "newline", "entities"])
        fours = in_fours(text)
        return {"joined": text, "fours": " ".join(fours),
                "lower": " ".join(fours).lower(), "dashes": "-".join(fours),
                "empty": sprinkle(rng, text, "\u200b"),
                "fullwidth": in_script(" ".join(fours), 0xFF10),
                "newline": " ".join(fours[:3]) + "\n" + " ".join(fours[3:]),
                "entities": "&nbsp;".join(fours)}[way], way
    text = policy(rng) if kind == "policy_number" else account(rng)
    way = rng.choice(["plain", "plain", "plain", "empty", "script", "words"])
    if way == "empty":
        name = rng.choice(sorted(EMPTY_GROUPS))
        return sprinkle(rng, text, EMPTY_GROUPS[name]), name
    if way == "script":
        name = rng.choice(sorted(ZEROS))
        return in_script(text, ZEROS[name]), name
    if way == "words" and text.isdigit():
        return speech.say(rng, [text], language), "words-" + language
    return text, "plain"


def harmless_value(rng, name):
    month, day = rng.randint(1, 12), rng.randint(1, 28)
    hour, minute = rng.randint(6, 21), rng.randint(0, 59)
    makers = {
        "order16": lambda: failing_luhn(rng),
        "order16g": lambda: " ".join(in_fours(failing_luhn(rng))),
        "order10": lambda: digits(rng, 10), "order8": lambda: digits(rng, 8),
        "order12": lambda: digits(rng, 12),
        "sku": lambda: rng.choice([
            digits(rng, 3) + "-" + digits(rng, 3), digits(rng, 7),
            "SK-" + digits(rng, 4) + "-" + rng.choice("ABCX") + digits(rng, 2),
            digits(rng, 4) + "." + digits(rng, 3)]),
        "version": lambda: rng.choice([
            f"{rng.randint(1, 20)}.{rng.randint(0, 9)}.{rng.randint(0, 30)}",
            f"10.4.{rng.randint(0, 9)}.{rng.randint(1000, 9999)}",
            f"v{rng.randint(1, 9)}.{rng.randint(0, 99)}"]),
        "time": lambda: f"{hour:02d}:{minute:02d}",
        "times": lambda: f"{hour:02d}:{minute:02d}-{hour + 1:02d}:{minute:02d}",
        "date": lambda: rng.choice([
            f"2026-{month:02d}-{day:02d}", f"{day:02d}/{month:02d}/2026",
            f"{month}/{day}/26", f"{day}.{month}.2026"]),
        "price": lambda: rng.choice([
            f"${rng.randint(1, 99)}.{rng.randint(0, 99):02d}",
            f"{rng.randint(1, 900)},{rng.randint(0, 99):02d} \u20ac",
            f"${rng.randint(1, 99)},{rng.randint(100, 999)}.00",
            f"{{${rng.randint(100, 990)}.00}}"]),
        "ext": lambda: digits(rng, 4).replace("0", "3"),
        "small": lambda: str(rng.randint(2, 40)),
        "year": lambda: str(rng.randint(2015, 2027)),
        "tracking": lambda: rng.choice([
            "1Z" + digits(rng, 3) + "AA1" + digits(rng, 9),
            "9" + digits(rng, 21), "LX" + digits(rng, 9) + "GB"]),
        "ean": lambda: "50" + digits(rng, 11),
        "ip": lambda: f"192.168.{rng.randint(0, 9)}.{rng.randint(10, 250)}",
        "zip4": lambda: digits(rng, 5) + "-" + digits(rng, 4),
        "claim": lambda: rng.choice([
            "CLM-2026-" + digits(rng, 6), digits(rng, 9)]),
        "sizes": lambda: " ".join(str(n) for n in range(
            30, 30 + 2 * rng.randint(4, 6), 2)),
    }
    return makers[name]()


def fill(template, values):
    """Puts (text, type or None) values in order into {name} places."""
    text, spans, rest = "", [], template
    for name, value, kind in values:
        before, rest = rest.split("{" + name + "}", 1)
        text += before
        if kind:
            spans.append({"start": len(text), "end": len(text) + len(value),
                          "type": kind})
        text += value
    return text + rest, spans


def places(template):
    names, rest = [], template
    while "{" in rest:
        name, rest = rest.split("{", 1)[1].split("}", 1)
        names.append(name)
    return names


def personal_line(rng, kind, language, template):
    text, tag = personal(rng, kind, language)
    values = []
    for name in places(template):
        if name == "x":
            values.append((name, text, kind))
        else:
            values.append((name, harmless_value(rng, name), None))
    line, spans = fill(template, values)
    return line, spans, [kind, tag, language]


def harmless_line(rng, language, template):
    values = [(name, harmless_value(rng, name), None)
              for name in places(template)]
    line, _ = fill(template, values)
    return line, [], ["harmless", language]


def make(rng, book, per_template, harmless_copies, prefix):
    lines = []
    for kind, by_language in book["personal"].items():
        for language, templates in by_language.items():
            for template in templates:
                for _ in range(per_template):
                    lines.append(personal_line(rng, kind, language, template))
    for language, templates in book["harmless"].items():
        for template in templates:
            for _ in range(harmless_copies if "{" in template else 1):
                lines.append(harmless_line(rng, language, template))
    for text, kinds in book["written"]:
        spans = []
        for part, kind in kinds:
            start = text.index(part)
            spans.append({"start": start, "end": start + len(part),
                          "type": kind})
        lines.append((text, spans, ["written"] + [k for _, k in kinds]))
    return [{"id": f"{prefix}{index:04d}", "text": text, "spans": spans,
             "tags": tags} for index, (text, spans, tags) in enumerate(lines)]


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1
                          else pathlib.Path(__file__).parent)
    sets = [("lines.jsonl", sentences.TUNED, 20261122, "t"),
            ("held.jsonl", sentences.HELD, 417, "h")]
    for name, book, seed, prefix in sets:
        with open(folder / name, "w", encoding="utf-8") as out:
            for line in make(random.Random(seed), book, 10, 10, prefix):
                out.write(json.dumps(line, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
