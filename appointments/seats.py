"""Where places are taken and given back.

Besides this file only `in_a_row`, `passing_on`, `moving` (the office moves somebody) and `rebook_places` (instead of
what the office cancelled) move `slot.booked`.

Lock order everywhere: persons → slots by id → waitlist entry → ticket → appointment. Many places are taken by one
statement under the locks of their slots, given back by a compare-and-set of the appointment under the slots' locks and
passed on in the same transaction; the CHECK on the table has the last word.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from appointments import eligibility, in_a_row, limits, passing_on, priority, refusals, states
from appointments.events import BookingConfirmed
from appointments.places import PLACE as PLACE
from appointments.places import PLACES as PLACES
from foundation import clock, database, events, logs
from foundation.actor import Actor
from foundation.errors import Refusal

# The first statement of a reservation: the locks of what limits count, and the ids the next appointments will have. The
# second is long, and planning it takes longer than running it: it is planned once a connection, whatever PostgreSQL
# thinks. What is planned on the first morning, when all tables are small, must still hold an hour later: no table is
# read from end to end.
PLANNED_ONCE = """set_config('plan_cache_mode', 'force_generic_plan', true),
       set_config('enable_seqscan', 'off', true)"""
PERSONS_FIRST = f"""with locked as materialized ({limits.LOCK_SUBJECTS})
select c.id as citizen_id, nextval('appointment_id_seq'), {PLANNED_ONCE}, locked.count
  from unnest($1::bigint[]) as c (id), locked"""

# The same for those whose lock is free, when many go together: nobody waits for somebody else's person, and for a slot
# no longer than a moment.
FREE_PERSONS_FIRST = f"""with tried as materialized ({limits.TRY_PERSONS})
select citizen_id, nextval('appointment_id_seq'), {PLANNED_ONCE}, set_config('lock_timeout', '1s', true)
  from tried where ours"""

# The second. It begins after the persons' locks were granted, so its counts are true, and reads places and the clock
# under the slots' locks, so they are true as well, however long it waited. `n` is the order of arrival: of those who
# may have a place in a slot, the first get what is left. It writes bookings, audit rows and events of those who got
# one, changes nothing for the others, and returns what it saw of each. A slot that looks full is not locked.
TAKE = f"""
with want as materialized (
  select w.*, coalesce(w.asked_type_id, s.type_id) as type_id, s.day, '' as organisation
    from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[],
                $9::bigint[], $10::boolean[], $11::boolean[], $12::boolean[], $13::text[], $14::text[], $15::text[],
                $16::jsonb[])
           with ordinality as w(id, citizen_id, slot_id, asked_type_id, key, body_hash, code, booked_by, party_id,
                                qualifies, staff, in_a_row, actor, request_id, told_lock, told, n)
    left join slot s on s.id = w.slot_id
), {eligibility.SEEN}, hopeful as materialized (
  select s.n, s.slot_id from seen s join want w on w.n = s.n
   where {eligibility.MAY} and {eligibility.OPEN.format(slot="s", now="clock_timestamp()")}
     and s.booked < s.capacity and (s.slots_needed = 1 or w.in_a_row)
), locked as materialized (
  select id, capacity, booked, state as slot_state, release_at, close_at from slot
   where id = any(array(select slot_id from hopeful)) order by id for update
), moment as materialized (
  select clock_timestamp() as now from (select count(*) from locked) as all_of_them
), standing as (
  select h.n, h.slot_id, l.capacity - l.booked as free,
         row_number() over (partition by h.slot_id order by h.n) as place
    from hopeful h join locked l on l.id = h.slot_id, moment m where {eligibility.OPEN.format(slot="l", now="m.now")}
), kept as materialized (
  select n, slot_id from standing where place <= free
), seat as (
  update slot set booked = slot.booked + k.number
    from (select slot_id, count(*)::int as number from kept group by slot_id) as k where slot.id = k.slot_id
  returning slot.id, k.number
), made as (
  insert into appointment (id, code, slot_id, type_id, day, citizen_id, party_id, booked_by, state, idempotency_key,
                           body_hash, created_at, changed_at)
  select w.id, w.code, w.slot_id, w.type_id, w.day, w.citizen_id, w.party_id, w.booked_by, 'booked', w.key,
         w.body_hash, clock_timestamp(), clock_timestamp()
    from want w join kept k on k.n = w.n join seat on seat.id = w.slot_id order by w.n
  returning id, created_at
), noted as (
  insert into audit_row (at, actor, action, subject, reason, detail, request_id)
  select $17::timestamptz, w.actor, 'booking.reserved', 'appointment:' || w.id, '',
         jsonb_build_object('slot_id', w.slot_id), w.request_id from want w join made on made.id = w.id order by w.n
), told as materialized (
  select procrastinate_defer_jobs_v1(array_agg(
           row($18, $19, 0, w.told_lock, null, w.told, null)::procrastinate_job_to_defer_v1 order by w.n)) as jobs
    from want w join made on made.id = w.id having count(*) > 0
)
select w.id, w.code, s.citizen_id, w.booked_by, w.party_id, s.qualifies, s.staff,
       s.slot_id, s.day, s.starts_at, s.ends_at, s.cancel_until,
       s.type_id, s.type_code, s.type_name, s.department_name, s.hall_id, s.hall_code, s.hall_name, s.hall_path,
       s.hall_address, s.hall_phone, s.share, s.offered, s.real_name_needed, s.slots_needed, s.verified, s.same,
       s.why, s.detail, s.earlier_id, s.earlier_hash, coalesce(l.booked + coalesce(seat.number, 0), s.booked) as booked,
       coalesce(l.capacity, s.capacity) as capacity, coalesce(l.slot_state, s.slot_state) as slot_state,
       coalesce(l.release_at, s.release_at) as release_at, coalesce(l.close_at, s.close_at) as close_at,
       m.now, made.created_at, t.number as told
  from seen s join want w on w.n = s.n cross join moment m left join locked l on l.id = s.slot_id
  left join seat on seat.id = s.slot_id left join made on made.id = w.id
  cross join (select count(jobs) as number from told) as t order by s.n
