"""Where places are taken and given back. Only this file and `passing_on` move `slot.booked`.

Lock order everywhere: person → slots by id → waitlist entry → ticket → appointment. A place is taken by one conditional
UPDATE, given back by a compare-and-set of the appointment under the slot's lock and passed on in the same transaction;
the CHECK on the table has the last word.
"""

from datetime import datetime
from typing import Any

import asyncpg

from appointments import limits, passing_on, states
from foundation import audit, clock, database, events
from foundation.actor import Actor

# Where and when, as `booking.Booking` names it.
PLACE = """s.id as slot_id, s.day, s.starts_at, s.ends_at,
       s.starts_at - make_interval(mins => t.cancel_minutes) as cancel_until,
       t.id as type_id, t.code as type_code, t.name as type_name, d.name as department_name, h.id as hall_id,
       h.code as hall_code, h.name as hall_name, h.path as hall_path, h.address as hall_address,
       h.phone as hall_phone"""
PLACES = """(slot s join appointment_type t on t.id = s.type_id join hall h on h.id = t.hall_id
       join department d on d.id = t.department_id)"""

# The second statement of a reservation. It begins after the person's lock was granted, so its counts are true. It
# either takes the place and writes booking, audit and event, or changes nothing and returns what it saw.
TAKE = f"""
with earlier as (
  select id, body_hash from appointment where citizen_id = $1 and idempotency_key = $4
), wanted as (
  select {PLACE}, s.booked, s.capacity, s.release_at, s.close_at, s.state as slot_state, t.active, t.real_name_needed
    from {PLACES} where s.id = $2
), person as (
  select verified_at is not null as verified from citizen where id = $1 and state = 'active'
), held as (
  select count(a.id) as same
    from wanted w join appointment a on a.citizen_id = $1 and a.state in {states.LIVE}
     and a.day = w.day and a.type_id = w.type_id
), want as (
  select 0 as n, $1::bigint as citizen_id, slot_id, type_id, day, '' as booked_by, '' as organisation from wanted
), barred as materialized ({limits.BARRED}), allowed as (
  select not exists (select from earlier) and w.active and (p.verified or not w.real_name_needed)
         and h.same = 0 and not exists (select from barred) as yes
    from wanted w, person p, held h
), seat as (
  update slot set booked = booked + 1
   where id = $2 and state = 'open' and booked < capacity
     and release_at <= clock_timestamp() and clock_timestamp() < close_at and (select yes from allowed)
  returning id
), made as (
  insert into appointment (id, code, slot_id, type_id, day, citizen_id, state, idempotency_key, body_hash,
                           created_at, changed_at)
  select $3, $6, w.slot_id, w.type_id, w.day, $1, 'booked', $4, $5, clock_timestamp(), clock_timestamp()
    from wanted w join seat on seat.id = w.slot_id
  returning id, created_at
), noted as (
  insert into audit_row (at, actor, action, subject, reason, detail, request_id)
  select $13::timestamptz, $14, $15, $16, $17, $18::jsonb, $19 from made
), told as materialized (
  select procrastinate_defer_jobs_v1(
           array[row($7, $8, 0, $9, $10, $11::jsonb, $12)::procrastinate_job_to_defer_v1]) as jobs from made
)
select e.id as earlier_id, e.body_hash as earlier_hash, p.verified, w.*, h.same, b.why, b.detail,
       clock_timestamp() as now, (select created_at from made) as created_at, (select count(jobs) from told) as told
  from held h left join wanted w on true left join earlier e on true left join person p on true
  left join barred b on true
"""

PERSON_FIRST = f"select nextval('appointment_id_seq'), locked.* from ({limits.LOCK_ONE}) locked"


async def lock_and_number(citizen_id: int) -> int:
    """Hold the locks of what limits count; the id the next appointment will have."""
    row = await database.joined().fetchrow(PERSON_FIRST, citizen_id)
    assert row is not None
    return int(row["nextval"])


async def take(
    *,
    slot_id: int,
    appointment_id: int,
    code: str,
    key: str,
    body_hash: str,
    event: events.Event,
    by: Actor,
) -> asyncpg.Record:
    """One round trip: the place, the appointment, its audit row and its event; or nothing, and why (see `booking`)."""
    noted = audit.row("booking.reserved", subject=f"appointment:{appointment_id}", by=by, detail={"slot_id": slot_id})
    row = await database.joined().fetchrow(
        TAKE, by.number, slot_id, appointment_id, key, body_hash, code,
        *events.deferral(event), *noted,
    )  # fmt: skip
    assert row is not None
    return row


async def look(slot_id: int) -> dict[str, Any]:
    """The slot as it is now."""
    row = await database.fetchrow(
        "select booked, capacity, release_at, close_at, state as slot_state, clock_timestamp() as now"
        " from slot where id = $1",
        slot_id,
    )
    return dict(row) if row else {"slot_id": None}


GIVE_BACK = """
update appointment set state = $2, changed_at = clock_timestamp()
 where id = $1 and state = any($3::text[]) and ($4::timestamptz is null or clock_timestamp() < $4) returning slot_id
"""
CLOSE_OFFER = """
update waitlist_entry set state = case when $2 in ('declined', 'lapsed') then $2 else 'closed' end,
       changed_at = clock_timestamp() where appointment_id = $1 and state = 'offered'
"""


async def give_back(
    appointment_id: int, *, of: tuple[str, ...], to: str, until: datetime | None = None, ticket: str = "dropped"
) -> bool:
    """Move an appointment from one of the states `of` to the terminal state `to` and pass its place on, once.

    Its ticket, if it drew one, becomes `ticket`. False when the appointment was in another state or, by the database's
    clock, `until` has passed: nothing was freed.
    """
    tx = database.joined()
    await tx.execute("select 1 from slot where id = (select slot_id from appointment where id = $1) for update",
                     appointment_id)  # fmt: skip
    held = await tx.fetchval("select id from ticket where appointment_id = $1 for update", appointment_id)
    slot_id = await tx.fetchval(GIVE_BACK, appointment_id, to, list(of), until)
    if slot_id is None:
        return False
    if held:
        await tx.execute("update ticket set state = $2, finished_at = $3 where id = $1", held, ticket, clock.now())
    if "held" in of:
        await tx.execute(CLOSE_OFFER, appointment_id, to)
    await passing_on.pass_on(slot_id)
    return True


async def out_of_step() -> list[dict[str, Any]]:
    """Slots of the last week and the future whose counter is not live appointments plus resting places: none."""
    rows = await database.fetch(
        f"""select s.id as slot_id, s.booked, count(a.id) as live,
                  (select count(*) from cooling_place c where c.slot_id = s.id) as cooling
             from slot s left join appointment a on a.slot_id = s.id and a.state in {states.LIVE}
            where s.day >= $1::date - 7 group by s.id
           having s.booked <> count(a.id) + (select count(*) from cooling_place c where c.slot_id = s.id)
            order by s.id""",
        clock.today(),
    )
    return [dict(row) for row in rows]
