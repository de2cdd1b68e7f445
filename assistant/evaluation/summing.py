"""Counting what became of the questions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assistant.confidence import Band
from assistant.evaluation.measuring import Asked


@dataclass(frozen=True, slots=True)
class Found:
    """Recall at 1, 3 and 10, mean reciprocal rank at 10, milliseconds of processor a question."""

    at_1: float
    at_3: float
    at_10: float
    mrr: float
    p50: float
    p99: float


def found(asked: Sequence[Asked]) -> Found:
    """How far up the right guides stood."""
    places = [one.place for one in asked]
    slow = sorted(one.cpu_ms for one in asked)
    return Found(
        at_1=_share(place == 1 for place in places),
        at_3=_share(1 <= place <= 3 for place in places),
        at_10=_share(place > 0 for place in places),
        mrr=sum(1 / place for place in places if place) / max(len(places), 1),
        p50=slow[len(slow) // 2] if slow else 0.0,
        p99=slow[min(len(slow) - 1, int(len(slow) * 0.99))] if slow else 0.0,
    )


def by_band(asked: Sequence[Asked], foreign: Sequence[Asked] = ()) -> dict[str, dict[str, float]]:
    """For each band: its share of the questions, how often its first guide is right, its share of what is foreign."""
    return {
        band.value: {
            "share": _share(one.band == band for one in asked),
            "precision": _share(one.place == 1 for one in asked if one.band == band),
            "false": _share(one.band == band for one in foreign),
        }
        for band in Band
    }


def answers(asked: Sequence[Asked]) -> dict[str, float]:
    """How many were answered from a guide, and how many of those from a right one."""
    given = [one for one in asked if one.answered]
    return {"answered": len(given) / max(len(asked), 1), "right": _share(one.right for one in given)}


def auroc(higher: Sequence[float], lower: Sequence[float]) -> float:
    """The chance that one of `higher` is above one of `lower`; equals count half (Mann and Whitney)."""
    marked = sorted([(value, True) for value in higher] + [(value, False) for value in lower])
    rank_sum, place = 0.0, 0
    while place < len(marked):
        end = place
        while end < len(marked) and marked[end][0] == marked[place][0]:
            end += 1
        rank_sum += (place + 1 + end) / 2 * sum(is_higher for _, is_higher in marked[place:end])
        place = end
    pairs = len(higher) * len(lower)
    return (rank_sum - len(higher) * (len(higher) + 1) / 2) / pairs if pairs else 0.0


def told(asked: Sequence[Asked]) -> list[dict[str, Any]]:
    """Each question for itself."""
    return [
        {
            "id": one.query.id,
            "best": list(one.best),
            "confidence": round(one.confidence, 4),
            "band": one.band,
            "place": one.place,
        }
        for one in asked
    ]


def _share(marks: Any) -> float:
    counted = [bool(mark) for mark in marks]
    return sum(counted) / max(len(counted), 1)
