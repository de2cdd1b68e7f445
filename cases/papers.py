"""Uploads that survive a bad network: announced under the sender's key, sent in pieces in any order, then closed.

The same key is the same upload, and content that is there already is not sent again. What a file is, is told by its
content; until it has been looked through for viruses nobody gets it. Content is written to the store before the row
says that it is there: a crash leaves an object without a row, which is swept, and never a row without its object.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from msgspec import Struct

from cases import paper_content, paper_limits, paper_owners, scanning
from cases.filing_errors import (
    PaperChanged,
    PaperInfected,
    PaperKindRefused,
    PaperNotFound,
    PaperNotReady,
    PaperPartFault,
)
from cases.filing_models import Paper
from cases.paper_kinds import ATTACHABLE, KINDS, kind_of
from cases.paper_owners import Owner
from channels.clamd import Scanner, ScannerGone
from foundation import audit, clock, crypto, database
from foundation.actor import Actor
from foundation.idempotency import KeyReused
from foundation.words import Verbatim, one_of

LABELS = {
    "receiving": "接收中",
    "scanning": "安全检查中",
    "ready": "已上传",
    "infected": "未通过安全检查",
    "gone": "已删除",
}
CODE_LENGTH = 16


class PaperView(Struct, frozen=True, kw_only=True):
    """A file as its owner and staff see it. `missing` are the numbers of pieces still to come."""

    code: str
    material: Verbatim
    name: Verbatim
    size: int
    media_type: str
    picture: bool
    state: Annotated[str, one_of(LABELS)]
    state_label: str
    missing: list[int]
    late: bool
    at: datetime


class PaperRead(Struct, frozen=True, kw_only=True):
    """What a page reads of a paper; `READ` names the columns of ``paper p``."""

    code: str
    material: str
    name_sealed: str
    size: int
    media_type: str
    state: str
    parts: list[int]
    late: bool
    created_at: datetime


READ = "p.code, p.material, p.name_sealed, p.size, p.media_type, p.state, p.parts, p.late, p.created_at"


@dataclass(frozen=True, kw_only=True)
class Announced:
    """What is about to be sent: `sha256` is the hex digest of the whole content."""

    key: str
    material: str
    name: str
    size: int
    sha256: str


@database.retry_on_deadlock
async def announce(*, owner: Owner, paper: Announced, by: Actor) -> PaperView:
    """The upload under this key, new or known, or the one that holds the same content for the same material.

    Raises the refusals of `paper_owners.lock`, PaperTooLarge, TooManyPapers, KeyReused, TooManyRequests.
    """
    paper_limits.must_fit(paper.size)
    await paper_limits.count_upload(str(by))
    async with database.transaction():
        place = await paper_owners.lock(owner, material=paper.material, by=by)
        known = await Paper.get_or_none(uploaded_by=str(by), key=paper.key)
        if known is not None:
            if not _same(known, paper) or known.material != paper.material:
                raise KeyReused
            return view(known)
        held = await Paper.filter(**place.parent, material=paper.material, state__in=paper_limits.LIVE)
        again = next((one for one in held if _same(one, paper)), None)
        if again is not None:
            return view(again)
        await paper_limits.must_have_room(place.parent, material=paper.material, size=paper.size)
        return view(await _create(place, paper, by))


async def _create(place: paper_owners.Place, paper: Announced, by: Actor) -> Paper:
    made = Paper(
        **place.parent,
        code=crypto.random_code(CODE_LENGTH),
        key=paper.key,
        material=paper.material,
        name_sealed=crypto.seal(paper.name[:120]),
        size=paper.size,
        content_fingerprint=_fingerprints(paper.sha256)[0],
        object_key=paper_content.new_key(),
        late=place.late,
        uploaded_by=str(by),
    )
    await made.save()
    await audit.record("paper.announced", subject=f"paper:{made.id}", by=by)
    return made


def _same(known: Paper, paper: Announced) -> bool:
    return known.size == paper.size and known.content_fingerprint in _fingerprints(paper.sha256)


def _fingerprints(sha256: str) -> list[str]:
    """Keyed: that two people handed in the same file is nobody's to see."""
    return crypto.fingerprints(sha256.lower(), purpose="paper")


async def send_part(*, code: str, number: int, data: bytes, by: Actor) -> PaperView:
    """One piece, counted from 1; again it changes nothing. Raises PaperNotFound, PaperPartFault, ObjectStoreGone."""
    row = await _mine(code, by)
    paper_limits.must_be_part(row.size, number, data)
    if row.state != "receiving":
        return view(row)
    await paper_content.keep(paper_content.part_key(row.object_key, number), data)
    async with database.transaction():
        row = await Paper.select_for_update().get(id=row.id)
        if row.state == "receiving" and number not in row.parts:
            row.parts = sorted([*row.parts, number])
            await row.save(update_fields=["parts"])
    return view(row)


