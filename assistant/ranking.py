"""Ordering: the best guides of a search, looked at once more as whole names, by letter and by ear."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from assistant.index import Found
from assistant.names import Name, Ways

CLOSENESS_WEIGHT = 0.2
BEYOND_WEIGHT = 0.2


@dataclass(frozen=True, slots=True)
class Hit:
    """A guide that may be meant. `share` of the attainable score and `closeness` to its best name are 0..1."""

    document: int
    share: float
    closeness: float
    rank: float


def closeness(question: Name, name: Name) -> float:
    """0..1: how much of the question and the name are the same, written or spoken, whichever is more."""
    return max(fuzz.ratio(question.written, name.written), fuzz.ratio(question.spoken, name.spoken)) / 100


def _capped(share: float) -> float:
    """Everyday words may add more than the question could reach; beyond that they hardly count."""
    return min(share, 1.0) + BEYOND_WEIGHT * max(share - 1.0, 0.0)


def nearest(question: Name, ways: Ways) -> Name:
    """The name that is written most like the question."""
    _, place = _closest(question.written, ways.written)
    return Name(ways.written[place], ways.spoken[place])


def _close_to(question: Name, ways: Ways) -> float:
    """Like `closeness`, to the closest of several names."""
    return max(_closest(question.written, ways.written)[0], _closest(question.spoken, ways.spoken)[0]) / 100


def _closest(said: str, ways: Sequence[str]) -> tuple[float, int]:
    """How close the closest is, 0..100, and which it is."""
    found = process.extractOne(said, ways, scorer=fuzz.ratio)
    return (found[1], found[2]) if found else (0.0, 0)


def ranked(question: Name, found: Found, names: Callable[[int], Ways]) -> list[Hit]:
    """The hits of `found`, best first; `names` gives the names of a document."""
    if not found.documents:
        return []
    bonus = CLOSENESS_WEIGHT * min(found.scores[0] / found.attainable, 1.0)
    hits = []
    for document, score in zip(found.documents, found.scores, strict=True):
        share, close = _capped(score / found.attainable), _close_to(question, names(document))
        hits.append(Hit(document, share, close, share + bonus * close))
    return sorted(hits, key=lambda hit: (-hit.rank, hit.document))
