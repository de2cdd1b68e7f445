"""Using the search engine: what to answer a message from, and keeping the engine in step with the catalogue.

Where the engine does not answer, the own index does, if that is kept at hand (ASSISTANT_SEARCH_FALLBACK); if not,
people are told so.
"""

import asyncio
import time
from collections.abc import Collection, Mapping

from assistant import (
    analysis,
    knowledge,
    local_reading,
    reading,
    search_engine_documents,
    search_engine_finding,
    terms,
)
from assistant.local_reading import Written
from assistant.search_engine import SearchEngine
from assistant.search_engine_documents import name_of, rarity_row
from assistant.search_engine_errors import SearchUnavailable
from assistant.search_engine_finding import Finder
from assistant.segmenting import Segmenter
from assistant.snapshot import Snapshot
from assistant.weighing import Measures
from assistant.wording import Wording
from catalogue import edition
from catalogue.models import ServiceItem
from foundation import logs, settings
from foundation.errors import Unavailable

LOOK_EVERY = 30.0
"""Seconds between two looks at which version of the index answers."""
log = logs.logger(__name__)


class _Shelf:
    engine: SearchEngine | None = None
    finder: Finder | None = None
    looked_at: float = 0.0
    edition: str = ""
    synonyms: dict[str, str] = {}
    local: Written | None = None


def is_on() -> bool:
    """Whether the settings name a search engine."""
    return bool(settings.current().processes.assistant_search_url)


async def for_message(said: str, codes: Collection[str] = ()) -> Snapshot:
    """What to answer `said` from, with the guides of `codes` among it: what was spoken of and offered.

    Call it outside a transaction. Raises SearchUnavailable where nothing answers.
    """
    engine = _engine()
    if engine is None:
        return await knowledge.current()
    try:
        return await _found(engine, said, codes)
    except Unavailable as lost:
        log.warning("search_engine_lost", error=type(lost).__name__)
        if not settings.current().processes.assistant_search_fallback:
            raise SearchUnavailable(retry_after=5) from lost
        return await knowledge.current()


async def follow(item_id: int) -> None:
    """Bring one item's guide to the engine as it is now, or take it out; one edit is one document."""
    engine = _engine()
    item = await ServiceItem.get_or_none(id=item_id)
    if engine is None or item is None:
        return
    documents = await reading.documents({item.item_code})
    if not documents:
        await engine.drop(item.item_code)
        return
    index, told = await engine.about()
    about = search_engine_finding.read_about(index, told)
    wording = Wording(await reading.synonyms())
    weights = search_engine_documents.weights_of(documents[0], about.measures, wording, Segmenter())
    mark = (await reading.marks({item.item_code}))[item.item_code]
    await engine.put(item.item_code, search_engine_documents.written(documents[0], mark, weights))
    await write_new_terms(engine, weights, about.measures)


async def write_new_terms(engine: SearchEngine, weights: Mapping[str, float], measures: Measures) -> None:
    """What an edit says that no guide said before counts as the rarest, until all is counted anew."""
    names = {name_of(term): term for term in sorted(weights)}
    known = await engine.known(list(names))
    new = [(name, terms.CHANNEL_WEIGHTS[term[0]] * measures.rarest, weights[term]) for name, term in names.items()]
    rows = [(name, rarity_row(idf, highest)) for name, idf, highest in new if name not in known]
    await engine.write(engine.terms(engine.alias), rows)


async def forget() -> None:
    """Let go of the engine; the next message finds it anew."""
    if _Shelf.engine:
        await _Shelf.engine.aclose()
    _Shelf.engine, _Shelf.finder, _Shelf.edition, _Shelf.looked_at = None, None, "", 0.0


def _engine() -> SearchEngine | None:
    if not is_on():
        return None
    _Shelf.engine = _Shelf.engine or search_engine_finding.engine()
    return _Shelf.engine


async def _found(engine: SearchEngine, said: str, codes: Collection[str]) -> Snapshot:
    version = str(await edition.number())
    if _Shelf.local is None or _Shelf.edition != version:
        synonyms, _Shelf.local = await reading.synonyms(), await local_reading.read()
        if synonyms != _Shelf.synonyms:
            _Shelf.synonyms, _Shelf.finder = synonyms, None
        _Shelf.edition = version
    if _Shelf.finder is None or time.monotonic() - _Shelf.looked_at > LOOK_EVERY:
        index, _ = await engine.about()
        if _Shelf.finder is None or _Shelf.finder.index != index:
            _Shelf.finder = await Finder.open(engine, _Shelf.synonyms)
        _Shelf.looked_at = time.monotonic()
    snapshot = await _Shelf.finder.snapshot(analysis.canon(said), codes, _Shelf.synonyms)
    await asyncio.to_thread(local_reading.put_together, snapshot, _Shelf.local, {})
    return snapshot
