"""改约的去处: which places somebody whose booking the office cancelled may have, and taking one of them.

They choose before everybody else: a slot need not be released yet, no limit is asked, and what is held for them is out
of reach of others. Waiters lose nothing: where somebody waits there is no free place.
"""

from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta

import asyncpg

from appointments import passing_on, states
from foundation import clock, crypto, database, idempotency

AHEAD = timedelta(days=45)
LEAD = timedelta(hours=2)  # nobody can decide and come sooner
SUGGESTED = 3
MOST = 200


@dataclass(frozen=True, kw_only=True)
class Place:
    """A free place: `same` in the very business that was booked, else in one that does the same items nearby."""

    slot_id: int
    type_id: int
    type_name: str
    hall_code: str
    hall_name: str
    hall_address: str
    day: date
    starts_at: datetime
    ends_at: datetime
    close_at: datetime
    same: bool


# The business itself, and those with all its items at this hall, beside it, above or below it. A business that takes
# several slots in a row is booked anew at the usual place; what is still to be drawn is the draw's.
FREE = f"""
with old as (
  select a.citizen_id, a.type_id, t.item_codes, t.audience, t.hall_id, h.parent_id, s.starts_at, s.share,
         c.verified_at is not null as verified
    from appointment a join slot s on s.id = a.slot_id join appointment_type t on t.id = a.type_id
    join hall h on h.id = t.hall_id join citizen c on c.id = a.citizen_id where a.id = $1
), business as (
  select t.id, t.name, coalesce(t.pool_id, t.id) as pool_id, t.id = o.type_id as same, t.release_mode = 'draw' as drawn,
         h.code as hall_code, h.name as hall_name, h.address as hall_address
    from old o join appointment_type t
      on t.id = o.type_id
         or (o.item_codes <> '[]' and t.item_codes @> o.item_codes and t.audience in ('all', o.audience))
    join hall h on h.id = t.hall_id
   where t.active and h.active and t.slots_needed = 1 and (o.verified or not t.real_name_needed)
     and (t.hall_id = o.hall_id or h.parent_id = o.parent_id or h.parent_id = o.hall_id or h.id = o.parent_id)
)
select s.id as slot_id, b.id as type_id, b.name as type_name, b.hall_code, b.hall_name, b.hall_address, s.day,
       s.starts_at, s.ends_at, s.close_at, b.same,
       row_number() over (partition by b.id, s.day order by
         abs(extract(epoch from (s.starts_at at time zone 'Asia/Shanghai')::time
                              - (o.starts_at at time zone 'Asia/Shanghai')::time)), s.id) as nearness
  from old o cross join business b join slot s on s.type_id = b.pool_id
 where s.id is distinct from (select k.slot_id from appointment k where k.id = $5 and k.type_id = b.id)
   and s.day between $2 and $3 and s.state = 'open' and s.booked < s.capacity and s.share in ('public', o.share)
   and s.close_at > $4 and clock_timestamp() < s.close_at
   and not (b.drawn and clock_timestamp() < s.release_at)
   and not exists (select from appointment l where l.citizen_id = o.citizen_id and l.type_id = b.id and l.day = s.day
                      and l.id <> $1 and l.id is distinct from $5 and l.state in {states.LIVE})
"""
COLUMNS = tuple(one.name for one in fields(Place))


async def free(appointment_id: int, *, held: int | None = None, slot_id: int | None = None) -> list[Place]:
    """The places that may be chosen instead of this appointment's, by time; those of one slot if it is named.

    The place of the appointment `held` is not among them. On a day on which they have another live booking of a
    business they get no second one.
    """
    rows = await _found("order by starts_at, not same, slot_id", appointment_id, held, slot_id)
    return [_place(row) for row in rows]


async def suggested(appointment_id: int, *, held: int | None = None) -> list[Place]:
    """The nearest days at about the same time of day: two of the same business and one elsewhere, where there are."""
    rows = await _found("and nearness = 1 order by day, slot_id", appointment_id, held)
    places = [_place(row) for row in rows]
    own, elsewhere = [one for one in places if one.same], [one for one in places if not one.same]
    chosen = [*own[: SUGGESTED - 1], *elsewhere[:1], *own[SUGGESTED - 1 :], *elsewhere[1:]]
    return chosen[:SUGGESTED]


async def _found(rest: str, appointment_id: int, held: int | None, slot_id: int | None = None) -> list[asyncpg.Record]:
    """`rest` narrows and orders; what is found first is enough."""
    today = clock.today()
    return await database.fetch(
        f"select * from ({FREE}) found where ($6::bigint is null or slot_id = $6) {rest} limit {MOST}",
        appointment_id, today, today + AHEAD, clock.now() + LEAD, held, slot_id,
    )  # fmt: skip


LOCK_SLOTS = "select 1 from slot where id = any($1) order by id for update"
TAKE = """
update slot set booked = booked + 1
 where id = $1 and state = 'open' and booked < capacity and clock_timestamp() < close_at returning day
"""


async def lock(*slot_ids: int) -> None:
    """Hold the rows of these slots, in the order of their ids, until the transaction ends."""
    await database.joined().execute(LOCK_SLOTS, list(slot_ids))


async def take(place: Place, *, citizen_id: int, key: str, state: str, instead_of: int) -> int | None:
    """Within a transaction that holds the person and the slot: the appointment made there, or None when it is full.

    Who booked the one it stands `instead_of` has booked it as well.
    The only place where rebooking takes a place. Raises UniqueViolationError for a second live booking of the day.
    """
    tx = database.joined()
    day = await tx.fetchval(TAKE, place.slot_id)
    if day is None:
        return None
    return int(
        await tx.fetchval(
            """insert into appointment (code, slot_id, type_id, day, citizen_id, state, idempotency_key, body_hash,
                                        booked_by, created_at, changed_at)
               select $1, $2, $3, $4, $5, $6, $7, $8, old.booked_by, clock_timestamp(), clock_timestamp()
                 from appointment old where old.id = $9 returning id""",
            crypto.random_code(passing_on.CODE_LENGTH),
            place.slot_id,
            place.type_id,
            day,
            citizen_id,
            state,
            key,
            idempotency.body_hash({"slot_id": place.slot_id}),
            instead_of,
        )  # fmt: skip
    )


def _place(row: asyncpg.Record) -> Place:
    return Place(**{name: row[name] for name in COLUMNS})
