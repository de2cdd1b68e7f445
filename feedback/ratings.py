"""好差评: one rating per finished visit (一次一评) or closed case (一事一评); the lowest two levels are followed up.

The levels, the 追评 and the rule that a bad mark needs a reason follow 国办发〔2019〕51号. Who says nothing has
rated nothing: no mark is ever put in for them.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from tortoise.exceptions import IntegrityError

from feedback import levels, rectification, subjects
from feedback.errors import (
    NothingToRate,
    NothingWritten,
    RatedAlready,
    SaidAgainAlready,
    TooLateToRate,
    WithdrawnAlready,
)
from feedback.events import RatingWithdrawn, ServiceRated
from feedback.levels import Mark
from feedback.models import Rating, RatingWords
from feedback.subjects import Awaited, Rateable, SubjectKind
from foundation import audit, clock, database, settings
from foundation.actor import Actor
from foundation.events import tell
from foundation.questions import Asking
from identity.idnumber import Identity


async def rate(
    *,
    kind: SubjectKind,
    number: str,
    level: int,
    tags: Sequence[str] = (),
    text: str = "",
    given_by: str = "online",
    by: Actor,
) -> Rating:
    """Rate the visit with booking code `number`, the case with that case_no, or the walk-in of today.

    Raises NothingToRate (also for other people's), NotFinishedYet, TooLateToRate, RatedAlready, ReasonNeeded,
    LevelUnknown, TagUnknown.
    """
    mark = levels.mark_of(level, tags, text)
    subject = await _still_open(kind, number, by)
    return await _keep(subject, mark, citizen_id=by.number, given_by=given_by, by=by)


async def open_to(*, kind: SubjectKind, number: str, by: Actor) -> Rateable:
    """What `by` is about to rate, before they write a word. Raises NothingToRate, NotFinishedYet, TooLateToRate,
    RatedAlready.
    """
    return await _still_open(kind, number, by)


async def rate_here(
    *,
    hall_code: str,
    level: int,
    tags: Sequence[str] = (),
    text: str = "",
    identity: Identity | None = None,
    code: str = "",
    by: Actor,
) -> Rating:
    """At a kiosk: rate what was finished last today in its hall, by ID document or booking code.

    Raises NothingToRate, RatedAlready, ReasonNeeded, LevelUnknown, TagUnknown.
    """
    mark = levels.mark_of(level, tags, text)
    prints = identity.fingerprints if identity else ()
    found = await subjects.finished_here(hall_code=hall_code, prints=prints, code=code)
    if not found:
        raise NothingToRate
    return await _keep(found[0], mark, citizen_id=found[0].citizen_id, given_by="kiosk", by=by)


async def again(*, kind: SubjectKind, number: str, text: str, by: Actor) -> Rating:
    """追评: once more in words, once; the mark stays as it was given.

    Raises NothingToRate where the citizen has rated nothing, NothingWritten, SaidAgainAlready, WithdrawnAlready.
    """
    if not text.strip():
        raise NothingWritten
    rating = await _own(kind, number, by)
    try:
        async with database.transaction():
            await _write(rating, "again", text.strip()[: levels.LONGEST])
            await audit.record("rating.added_to", subject=f"rating:{rating.id}", by=by)
    except IntegrityError:
        raise SaidAgainAlready from None
    return rating


async def withdraw(*, kind: SubjectKind, number: str, reason: str, by: Actor) -> None:
    """Only whoever gave a mark takes it back, saying why. It stays on record; averages say how many were withdrawn.

    A rectification that it opened goes on. Raises NothingToRate, NothingWritten, WithdrawnAlready.
    """
    if not reason.strip():
        raise NothingWritten
    rating = await _own(kind, number, by)
    async with database.transaction():
        taken = await Rating.filter(id=rating.id, withdrawn_at=None).update(
            withdrawn_at=clock.now(), withdrawn_why=reason.strip()[:200]
        )
        if not taken:
            raise WithdrawnAlready
        await RatingWords.filter(rating=rating).update(state="hidden", shown="", decided_at=clock.now())
        await audit.record("rating.withdrawn", subject=f"rating:{rating.id}", by=by)
        await tell(RatingWithdrawn(rating_id=rating.id))


def waiting_for(citizen_id: int, *, limit: int = 10) -> Asking[list[Awaited]]:
    """Finished visits and closed cases of the citizen that may still be rated, the latest first."""
    return subjects.waiting_for(citizen_id, since=_since(), limit=limit)


async def waiting_here(*, hall_code: str, window: str, by: Actor) -> list[Rateable]:
    """What the code on a window or in a hall leads to: visits finished there today, this window's first."""
    return await subjects.finished_here(hall_code=hall_code, window=window, citizen_id=by.number)


async def _still_open(kind: SubjectKind, number: str, by: Actor) -> Rateable:
    """Raises NothingToRate, NotFinishedYet, TooLateToRate, RatedAlready."""
    subject = await subjects.finished(kind, number, by.number)
    if subject.done_at is not None and subject.done_at < _since():
        raise TooLateToRate
    if subject.rated:
        raise RatedAlready
    return subject


async def _keep(subject: Rateable, mark: Mark, *, citizen_id: int | None, given_by: str, by: Actor) -> Rating:
    """The database lets one in: whoever comes second finds it rated. Raises RatedAlready."""
    try:
        async with database.transaction():
            rating = await _insert(subject, mark, citizen_id, given_by)
            if mark.text:
                await _write(rating, "first", mark.text)
            if mark.bad:
                await rectification.open_for(rating)
            await audit.record("rating.given", subject=f"rating:{rating.id}", by=by, detail={"level": mark.level})
            await tell(ServiceRated(rating_id=rating.id, citizen_id=citizen_id, level=mark.level, bad=mark.bad))
    except IntegrityError:
        raise RatedAlready from None
    return rating


async def _insert(subject: Rateable, mark: Mark, citizen_id: int | None, given_by: str) -> Rating:
    return await Rating.create(
        subject_kind=subject.kind,
        subject_id=subject.id,
        citizen_id=citizen_id,
        level=mark.level,
        tags=list(mark.tags),
        place=subject.place,
        hall_id=subject.hall_id,
        department=subject.department,
        item_code=subject.item_code,
        item_name=subject.item_name,
        done_on=subject.done_on,
        given_by=given_by,
        created_at=clock.now(),
    )


async def _write(rating: Rating, which: str, text: str) -> None:
    await RatingWords.create(rating=rating, which=which, text=text, written_at=clock.now())


async def _own(kind: SubjectKind, number: str, by: Actor) -> Rating:
    """The rating the citizen gave. Raises NothingToRate, WithdrawnAlready."""
    subject = await subjects.rated(kind, number, by.number)
    rating = await Rating.get_or_none(subject_kind=kind, subject_id=subject, citizen_id=by.number) if subject else None
    if rating is None:
        raise NothingToRate
    if rating.withdrawn_at is not None:
        raise WithdrawnAlready
    return rating


def _since() -> datetime:
    return clock.now() - timedelta(days=settings.current().feedback.rate_within_days)
