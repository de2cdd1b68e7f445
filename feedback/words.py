"""Moderation of what people wrote with their marks: nobody else reads a word before staff have let it pass."""

from dataclasses import dataclass
from datetime import datetime

from feedback import known_names, traces
from feedback.errors import NothingWritten, PersonalTraces, WordsDecided, WordsNotFound
from feedback.models import RatingWords
from foundation import audit, clock, database
from foundation.actor import Actor


@dataclass(frozen=True, kw_only=True)
class ToRead:
    """Words that wait for somebody to decide; of whom they are nobody is told."""

    id: int
    which: str
    text: str
    level: int
    place: str
    department: str
    written_at: datetime


WAITING = """
select w.id, w.which, w.text, r.level, r.place, r.department, w.written_at
  from rating_words w join rating r on r.id = w.rating_id left join hall h on h.id = r.hall_id
 where w.state = 'waiting' and r.withdrawn_at is null
   and exists (select from unnest($1::text[]) p (path) where starts_with(coalesce(h.path, ''), p.path))
 order by w.id limit $2"""


async def waiting(*, within: set[str], limit: int = 50) -> list[ToRead]:
    """Those of the halls under `within`, the oldest first."""
    return [ToRead(**dict(row)) for row in await database.fetch(WAITING, list(within), limit)]


async def hall_path_of(words_id: int) -> str:
    """Whose to decide. Raises WordsNotFound."""
    found = await database.fetchrow(
        """select coalesce(h.path, '') as path from rating_words w join rating r on r.id = w.rating_id
             left join hall h on h.id = r.hall_id where w.id = $1""",
        words_id,
    )
    if found is None:
        raise WordsNotFound
    return str(found["path"])


async def show(*, words_id: int, shown: str, by: Actor) -> None:
    """公开: as written here, which may leave out what tells of a person but adds nothing to the mark.

    Raises WordsNotFound, NothingWritten, PersonalTraces with what has to go, WordsDecided.
    """
    shown = shown.strip()
    if not shown:
        raise NothingWritten
    words = await RatingWords.get_or_none(id=words_id).prefetch_related("rating")
    if words is None:
        raise WordsNotFound
    names = await known_names.around(words.rating.citizen_id)  # type: ignore[attr-defined]
    if left := traces.left_in(shown, names=names):
        raise PersonalTraces(detail=left)
    await _decide(words_id, "shown", shown, by)


async def hide(*, words_id: int, by: Actor) -> None:
    """不公开: the mark counts all the same. Raises WordsNotFound, WordsDecided."""
    await hall_path_of(words_id)
    await _decide(words_id, "hidden", "", by)


async def _decide(words_id: int, state: str, shown: str, by: Actor) -> None:
    async with database.transaction():
        changed = await RatingWords.filter(id=words_id, state="waiting").update(
            state=state, shown=shown[:500], decided_by_id=by.number, decided_at=clock.now()
        )
        if not changed:
            raise WordsDecided
        await audit.record(f"rating_words.{state}", subject=f"rating_words:{words_id}", by=by)
