"""Digits as people say them, in English, Spanish and French."""

UNITS = {
    "en": "zero one two three four five six seven eight nine".split(),
    "es": "cero uno dos tres cuatro cinco seis siete ocho nueve".split(),
    "fr": "zéro un deux trois quatre cinq six sept huit neuf".split(),
}
TEENS = {
    "en": ("ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
           "eighteen nineteen").split(),
    "es": ("diez once doce trece catorce quince dieciséis diecisiete "
           "dieciocho diecinueve").split(),
    "fr": ("dix onze douze treize quatorze quinze seize dix-sept dix-huit "
           "dix-neuf").split(),
}
TENS = {
    "en": "twenty thirty forty fifty sixty seventy eighty ninety".split(),
    "es": ("veinte treinta cuarenta cincuenta sesenta setenta ochenta "
           "noventa").split(),
    "fr": "vingt trente quarante cinquante soixante".split(),
}
TWENTIES = ("veinte veintiuno veintidós veintitrés veinticuatro veinticinco "
            "veintiséis veintisiete veintiocho veintinueve").split()


def below_hundred(value, language):
    if value < 10:
        return UNITS[language][value]
    if value < 20:
        return TEENS[language][value - 10]
    ten, unit = divmod(value, 10)
    if language == "en":
        return TENS["en"][ten - 2] + ("-" + UNITS["en"][unit] if unit else "")
    if language == "es":
        if ten == 2:
            return TWENTIES[unit]
        return TENS["es"][ten - 2] + (" y " + UNITS["es"][unit] if unit else "")
    if ten in (7, 9):
        base = "soixante" if ten == 7 else "quatre-vingt"
        join = " et " if value == 71 else "-"
        return base + join + TEENS["fr"][unit]
    if ten == 8:
        return "quatre-vingts" if unit == 0 else "quatre-vingt-" + UNITS["fr"][
            unit]
    join = " et " if unit == 1 else "-"
    return TENS["fr"][ten - 2] + (join + UNITS["fr"][unit] if unit else "")


def in_pairs(group, language):
    words = []
    for at in range(0, len(group), 2):
        pair = group[at:at + 2]
        if pair[0] == "0" or len(pair) == 1:
            words += [UNITS[language][int(c)] for c in pair]
        else:
            words.append(below_hundred(int(pair), language))
    return words


def one_by_one(rng, group, language):
    words, at = [], 0
    while at < len(group):
        again = language == "en" and group[at:at + 2] == group[at] * 2
        if again and rng.random() < 0.5:
            words.append("double " + UNITS["en"][int(group[at])])
            at += 2
            continue
        zero = group[at] == "0" and language == "en" and rng.random() < 0.5
        words.append("oh" if zero else UNITS[language][int(group[at])])
        at += 1
    return words


def say(rng, groups, language):
    style = rng.choice(["ones", "ones", "pairs", "upper", "commas", "half",
                        "signs"])
    sign = {"en": " dash ", "es": " guion ", "fr": " tiret "}[language]
    if style == "pairs":
        return " ".join(" ".join(in_pairs(g, language)) for g in groups)
    spoken = [" ".join(one_by_one(rng, g, language)) for g in groups]
    if style == "upper":
        return " ".join(spoken).upper()
    if style == "commas":
        return ", ".join(spoken)
    if style == "half" and len(groups) > 1:
        return " ".join([spoken[0]] + groups[1:])
    if style == "signs":
        return sign.join(spoken)
    return " ".join(spoken)
