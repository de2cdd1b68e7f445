"""停办之前: what a closure would mean, counted and listed before anybody decides; nothing is kept."""

from dataclasses import dataclass
from datetime import datetime

from appointments import agenda, closure_span
from appointments.closure_span import AFFECTED, Span
from appointments.states import LIVE, NAMES
from foundation import crypto, database

LISTED = 100


@dataclass(frozen=True, kw_only=True)
class Preview:
    """Bookings to cancel and people in the hall; who waits, and places nobody could book any more."""

    halls: int
    slots: int
    free: int
    bookings: int
    in_hall: int
    waiting: int


@dataclass(frozen=True, kw_only=True)
class Affected:
    """One booking that would be cancelled. `name` is masked."""

    code: str
    name: str
    state_name: str
    type_name: str
    hall_name: str
    starts_at: datetime


async def counts(span: Span) -> Preview:
    """Raises HallNotFound, TypeNotFound, ClosureInvalid for a member of a pool."""
    hall = await closure_span.place(span)
    type_ids = await closure_span.types_within(span, hall)
    ids = await closure_span.slots_within(type_ids, starts_at=span.starts_at, ends_at=span.ends_at)
    row = await database.fetchrow(
        f"""select (select count(distinct hall_id) from appointment_type where id = any($2)) as halls,
                   (select count(*) from slot where id = any($1) and state = 'open') as slots,
                   (select coalesce(sum(capacity - booked), 0)::int from slot
                     where id = any($1) and state = 'open') as free,
                   count(*) filter (where a.state = any($3)) as bookings,
                   count(*) filter (where a.state <> all($3)) as in_hall,
                   (select count(*) from waitlist_entry where slot_id = any($1) and state = 'waiting') as waiting
              from appointment a where a.state in {LIVE} and {AFFECTED}""",
        ids, type_ids, list(span.cancelled_states),
    )  # fmt: skip
    assert row is not None
    return Preview(**row)


async def people(span: Span) -> list[Affected]:
    """Whose bookings would be cancelled, the first hundred by time. Raises as `counts`."""
    hall = await closure_span.place(span)
    type_ids = await closure_span.types_within(span, hall)
    ids = await closure_span.slots_within(type_ids, starts_at=span.starts_at, ends_at=span.ends_at)
    rows = await database.fetch(
        f"""select a.code, a.state, c.real_name_sealed, t.name as type_name, h.name as hall_name, s.starts_at
              from appointment a join slot s on s.id = a.slot_id join appointment_type t on t.id = a.type_id
              join hall h on h.id = t.hall_id join citizen c on c.id = a.citizen_id
             where {AFFECTED} and a.state = any($2) order by s.starts_at, a.id limit {LISTED}""",
        ids,
        list(span.cancelled_states),
    )
    return [
        Affected(
            code=row["code"],
            name=agenda.masked(crypto.open_sealed(row["real_name_sealed"])) if row["real_name_sealed"] else "未实名",
            state_name=NAMES[row["state"]],
            type_name=row["type_name"],
            hall_name=row["hall_name"],
            starts_at=row["starts_at"],
        )
        for row in rows
    ]
