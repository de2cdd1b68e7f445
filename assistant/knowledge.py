"""The knowledge base in use: the published guides of the catalogue, followed as its edition moves.

The base is laid out once, by the worker into a folder (`python -m assistant.building`) or by the process itself.
What is published afterwards is laid out over it, guide by guide, so that an edit costs one guide and not all. When much
has gathered, a new base is made behind the scenes.
"""

import asyncio
import time
from collections.abc import Coroutine
from contextlib import suppress
from functools import cache
from pathlib import Path

from assistant import base, elsewhere, ground_rules, local_reading, reading, semantic
from assistant.base import Base
from assistant.question import read
from assistant.semantic import Meaning, Understanding
from assistant.snapshot import Snapshot
from catalogue import edition
from foundation import bus, logs, settings
from foundation.errors import Unavailable

LOOK_EVERY = 1.0
"""Seconds between two looks at the catalogue's edition, for whoever did not hear of a change."""
FEW = 20
FEW_SHARE = 0.05
"""So many guides, or such a share of all, may lie over the base before a new one is made."""
MOST_OVER = 2_000
"""More are not laid over a base at all: a whole catalogue came in, and everybody waits for the new base."""

log = logs.logger(__name__)


class _Shelf:
    """What this process keeps: rebuilt from the database by any process, at any time."""

    snapshot: Snapshot | None = None
    base: Base | None = None
    layers: "local_reading.Layers" = {}
    looked_at: float = 0.0
    tasks: "set[asyncio.Task[None]]" = set()


_building = asyncio.Lock()


async def current() -> Snapshot:
    """The snapshot to answer from. Call it outside a transaction: a changed catalogue is read and indexed here.

    Whoever asks while another is rebuilding gets the snapshot before; so does everyone while the database is gone.
    """
    kept = _Shelf.snapshot
    if kept and (_building.locked() or time.monotonic() - _Shelf.looked_at < LOOK_EVERY):
        return kept
    async with _building:
        return await _refreshed()


def forget() -> None:
    """Let the next `current()` read the catalogue anew."""
    _Shelf.snapshot, _Shelf.base, _Shelf.looked_at = None, None, 0.0
    _Shelf.layers.clear()


def _heard(_: str) -> None:
    """Somebody says that the catalogue changed; who misses that finds out within LOOK_EVERY."""
    _look_again()
    _behind_the_scenes(_follow())


def _look_again() -> None:
    _Shelf.looked_at = 0.0


async def _follow() -> None:
    with suppress(Unavailable):
        await current()


async def _refreshed() -> Snapshot:
    kept = _Shelf.snapshot
    if kept and time.monotonic() - _Shelf.looked_at < LOOK_EVERY:
        return kept
    try:
        version = str(await edition.number())
        if kept is None or kept.version != version or kept.base is not _Shelf.base:
            kept = await _at(version)
    except Unavailable:
        if kept is None:
            raise
    if kept is not _Shelf.snapshot and (by := understanding()):
        _behind_the_scenes(_learn(kept, by))
    _Shelf.snapshot, _Shelf.looked_at = kept, time.monotonic()
    return kept


async def understand(snapshot: Snapshot, question: str) -> None:
    """Prepare what searching by meaning needs to know of a question, where that is switched on; others go on meanwhile.

    Call it outside a transaction.
    """
    if snapshot.meaning:
        for one in read(question, is_name=snapshot.is_name):
            await snapshot.meaning.understanding.prepare(one.said)


async def _learn(snapshot: Snapshot, by: Understanding) -> None:
    """What is new in a snapshot is learned behind the scenes; until then it is searched by words alone."""
    snapshot.meaning = Meaning(by, await by.learn(snapshot.numbered))


@cache
def understanding() -> Understanding | None:
    """What searches by meaning, where that is switched on and its package is here."""
    encoder = semantic.encoder() if settings.current().processes.assistant_semantic else None
    return Understanding(encoder, folder()) if encoder else None


async def _at(version: str) -> Snapshot:
    """The knowledge of that edition: the base, and over it whatever differs from it by now."""
    marks, synonyms, local = await reading.marks(), await reading.synonyms(), await local_reading.read()
    under = _Shelf.base or await asyncio.to_thread(base.newest, folder())
    if under is None or len(_differing(under, marks)) > MOST_OVER:
        under = await _laid_out(marks, synonyms, version)
    _Shelf.base = under
    differing = _differing(under, marks)
    changed = await reading.documents(differing & marks.keys())
    if is_much(len(differing), of=len(marks)) and not _Shelf.tasks:
        _behind_the_scenes(_renew(version))

    def put_together() -> Snapshot:
        ground_rules.lay_out()
        withdrawn = differing - marks.keys()
        city = Snapshot.over(
            under, changed=changed, withdrawn=withdrawn, synonyms=synonyms, matters=elsewhere.known(), version=version
        )
        local_reading.put_together(city, local, _Shelf.layers)
        return city

    return await asyncio.to_thread(put_together)


async def lay_out() -> Base:
    """A base of the catalogue as it is now. It takes long where there are very many guides."""
    version = str(await edition.number())
    return await _laid_out(await reading.marks(), await reading.synonyms(), version)


async def _laid_out(marks: dict[str, str], synonyms: dict[str, str], version: str) -> Base:
    documents = await reading.documents()
    made = await asyncio.to_thread(Base.of, documents, synonyms, edition=version, marks=marks)
    log.info("assistant_base_laid_out", edition=version, guides=len(documents))
    return made


async def _renew(version: str) -> None:
    """A new base in place of one with much over it; the next look lays over it what came in the meantime."""
    with suppress(Unavailable):
        _Shelf.base = await asyncio.to_thread(base.newest, folder(), since=version) or await lay_out()
    _look_again()


def is_much(changed: int, *, of: int) -> bool:
    """Whether so many guides lie over a base that a new one is worth making."""
    return changed > max(FEW, FEW_SHARE * of)


def _differing(under: Base, marks: dict[str, str]) -> set[str]:
    """Codes of the guides that were changed, added or withdrawn since the base was made."""
    return {code for code, _ in set(under.marks.items()) ^ set(marks.items())}


def folder() -> Path | None:
    """Where bases are kept on this machine, if they are."""
    return Path(kept) if (kept := settings.current().processes.assistant_index_folder) else None


def _behind_the_scenes(work: Coroutine[None, None, None]) -> None:
    task = asyncio.get_running_loop().create_task(work)
    _Shelf.tasks.add(task)
    task.add_done_callback(_Shelf.tasks.discard)


bus.on(edition.TOPIC, _heard, deaf=_look_again)
