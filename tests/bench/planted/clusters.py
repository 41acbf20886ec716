"""How well insights are the issues: B-cubed, and fragments of each story."""

import collections
import random
import statistics
from typing import Any

SAMPLE = 20000


def b_cubed(pairs: list[tuple[str, str]]) -> dict[str, float]:
    """Of (issue, insight) of each observation. Precision: of the observations that
    share one's insight, the share of its issue; recall: the other way round."""
    if not pairs:
        return {"precision": 0.0, "recall": 0.0, "f": 0.0}
    cells = collections.Counter(pairs)
    issues = collections.Counter(issue for issue, _ in pairs)
    insights = collections.Counter(insight for _, insight in pairs)
    precision = sum(count * count / insights[insight]
                    for (_, insight), count in cells.items()) / len(pairs)
    recall = sum(count * count / issues[issue]
                 for (issue, _), count in cells.items()) / len(pairs)
    return {"precision": round(precision, 4), "recall": round(recall, 4),
            "f": round(2 * precision * recall / (precision + recall), 4)}


def compare(truth: dict[str, Any], assignments: dict[str, str]) -> dict[str, Any]:
    """One-offs are left out. An observation without insight stands alone."""
    pairs = [(issue, assignments.get(name, f"alone {name}"))
             for issue, names in truth["issues"].items() for name in names]
    if len(pairs) > SAMPLE:
        pairs = random.Random(7).sample(pairs, SAMPLE)
    one_offs = [assignments[name] for name in truth["one_offs"] if name in assignments]
    shared = {insight for _, insight in pairs}
    return {"cluster_bcubed": b_cubed(pairs),
            "one_offs_joined_to_issues": round(
                sum(insight in shared for insight in one_offs) /
                max(1, len(truth["one_offs"])), 4),
            "insights": len(set(assignments.values()))} | fragments(truth, assignments)


def fragments(truth: dict[str, Any], assignments: dict[str, str]) -> dict[str, Any]:
    """Over the stories that must show."""
    numbers, largest = [], []
    for story in truth["stories"]:
        names = story["observation_ids"]
        if not story["must_show"] or not names:
            continue
        counts = collections.Counter(assignments.get(name, f"alone {name}")
                                     for name in names)
        numbers.append(len(counts))
        largest.append(counts.most_common(1)[0][1] / len(names))
    if not numbers:
        return {"fragments_per_story": None, "largest_fragment_share": None}
    return {"fragments_per_story": round(statistics.mean(numbers), 2),
            "largest_fragment_share": round(statistics.mean(largest), 3)}
