"""Ratings and rectifications as staff read them: what, where and when; of whom, only who calls back learns."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from feedback.models import Rectification, RectificationAppeal, RectificationNote
from feedback.rectification_errors import NotYourRectification, RectificationNotFound
from foundation import clock, database
from foundation.actor import Actor
from identity import access
from identity.access import Profile

UNDER = "exists (select from unnest($1::text[]) p (path) where starts_with(coalesce(h.path, ''), p.path))"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One rating. No hour, no name, no number of a booking: the counter does not learn who it was."""

    id: int
    level: int
    tags: list[str]
    texts: list[str]
    place: str
    department: str
    item_name: str
    done_on: date
    given_by: str
    withdrawn: bool
    rectification_id: int | None
    rectification_state: str


@dataclass(frozen=True, kw_only=True)
class Card:
    """One rectification on the board. `late` names what is late: call_back, mend."""

    id: int
    state: str
    level: int
    tags: list[str]
    text: str
    place: str
    department: str
    item_name: str
    done_on: date
    hall_path: str
    owner_id: int | None
    call_back_due: date
    mend_due: date
    called_back_on: date | None
    mended_on: date | None
    extended_by: int
    rounds: int
    remedy: str
    found: str
    escalated: str
    withdrawn: bool
    appeal_state: str
    created_at: datetime

    @property
    def late(self) -> str:
        if self.state == "open" and self.call_back_due < clock.today():
            return "call_back"
        return "mend" if self.state in ("open", "called_back") and self.mend_due < clock.today() else ""


@dataclass(frozen=True, kw_only=True)
class Whole:
    """One rectification with all that was noted."""

    card: Card
    appeal: RectificationAppeal | None
    notes: list[RectificationNote]


RATINGS = f"""
select r.id, r.level, r.tags, array(select w.text from rating_words w where w.rating_id = r.id order by w.id) as texts,
       r.place, r.department, r.item_name, r.done_on, r.given_by, r.withdrawn_at is not null as withdrawn,
       x.id as rectification_id, coalesce(x.state, '') as rectification_state
  from rating r left join hall h on h.id = r.hall_id left join rectification x on x.rating_id = r.id
 where {UNDER} and r.done_on between $2 and $3 and ($4 = 0 or r.level = $4) and ($5 = '' or h.code = $5)
   and ($6 = '' or r.department = $6)
 order by r.done_on desc, r.id desc limit $7"""
CARDS = """
select x.id, x.state, r.level, r.tags, coalesce((select string_agg(w.text, ' / ' order by w.id) from rating_words w
                                                  where w.rating_id = r.id), '') as text,
       r.place, r.department, r.item_name, r.done_on, coalesce(h.path, '') as hall_path, x.owner_id, x.call_back_due,
       x.mend_due, x.called_back_on, x.mended_on, x.extended_by, x.rounds, x.remedy, x.found, x.escalated,
       r.withdrawn_at is not null as withdrawn, coalesce(p.state, '') as appeal_state, x.created_at
  from rectification x join rating r on r.id = x.rating_id left join hall h on h.id = r.hall_id
  left join rectification_appeal p on p.rectification_id = x.id"""

LATE = f"""
select count(*) from rectification x join rating r on r.id = x.rating_id left join hall h on h.id = r.hall_id
 where {UNDER}
   and (x.state = 'open' and x.call_back_due < $2 or x.state in ('open', 'called_back') and x.mend_due < $2)"""


async def ratings(
    *, within: set[str], start: date, end: date, level: int = 0, hall: str = "", department: str = "", limit: int = 200
) -> list[Row]:
    """Ratings of services done from `start` to `end`, the latest first."""
    rows = await database.fetch(RATINGS, list(within), start, end, level, hall, department, limit)
    return [Row(**{**row, "tags": json.loads(row["tags"])}) for row in rows]


async def board(*, within: set[str], finished: bool = False, limit: int = 200) -> list[Card]:
    """Those going on, what is late or escalated first and then by the day that comes next; or those that are over."""
    going = "x.state in ('open', 'called_back', 'mended')"
    order = "coalesce(nullif(x.escalated, ''), 'z'), x.state, least(x.call_back_due, x.mend_due), x.id"
    where, order = (f"not {going}", "x.id desc") if finished else (going, order)
    rows = await database.fetch(f"{CARDS} where {UNDER} and {where} order by {order} limit $2", list(within), limit)
    return [_card(row) for row in rows]


async def late(*, within: set[str]) -> int:
    """How many of the halls under `within` are late."""
    return int(await database.fetchval(LATE, list(within), clock.today()))


async def one(rectification_id: int) -> Whole:
    """Raises RectificationNotFound."""
    row = await database.fetchrow(f"{CARDS} where x.id = $1", rectification_id)
    if row is None:
        raise RectificationNotFound
    return Whole(
        card=_card(row),
        appeal=await RectificationAppeal.get_or_none(rectification_id=rectification_id),
        notes=await RectificationNote.filter(rectification_id=rectification_id).order_by("id"),
    )


async def whom_to_call(*, rectification_id: int, by: Actor) -> Profile | None:
    """Whoever gave the mark, for its owner alone; the reading is audited. None where nobody is known.

    Raises RectificationNotFound, NotYourRectification.
    """
    found = await Rectification.get_or_none(id=rectification_id).prefetch_related("rating")
    if found is None:
        raise RectificationNotFound
    if found.owner_id != by.number or found.state not in ("open", "called_back", "mended"):  # type: ignore[attr-defined]
        raise NotYourRectification
    citizen_id: int | None = found.rating.citizen_id  # type: ignore[attr-defined]
    return (await access.profiles([citizen_id], seen_by=by)).get(citizen_id) if citizen_id else None


def _card(row: Any) -> Card:
    return Card(**{**row, "tags": json.loads(row["tags"])})
