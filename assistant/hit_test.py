"""The hit test (命中测试): one question answered as citizens would see it, and every score taken apart."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from assistant import around, choosing, dialogue, places, question, search_engine_use, terms, whereabouts
from assistant.answering import Answer
from assistant.around import Around
from assistant.confidence import Band, Bands
from assistant.index import Match
from assistant.remembering import Memory
from assistant.snapshot import Result, Snapshot
from assistant.whereabouts import Standpoint

MOST_CANDIDATES = 5
MOST_MATCHES = 14
CHANNELS = {
    terms.WORD: "词",
    terms.BIGRAM: "相邻两字",
    terms.CHARACTER: "单字",
    terms.SOUND: "读音",
    terms.APART: "隔字成对",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A guide found: what it scored by channel and by term, which of its names is nearest, how sure that is."""

    name: str
    item_code: str
    has_guide: bool
    result: Result
    band: Band
    nearest: str
    by_channel: Sequence[tuple[str, float]]
    matches: Sequence[Match]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One of the questions in a message, as it was understood, and what was found for it."""

    topic: str
    asked: Sequence[str]
    unwanted: Sequence[str]
    candidates: Sequence[Candidate]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The answer and how it came about."""

    answer: Answer
    parts: Sequence[Part]
    bands: Bands
    version: str
    base: str


async def look(said: str, *, at: str = "") -> Look:
    """What a citizen who begins with `said` is answered, and why; `at` is where. Nothing is kept."""
    return await asyncio.to_thread(looked, await search_engine_use.for_message(said), await around.now(), said, at=at)


def looked(city: Snapshot, known: Around, said: str, *, at: str = "") -> Look:
    """The same on one snapshot."""
    answer, _ = dialogue.reply(city, said, Memory(), known, at=at)
    stand = whereabouts.taken(city, question.clean(said), memory=Memory(), halls=known.halls, at=at)
    snapshot = stand.snapshot
    general = places.without_names(stand.said, here=snapshot.here)
    questions = question.read(general, is_name=snapshot.is_name)
    parts = [
        Part(
            topic=one.topic,
            asked=[str(aspect) for aspect in one.asked],
            unwanted=one.unwanted,
            candidates=[_candidate(snapshot, result) for result in choosing.search(snapshot, one)[:MOST_CANDIDATES]],
        )
        for one in questions
    ]
    return Look(answer=answer, parts=parts, bands=snapshot.bands, version=snapshot.version, base=_base(stand))


def _base(stand: Standpoint) -> str:
    """The name of the base that was asked."""
    localities = stand.snapshot.localities
    return next(
        (localities.named(code) for code, view in localities.views.items() if view is stand.snapshot),
        localities.top.name,
    )


def _candidate(snapshot: Snapshot, result: Result) -> Candidate:
    matches = result.why()
    by_channel: Counter[str] = Counter()
    for match in matches:
        by_channel[CHANNELS[match.channel]] += match.contribution  # type: ignore[assignment]
    return Candidate(
        name=result.matter.name if result.matter else result.document.name,
        item_code=result.document.item_code,
        has_guide=result.matter is None,
        result=result,
        band=snapshot.bands.of(result.confidence),
        nearest=result.nearest,
        by_channel=by_channel.most_common(),
        matches=matches[:MOST_MATCHES],
    )
