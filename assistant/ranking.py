"""Ordering: the best guides of a search, looked at once more as whole names, by letter and by ear."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from assistant.index import Found
from assistant.names import Name

CLOSENESS_WEIGHT = 0.2


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


def ranked(question: Name, found: Found, names: Callable[[int], Sequence[Name]]) -> list[Hit]:
    """The hits of `found`, best first; `names` gives the names of a document."""
    if not found.documents:
        return []
    bonus = CLOSENESS_WEIGHT * found.scores[0] / found.attainable
    hits = []
    for document, score in zip(found.documents, found.scores, strict=True):
        share, close = score / found.attainable, max(closeness(question, name) for name in names(document))
        hits.append(Hit(document, share, close, share + bonus * close))
    return sorted(hits, key=lambda hit: (-hit.rank, hit.document))