"""


@dataclass(frozen=True, kw_only=True)
class Want:
    """A place that a citizen wants, by themselves or by whoever books for them.

    `id` is what `lock_and_number` gave, `type_id` what is booked if not the slot's own type, `party_id` the first of
    those who come together, `event` what is told when it is not BookingConfirmed. `qualifies` and `in_a_row` are found
    out by `take`.
    """

    id: int
    slot_id: int
    citizen_id: int
    key: str
    body_hash: str
    code: str
    by: Actor
    type_id: int | None = None
    party_id: int | None = None
    event: events.Event | None = None
    qualifies: bool = False
    in_a_row: bool = False
    request_id: str = field(default_factory=logs.request_id)

    @property
    def booked_by(self) -> str:
        """The other who booked, or an empty text."""
        return "" if self.by == Actor.citizen(self.citizen_id) else str(self.by)

    def told(self) -> events.Event:
        return self.event or BookingConfirmed(appointment_id=self.id, citizen_id=self.citizen_id)


async def lock_and_number(citizen_ids: Collection[int], *, booked_by: Collection[str] = ()) -> dict[int, int]:
    """Hold the locks of these persons and of who books for them; person → the id their next appointment will have."""
    rows = await database.joined().fetch(PERSONS_FIRST, sorted(set(citizen_ids)), list(booked_by), [])
    return {row["citizen_id"]: row["nextval"] for row in rows}


async def number_the_free(citizen_ids: Collection[int]) -> dict[int, int]:
    """As `lock_and_number`, for people who book for themselves, without those whose locks somebody else holds or who
    are counted together with an earlier one; all different.
    """
    rows = await database.joined().fetch(FREE_PERSONS_FIRST, list(citizen_ids))
    return {row["citizen_id"]: row["nextval"] for row in rows}


async def take(wants: Sequence[Want]) -> list[Any]:
    """Within a transaction that holds the persons: of each want, in order, what was seen, with `created_at` if it got
    its place (see `refusals.explain` if not).

    A want that takes several slots in a row raises NotEnoughInARow or SlotFull when its later ones are not to be had:
    the transaction must not go on.
    """
    seen = await take_at_once(wants)
    again = {nth: better for nth, row in enumerate(seen) if (better := await _known_better(wants[nth], row))}
    if again:
        runs = await in_a_row.locked([want for want in again.values() if want.in_a_row])
        for nth, row in zip(again, await take_at_once(list(again.values())), strict=True):
            seen[nth] = row
            if row["created_at"] is not None and again[nth].in_a_row:
                await in_a_row.take_further(again[nth].id, runs[again[nth].id])
    return seen


def needs_more(seen: Any) -> bool:
    """Whether one statement cannot decide: a priority place, or a business of several slots in a row."""
    if seen["created_at"] is not None or seen["earlier_id"] is not None or seen["slot_id"] is None:
        return False
    return bool(seen["slots_needed"] > 1 or (seen["share"] == "priority" and not seen["staff"]))


async def _known_better(want: Want, seen: Any) -> Want | None:
    """The want with what had to be found out about it, if that makes a difference."""
    if not needs_more(seen):
        return None
    qualifies = seen["share"] == "priority" and await priority.qualifies(want.citizen_id)
    in_a_row = seen["slots_needed"] > 1 and not _refused({**seen, "qualifies": qualifies})
    better = replace(want, qualifies=qualifies, in_a_row=in_a_row)
    return None if better == want else better


def _refused(seen: Mapping[str, Any]) -> bool:
    try:
        refusals.explain(seen)
    except Refusal:
        return True
    return False


async def take_at_once(wants: Sequence[Want]) -> list[Any]:
    """One round trip, each want of another person: the places, bookings, audit rows and events of those who get one."""
    assert len({want.citizen_id for want in wants}) == len(wants), "a person wants one place at a time"
    told = [events.deferral(want.told()) for want in wants]
    columns = zip(*(
        (want.id, want.citizen_id, want.slot_id, want.type_id, want.key, want.body_hash, want.code, want.booked_by,
         want.party_id, want.qualifies, want.by.kind == "staff", want.in_a_row, str(want.by), want.request_id,
         lock, args)
        for want, (_, _, lock, _, args, _) in zip(wants, told, strict=True)
    ), strict=True)  # fmt: skip
    queue, job = told[0][:2]
    return await database.joined().fetch(TAKE, *map(list, columns), clock.now(), queue, job)


# Where an appointment sits: its slot, and those it takes in a row with it.
SLOTS_OF = """select slot_id from appointment where id = $1
    union all select slot_id from further_slot where appointment_id = $1"""
# An array, not `in (select …)`: a row that somebody changed while we waited for its lock is looked at once more, and
# where PostgreSQL had made a join of that it would be lost from the answer, and its place with it.
LOCK_SLOTS_OF = f"select id from slot where id = any(array({SLOTS_OF})) order by id for update"

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
    """Move an appointment from one of the states `of` to the terminal state `to` and pass its places on, once.

    Its ticket, if it drew one, becomes `ticket`. False when the appointment was in another state or, by the database's
    clock, `until` has passed: nothing was freed.
    """
    tx = database.joined()
    slots = [row["id"] for row in await tx.fetch(LOCK_SLOTS_OF, appointment_id)]
    held = await tx.fetchval("select id from ticket where appointment_id = $1 for update", appointment_id)
    if await tx.fetchval(GIVE_BACK, appointment_id, to, list(of), until) is None:
        return False
    if held:
        await tx.execute("update ticket set state = $2, finished_at = $3 where id = $1", held, ticket, clock.now())
    if "held" in of:
        await tx.execute(CLOSE_OFFER, appointment_id, to)
    for slot_id in slots:
        await passing_on.pass_on(slot_id)
    return True


# What is live is counted once over its own index, however much there was before it.
OUT_OF_STEP = f"""
with live as (
  select id, slot_id from appointment where state in {states.LIVE} and day >= $1::date - 7
), taken as (
  select slot_id, count(*) as live from (
    select slot_id from live union all select f.slot_id from live l join further_slot f on f.appointment_id = l.id
  ) each group by slot_id
), resting as (
  select slot_id, count(*) as cooling from cooling_place group by slot_id
)
select s.id as slot_id, s.booked, coalesce(t.live, 0) as live, coalesce(r.cooling, 0) as cooling
  from slot s left join taken t on t.slot_id = s.id left join resting r on r.slot_id = s.id
 where s.day >= $1::date - 7 and s.booked <> coalesce(t.live, 0) + coalesce(r.cooling, 0)
   and ($2::bigint is null or s.type_id in (select id from appointment_type where hall_id = $2)) order by s.id
"""


async def out_of_step(*, hall_id: int | None = None) -> list[dict[str, Any]]:
    """Slots of the last week and the future whose counter is not live appointments plus resting places: none.

    With `hall_id`, those of one hall.
    """
    rows = await database.fetch(OUT_OF_STEP, clock.today(), hall_id)
    return [dict(row) for row in rows]
