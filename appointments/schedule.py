"""排班: a versioned weekly timetable, and the slots made from it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta

from appointments import difference, following, timetable, types
from appointments.difference import Difference, of_kind
from appointments.errors import RangeInvalid, ScheduleInvalid
from appointments.models import Schedule, SchedulePeriod
from appointments.opening import opening
from appointments.planning import plan
from appointments.planning_errors import PoolHasTheSlots
from appointments.timetable import Period
from foundation import audit, clock, database
from foundation.actor import Actor

LONGEST_DAYS = 92  # what people ask for at once …
LONGEST_JOB_DAYS = 400  # … and what a job may: a year and what lies around it
FARTHEST = timedelta(days=366)  # a year typed wrong would stay in the list of versions for ever

# Whoever changes a type's schedule or slots does so alone.
LOCK_TYPE = "select pg_advisory_xact_lock(hashtextextended('appointment_type:' || $1::bigint, 1))"


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

    Slots follow with `generate`. Raises TypeNotFound, PoolHasTheSlots, ScheduleInvalid with every fault.
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
        if of.pool_id:  # type: ignore[attr-defined]
            raise PoolHasTheSlots
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
async def generate(*, type_id: int, start: date, end: date, by: Actor, longest: int = LONGEST_DAYS) -> Generated:
    """Make the slots of a type from `start` to `end` what the plan wants. Run again it changes nothing.

    Slots that hold bookings keep their time and capacity; when the plan no longer wants them they take no new ones.
    What has begun already stays as it is. Raises TypeNotFound, RangeInvalid.
    """
    if not timedelta() <= end - start <= timedelta(days=longest):
        raise RangeInvalid
    start = max(start, clock.today())
    async with database.transaction() as tx:
        await tx.execute(LOCK_TYPE, type_id)
        of = await types.find(type_id=type_id)
        wanted = plan(of, await opening(of, start=start, end=end), start=start, end=end)
        now = clock.now()
        present = await difference.there([type_id], start=start, end=end, after=now, lock=True)
        found = list(difference.compare(type_id, wanted, present, now=now, firmly=False))
        await following.bring_about(found)
        await following.serve(found)
        done = _counted(found, len(present))
        if not done.nothing:
            detail = {**asdict(done), "start": start, "end": end}
            await audit.record("slots.generated", subject=f"appointment_type:{type_id}", by=by, detail=detail)
    return done


def _counted(found: Sequence[Difference], present: int) -> Generated:
    removed = [one.before for one in of_kind(found, "removed") if one.before]
    withdrawn = sum(row.recorded or row.booked > 0 for row in removed)
    changed = len(of_kind(found, "changed"))
    return Generated(
        added=len(of_kind(found, "added")), changed=changed, removed=len(removed) - withdrawn, withdrawn=withdrawn,
        kept=present - changed - len(removed), orphaned=tuple(row.id for row in removed if row.booked),
    )  # fmt: skip
