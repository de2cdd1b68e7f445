"""排班: a versioned weekly timetable, and the slots made from it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

import asyncpg

from appointments import closure_span, passing_on, timetable, types
from appointments.errors import RangeInvalid, ScheduleInvalid
from appointments.models import AppointmentType, Schedule, SchedulePeriod
from appointments.opening import Opening, opening
from appointments.release import release_at
from appointments.timetable import Period
from foundation import audit, clock, database
from foundation.actor import Actor

LONGEST_DAYS = 92
FARTHEST = timedelta(days=366)  # a year typed wrong would stay in the list of versions for ever

# Whoever changes a type's schedule or slots does so alone.
LOCK_TYPE = "select pg_advisory_xact_lock(hashtextextended('appointment_type:' || $1::bigint, 1))"


@dataclass(frozen=True)
class Wanted:
    """A slot as the plan wants it."""

    day: date
    starts_at: datetime
    ends_at: datetime
    capacity: int
    release_at: datetime


@dataclass(frozen=True, kw_only=True)
class Generated:
    """What a run did. `withdrawn` slots left the plan but are in somebody's record; `orphaned` of them are held."""

    added: int = 0
    kept: int = 0
    changed: int = 0
    removed: int = 0
    withdrawn: int = 0
    orphaned: tuple[int, ...] = ()

    @property
    def nothing(self) -> bool:
        return not (self.added or self.changed or self.removed or self.withdrawn)


@database.retry_on_deadlock
async def create(*, type_id: int, periods: Sequence[Period], effective_from: date, by: Actor) -> Schedule:
    """A new version that holds from `effective_from` on; the earlier ones end the day before.

    Slots follow with `generate`. Raises TypeNotFound, ScheduleInvalid with every fault.
    """
    faults = timetable.faults(periods)
    if effective_from < clock.today():
        faults.append("生效日期不能早于今天")
    if effective_from > clock.today() + FARTHEST:
        faults.append("生效日期不能晚于一年以后")
    if faults:
        raise ScheduleInvalid(detail=faults)
    async with database.transaction() as tx:
        await tx.execute(LOCK_TYPE, type_id)
        of = await types.find(type_id=type_id)
        await tx.execute(
            """update schedule set effective_until = $2::date - 1
                where type_id = $1 and (effective_until is null or effective_until >= $2)""",
            type_id,
            effective_from,
        )
        version = 1 + await Schedule.filter(type_id=type_id).count()
        made = await Schedule.create(type=of, version=version, effective_from=effective_from, created_by=str(by))
        await SchedulePeriod.bulk_create([SchedulePeriod(schedule=made, **asdict(one)) for one in periods])
        detail = {"type_id": type_id, "version": version, "effective_from": effective_from}
        await audit.record("schedule.created", subject=f"schedule:{made.id}", by=by, detail=detail)
    return made


@database.retry_on_deadlock
async def generate(*, type_id: int, start: date, end: date, by: Actor) -> Generated:
    """Make the slots of a type from `start` to `end` what the plan wants. Run again it changes nothing.

    Slots that hold bookings keep their time and capacity; when the plan no longer wants them they take no new ones.
    What has begun already stays as it is. Raises TypeNotFound, RangeInvalid.
    """
    if not timedelta() <= end - start <= timedelta(days=LONGEST_DAYS):
        raise RangeInvalid
    start = max(start, clock.today())
    async with database.transaction() as tx:
        await tx.execute(LOCK_TYPE, type_id)
        of = await types.find(type_id=type_id)
        wanted = plan(of, await opening(of, start=start, end=end), start=start, end=end)
        now = clock.now()
        there = await _locked(type_id, start=start, end=end, after=now)
        upcoming = {at: one for at, one in wanted.items() if at > now}
        done = await _bring_about(of, upcoming, there)
        await closure_span.keep_stopped([type_id], start=start, end=end)
        if not done.nothing:
            detail = {**asdict(done), "start": start, "end": end}
            await audit.record("slots.generated", subject=f"appointment_type:{type_id}", by=by, detail=detail)
    return done


