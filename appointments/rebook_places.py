"""改约的去处: which places somebody whose booking the office cancelled may have, and taking one of them.

They choose before everybody else: a slot need not be released yet, no limit is asked, and what is held for them is out
of reach of others. Waiters lose nothing: where somebody waits there is no free place.
"""

from datetime import date, datetime, timedelta
from typing import Any

from msgspec import Struct

from appointments import passing_on, states
from foundation import clock, crypto, database, idempotency
from foundation.questions import Asking, Question

AHEAD = timedelta(days=45)
LEAD = timedelta(hours=2)  # nobody can decide and come sooner
SUGGESTED = 3
MOST = 200


class Place(Struct, frozen=True, kw_only=True):
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


def _free(of: str) -> str:
    """The places instead of `of.appointment`; that of `of.held`, kept for them already, is not among them.

    The business itself, and those with all its items at this hall, beside it, above or below it. A business that takes
    several slots in a row is booked anew at the usual place; what is still to be drawn is the draw's.
    """
    return f"""
with old as (
  select a.citizen_id, a.type_id, t.item_codes, t.audience, t.hall_id, h.parent_id, s.starts_at, s.share,
         c.verified_at is not null as verified
    from appointment a join slot s on s.id = a.slot_id join appointment_type t on t.id = a.type_id
    join hall h on h.id = t.hall_id join citizen c on c.id = a.citizen_id where a.id = {of}.appointment
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
 where s.id is distinct from (select k.slot_id from appointment k where k.id = {of}.held and k.type_id = b.id)
   and s.day between asked.today and asked.until and s.state = 'open' and s.booked < s.capacity
   and s.share in ('public', o.share)
   and s.close_at > asked.earliest and clock_timestamp() < s.close_at
   and not (b.drawn and clock_timestamp() < s.release_at)
   and not exists (select from appointment l where l.citizen_id = o.citizen_id and l.type_id = b.id and l.day = s.day
                      and l.id <> {of}.appointment and l.id is distinct from {of}.held and l.state in {states.LIVE})"""


BY_TIME = f"order by starts_at, not same, slot_id limit {MOST}"
NEAREST = f"where nearness = 1 order by day, slot_id limit {MOST}"
OPEN = """(select n.appointment_id as appointment, k.id as held
  from closure_notice n left join appointment k on k.id = n.new_appointment_id and k.state = 'held'
 where n.code = asked.code and n.offer = 'open') as open"""
WHEN = {"today": "date", "until": "date", "earliest": "timestamptz"}
INSTEAD = {"appointment": "bigint", "held": "bigint", **WHEN}

FREE = Question(
    Place,
    f"select * from ({_free('asked')}) as found where asked.slot is null or slot_id = asked.slot {BY_TIME}",
    slot="bigint",
    **INSTEAD,
)
SUGGESTED_FOR = Question(Place, f"select * from ({_free('asked')}) as found {NEAREST}", **INSTEAD)
FREE_IN = Question(
    Place, f"select found.* from {OPEN} cross join lateral ({_free('open')}) as found {BY_TIME}", code="text", **WHEN
)
SUGGESTED_IN = Question(
    Place, f"select found.* from {OPEN} cross join lateral ({_free('open')}) as found {NEAREST}", code="text", **WHEN
)


def free(appointment_id: int, *, held: int | None = None, slot_id: int | None = None) -> Asking[list[Place]]:
    """The places that may be chosen instead of this appointment's, by time; those of one slot if it is named.

    The place of the appointment `held` is not among them. On a day on which they have another live booking of a
    business they get no second one.
    """
    return FREE.asking(slot_id, appointment_id, held, *_when(), then=list)


def suggested(appointment_id: int, *, held: int | None = None) -> Asking[list[Place]]:
    """The nearest days at about the same time of day: two of the same business and one elsewhere, where there are."""
    return SUGGESTED_FOR.asking(appointment_id, held, *_when(), then=_some)


def free_in(code: str) -> Asking[list[Place]]:
    """As `free`, instead of what the open offer `code` is about; none when it is over, or there is none."""
    return FREE_IN.asking(code, *_when(), then=list)


def suggested_in(code: str) -> Asking[list[Place]]:
    """As `suggested`, beside what the open offer `code` holds; none when it is over, or there is none."""
    return SUGGESTED_IN.asking(code, *_when(), then=_some)


def _when() -> tuple[Any, ...]:
    today = clock.today()
    return today, today + AHEAD, clock.now() + LEAD


def _some(places: list[Place]) -> list[Place]:
    own, elsewhere = [one for one in places if one.same], [one for one in places if not one.same]
    chosen = [*own[: SUGGESTED - 1], *elsewhere[:1], *own[SUGGESTED - 1 :], *elsewhere[1:]]
    return chosen[:SUGGESTED]


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