async def finish(*, code: str, by: Actor, scanner: Scanner | None = None) -> PaperView:
    """All pieces are there: put them together, see what it is, look through it; again it says what became of it.

    Raises PaperNotFound, PaperPartFault naming the missing pieces, PaperChanged, PaperKindRefused, PaperInfected,
    ObjectMissing, ObjectStoreGone.
    """
    row = await _mine(code, by)
    if row.state == "receiving":
        if missing := _missing(row):
            raise PaperPartFault(detail={"missing": missing})
        data = await _together(row, by)
        row = await _settle(row, data, by)
        if row.state == "scanning":
            row.state = await _scanned(row, data, scanner)
    if row.state == "infected":
        raise PaperInfected
    return view(row)


async def _together(row: Paper, by: Actor) -> bytes:
    numbers = range(1, paper_limits.parts_of(row.size) + 1)
    data = b"".join([await paper_content.opened(paper_content.part_key(row.object_key, one)) for one in numbers])
    if row.content_fingerprint not in _fingerprints(hashlib.sha256(data).hexdigest()):
        await drop(row, by=by)
        raise PaperChanged
    kind = kind_of(data)
    if kind is None or (row.folder_id is not None and kind not in ATTACHABLE):  # type: ignore[attr-defined]
        await drop(row, by=by)
        raise PaperKindRefused
    return data


async def _settle(row: Paper, data: bytes, by: Actor) -> Paper:
    kind = kind_of(data)
    assert kind is not None
    await paper_content.keep(row.object_key, data)
    async with database.transaction():
        fresh = await Paper.select_for_update().get(id=row.id)
        if fresh.state == "receiving":
            fresh.state, fresh.media_type, fresh.sealed_with = "scanning", kind.media_type, crypto.key_id()
            await fresh.save(update_fields=["state", "media_type", "sealed_with"])
            await audit.record("paper.received", subject=f"paper:{row.id}", by=by, detail={"type": kind.media_type})
    for number in fresh.parts:
        await paper_content.remove(paper_content.part_key(row.object_key, number))
    return fresh


async def _scanned(row: Paper, data: bytes, scanner: Scanner | None) -> str:
    try:
        return await scanning.look_through(row, data, scanner=scanner)
    except ScannerGone:
        return "scanning"  # a job asks again


async def withdraw(*, code: str, by: Actor) -> None:
    """Before it was sent in. Again it changes nothing. Raises PaperNotFound and the refusals of `paper_owners.lock`."""
    row = await _mine(code, by)
    async with database.transaction():
        await paper_owners.lock(paper_owners.of_paper(row), material=row.material, by=by)
        await _gone(row, by)
    await paper_content.remove(row.object_key)


async def drop(row: Paper, *, by: Actor) -> None:
    """What could not be taken: gone at once; pieces that stay behind are swept."""
    async with database.transaction():
        await _gone(row, by)


async def _gone(row: Paper, by: Actor) -> None:
    done = await Paper.filter(id=row.id, state__in=paper_limits.LIVE).update(state="gone", gone_at=clock.now())
    if done:
        await audit.record("paper.withdrawn", subject=f"paper:{row.id}", by=by)


async def content(row: Paper) -> bytes:
    """Of a paper that the caller may read. Raises PaperNotReady, PaperNotFound, ObjectMissing, ObjectStoreGone."""
    if row.state in ("receiving", "scanning"):
        raise PaperNotReady
    if row.state != "ready":
        raise PaperNotFound
    return await paper_content.opened(row.object_key)


async def read(*, code: str, by: Actor) -> tuple[PaperView, bytes]:
    """One's own paper, or the result of one's own case, or of whom one acts for; that it was opened is kept.

    Raises PaperNotFound for everybody else, and as `content`.
    """
    row = await _mine(code, by)
    data = await content(row)
    async with database.transaction():
        await audit.record("paper.opened", subject=f"paper:{row.id}", by=by)
    return view(row), data


async def _mine(code: str, by: Actor) -> Paper:
    row = await Paper.get_or_none(code=code).prefetch_related("filing", "supplement__case", "folder", "result_of")
    if row is None or not await paper_owners.is_of(row, by):
        raise PaperNotFound
    return row


def _missing(row: Paper | PaperRead) -> list[int]:
    return sorted(set(range(1, paper_limits.parts_of(row.size) + 1)) - set(row.parts))


def view(row: Paper | PaperRead) -> PaperView:
    kind = KINDS.get(row.media_type)
    return PaperView(
        code=row.code,
        material=row.material,
        name=crypto.open_sealed(row.name_sealed),
        size=row.size,
        media_type=row.media_type,
        picture=bool(kind and kind.shown),
        state=row.state,
        state_label=LABELS[row.state],
        missing=_missing(row) if row.state == "receiving" else [],
        late=row.late,
        at=row.created_at,
    )