async def _locked(type_id: int, *, start: date, end: date, after: datetime) -> list[asyncpg.Record]:
    """The slots that are there. Nobody books into one while it is moved or removed; read after the locks are held."""
    span = (type_id, start, end, after)
    within = "where s.type_id = $1 and s.day between $2 and $3 and s.starts_at > $4 order by s.id"
    await database.execute(f"select 1 from slot s {within} for update", *span)
    return await database.fetch(
        f"select s.*, exists (select from appointment a where a.slot_id = s.id) as recorded from slot s {within}", *span
    )


def plan(of: AppointmentType, days: Opening, *, start: date, end: date) -> dict[datetime, Wanted]:
    """Start → the slot that should be there."""
    wanted = {}
    for day in (start + timedelta(days=n) for n in range((end - start).days + 1)):
        release = release_at(of, day, days.calendar)
        for period in days.periods_on(day):
            for starts_at, ends_at in period.slots_on(day):
                wanted[starts_at] = Wanted(day, starts_at, ends_at, period.capacity, release)
    return wanted


async def _bring_about(
    of: AppointmentType, wanted: Mapping[datetime, Wanted], there: Sequence[asyncpg.Record]
) -> Generated:
    present = {row["starts_at"]: row for row in there}
    changing = [
        (row["id"], wanted[at])
        for at, row in present.items()
        if at in wanted and (not row["booked"] or row["state"] == "withdrawn") and _differs(row, wanted[at])
    ]
    unwanted = [row for at, row in present.items() if at not in wanted]
    withdrawing = [row for row in unwanted if (row["recorded"] or row["booked"]) and row["state"] != "withdrawn"]
    removing = [row["id"] for row in unwanted if not row["recorded"] and not row["booked"]]
    adding = [one for at, one in wanted.items() if at not in present]
    await _add(of, adding)
    for slot_id, one in changing:
        await _change(slot_id, one)
        await passing_on.serve(slot_id)
    await database.execute("update slot set state = 'withdrawn' where id = any($1)", [row["id"] for row in withdrawing])
    await database.execute("delete from slot where id = any($1)", removing)
    return Generated(
        added=len(adding), changed=len(changing), removed=len(removing), withdrawn=len(withdrawing),
        kept=len(present) - len(changing) - len(removing) - len(withdrawing),
        orphaned=tuple(row["id"] for row in unwanted if row["booked"]),
    )  # fmt: skip


def _differs(row: asyncpg.Record, one: Wanted) -> bool:
    if row["state"] == "withdrawn":
        return True
    return (row["ends_at"], row["capacity"], row["release_at"]) != (one.ends_at, one.capacity, one.release_at)


async def _add(of: AppointmentType, slots: Sequence[Wanted]) -> None:
    await database.execute(
        """insert into slot (type_id, day, starts_at, close_at, ends_at, capacity, release_at)
           select $1, day, starts_at, starts_at, ends_at, capacity, release_at
             from unnest($2::date[], $3::timestamptz[], $4::timestamptz[], $5::int[], $6::timestamptz[])
               as wanted (day, starts_at, ends_at, capacity, release_at)
           on conflict (type_id, starts_at, share) do nothing""",
        of.id,
        [one.day for one in slots],
        [one.starts_at for one in slots],
        [one.ends_at for one in slots],
        [one.capacity for one in slots],
        [one.release_at for one in slots],
    )


async def _change(slot_id: int, one: Wanted) -> None:
    """Follow the plan; a slot that comes back into the plan with bookings in it only opens again."""
    await database.execute(
        """update slot set state = case state when 'withdrawn' then 'open' else state end,
                  ends_at = case booked when 0 then $2 else ends_at end,
                  capacity = case booked when 0 then $3 else capacity end,
                  release_at = case booked when 0 then $4 else release_at end
            where id = $1""",
        slot_id,
        one.ends_at,
        one.capacity,
        one.release_at,
    )
