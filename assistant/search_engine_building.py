"""Filling a search engine: `python -m assistant.search_engine_building`; the new version answers once it is whole.

The guides are read twice in batches: to count in how many each term stands, then to weigh and write them. One process
holds a batch of guides and the counts, never all guides.
"""

import asyncio
import math
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any

import rooms
from assistant import analysis, reading, search_engine_documents, search_engine_finding, terms
from assistant.base import named_by
from assistant.corpus import GuideDocument
from assistant.initials import MOST_NAMES, Initials
from assistant.search_engine import SearchEngine
from assistant.search_engine_documents import About, name_of
from assistant.segmenting import Segmenter
from assistant.weighing import Measures
from assistant.wording import Wording
from catalogue import edition
from foundation import database, settings

BATCH, TERMS_AT_ONCE = 200, 5_000
Read = Callable[[Sequence[str]], Awaitable[Sequence[GuideDocument]]]


class Counts:
    """What is counted over all guides before any can be weighed."""

    def __init__(self, wording: Wording, segmenter: Segmenter) -> None:
        self._wording, self._segmenter = wording, segmenter
        self.held: Counter[str] = Counter()
        self.highest: dict[str, float] = {}
        self.names: list[str] = []
        self.here: set[str] = set()
        self._guides = self._called = self._named = self._body = self._ways = 0

    def count(self, guides: Sequence[GuideDocument]) -> None:
        """These as well."""
        for guide in guides:
            both = self._wording.both(guide)
            counted = terms.Frequencies(both, self._segmenter)
            self.held.update(set(counted.body).union(*counted.names, *counted.questions))
            self._guides, self._body = self._guides + 1, self._body + counted.body_length
            self._ways, self._named = (
                self._ways + len(counted.names),
                self._named + sum(map(terms.length_of, both.names)),
            )
            self._called += len(guide.names)
            if len(self.names) < MOST_NAMES:
                self.names += [analysis.canon(name) for name in guide.names]
        self.here |= named_by(guides)

    def raised(self, weights: Mapping[str, float]) -> None:
        """Remember the highest weight of each term."""
        for term, weight in weights.items():
            self.highest[term] = max(weight, self.highest.get(term, 0.0))

    def about(self, version: str) -> About:
        total = max(self._guides, 1)
        measures = Measures(self._guides, max(self._named / max(self._ways, 1), 1.0), max(self._body / total, 1.0))
        return About(measures, version, sorted(self.here), self._called / total - 1)

    def rarities(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """How much each term says, times its channel's weight, and the most that it can add to a guide."""
        for term, held in self.held.items():
            idf = terms.CHANNEL_WEIGHTS[term[0]] * math.log(1 + (self._guides - held + 0.5) / (held + 0.5))
            yield name_of(term), search_engine_documents.rarity_row(idf, self.highest.get(term, 0.0))

    def initials(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """What runs of letters stand for."""
        for letters, meant in Initials.of(self.names, self._segmenter).meant.items():
            yield search_engine_finding.initials_name(letters), {"meant": meant}


async def build(
    engine: SearchEngine, read: Read, marks: Mapping[str, str], synonyms: Mapping[str, str], version: str
) -> str:
    """Fill a new version and let it answer; the one before it stays, older ones go. Its name."""
    wording, segmenter, codes = Wording(synonyms), Segmenter(), list(marks)
    counts = Counts(wording, segmenter)
    for some in _batches(codes):
        await asyncio.to_thread(counts.count, await read(some))
    about, index = counts.about(version), f"{engine.alias}-{version}"
    await engine.create(index, search_engine_documents.index_body(about))
    await engine.create(engine.terms(index), search_engine_documents.terms_body())
    for some in _batches(codes):
        guides = await read(some)
        rows = await asyncio.to_thread(_rows, guides, marks, about.measures, wording, segmenter, counts)
        await engine.write(index, rows)
    await _write_terms(
        engine, engine.terms(index), sorted([*counts.rarities(), *counts.initials()], key=lambda row: row[0])
    )
    await engine.refresh(index, engine.terms(index))
    kept = {index, engine.terms(index), *await engine.switch(index)}
    await engine.remove(*(name for name in await engine.versions() if name not in kept))
    return index


def _rows(
    guides: Sequence[GuideDocument], marks: Mapping[str, str], measures: Measures, wording: Wording,
    segmenter: Segmenter, counts: Counts,
) -> list[tuple[str, dict[str, Any]]]:  # fmt: skip
    rows = []
    for guide in guides:
        weights = search_engine_documents.weights_of(guide, measures, wording, segmenter)
        counts.raised(weights)
        rows.append((guide.item_code, search_engine_documents.written(guide, marks[guide.item_code], weights)))
    return rows


async def _write_terms(engine: SearchEngine, index: str, rows: Sequence[tuple[str, dict[str, Any]]]) -> None:
    for start in range(0, len(rows), TERMS_AT_ONCE):
        await engine.write(index, rows[start : start + TERMS_AT_ONCE])


def _batches(codes: Sequence[str]) -> Iterator[Sequence[str]]:
    return (codes[start : start + BATCH] for start in range(0, len(codes), BATCH))


async def from_catalogue() -> str:
    """Fill the engine of the settings with the catalogue. Raises SystemExit without one."""
    engine = search_engine_finding.engine(read=60.0)
    if engine is None:
        raise SystemExit("ASSISTANT_SEARCH_URL is not set: there is no search engine to fill")
    started = time.perf_counter()
    try:
        marks, version = await reading.marks(), str(await edition.number())
        index = await build(engine, reading.documents, marks, await reading.synonyms(), version)
    finally:
        await engine.aclose()
    return f"{index}: {len(marks)} guides, {time.perf_counter() - started:.1f} s"


async def main() -> None:
    """Fill it with a connection of our own."""
    ours = settings.current()
    await database.start(ours.database_url, models=rooms.MODELS)
    try:
        sys.stdout.write(await from_catalogue() + "\n")
    finally:
        await database.stop()


if __name__ == "__main__":
    asyncio.run(main())
