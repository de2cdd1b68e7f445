"""Asking every question as the dialogue would: courtesies off, aspects aside, no conversation before."""

import random
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from assistant import choosing, question
from assistant.choosing import Decision
from assistant.corpus import GuideDocument
from assistant.evaluation.foreign import Query
from assistant.question import Question
from assistant.snapshot import Snapshot

DEPTH = 10
SEED = 7


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of one question: the best ten guides, how sure, the band; `place` of the first right one, or 0.

    `answered` is the guide the dialogue would answer from, empty if it would ask back or say that it does not know.
    """

    query: Query
    best: tuple[str, ...]
    confidence: float
    band: str
    place: int
    answered: str
    cpu_ms: float

    @property
    def right(self) -> bool:
        """Whether the guide answered from is a right one."""
        return self.answered in self.query.relevant


def ask_all(
    snapshot: Snapshot, queries: Iterable[Query], *, disturb: Callable[[str], str] = str
) -> list[Asked]:
    """Ask every question, disturbed."""
    return [_asked(snapshot, query, disturb(query.text)) for query in queries]


def without_guides(
    documents: Sequence[GuideDocument], queries: Sequence[Query], *, share: float
) -> tuple[list[GuideDocument], list[Query], list[Query]]:
    """What is left when a random `share` of the guides is missing; the questions still answerable, and the others."""
    chance = random.Random(SEED)
    kept = [document for document in documents if chance.random() > share]
    codes = {document.item_code for document in kept}
    answerable = [query for query in queries if query.relevant & codes]
    return kept, answerable, [query for query in queries if not query.relevant & codes]


def _asked(snapshot: Snapshot, query: Query, text: str) -> Asked:
    started = time.thread_time()
    one = _read(snapshot, text)
    results = choosing.search(snapshot, one) if one else []
    spent = (time.thread_time() - started) * 1000
    decision = choosing.decided(snapshot, one, results, recent=()) if one else Decision()
    codes = tuple(result.document.item_code for result in results[:DEPTH])
    place = next((place for place, code in enumerate(codes, 1) if code in query.relevant), 0)
    sure = results[0].confidence if results else 0.0
    answered = decision.document.item_code if decision.document else ""
    return Asked(query, codes, sure, snapshot.bands.of(sure).value, place, answered, spent)


def _read(snapshot: Snapshot, text: str) -> Question | None:
    return next(iter(question.read(text, is_name=snapshot.is_name)), None)
