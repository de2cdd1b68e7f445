"""例外日: a day of a hall, or of one type, that is not as the week is: closed, opened, other hours, other windows.

`add` and `remove` let the slots follow at once and leave everybody who holds a place where they are; staff come by
`appointments.proposal`, which shows first what would come of it.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from tortoise.exceptions import IntegrityError

from appointments import schedule, types
from appointments.errors import ExceptionExists, ExceptionNotFound, RangeInvalid, ReasonNeeded
from appointments.models import AppointmentType, ScheduleException, Slot
from appointments.planning_errors import SpecialDayInvalid
from appointments.release import horizon
from appointments.types import TIME_OF_DAY
from catalogue.models import Hall
from foundation import audit, clock, database
from foundation.actor import Actor
from foundation.workdays import WorkCalendar

Kind = Literal["closed", "open", "hours", "capacity"]
KINDS = {"closed": "停止办理", "open": "加开办理", "hours": "延时服务", "capacity": "增减窗口"}
MOST_WINDOWS = 200


@dataclass(frozen=True, kw_only=True)
class Special:
    """What a day says. `type_id` None is the whole hall.

    hours: from `starts` to `ends`, with `windows` or as many as usual, beside the day's periods or `instead` of them.
    capacity: `windows` more (or fewer) than usual, from `starts` to `ends` or all day.
    """

    hall_code: str
    day: date
    kind: Kind
    reason: str
    type_id: int | None = None
    starts: str = ""
    ends: str = ""
    windows: int | None = None
    instead: bool = False


async def add(*, hall_code: str, day: date, kind: Kind, reason: str, by: Actor) -> ScheduleException:
    """Close the hall on a day, or open it on a day off. Slots that are held take no new bookings; nobody is cancelled.

    Raises HallNotFound, ReasonNeeded, RangeInvalid for a past day, ExceptionExists.
    """
    async with database.transaction():
        made = await register(Special(hall_code=hall_code, day=day, kind=kind, reason=reason), by=by)
        await follow(made.hall_id, day, by)  # type: ignore[attr-defined]
    return made


async def register(one: Special, *, by: Actor) -> ScheduleException:
    """Within a transaction: the day is written down; its slots do not follow yet.

    Raises HallNotFound, TypeNotFound, ReasonNeeded, RangeInvalid for a past day, SpecialDayInvalid, ExceptionExists.
    """
    if not one.reason.strip():
        raise ReasonNeeded
    if one.day < clock.today():
        raise RangeInvalid
    hall = await types.find_hall(code=one.hall_code)
    if faults := [*_faults(one), *await _faults_of_type(one, hall)]:
        raise SpecialDayInvalid(detail=faults)
    try:
        made = await ScheduleException.create(
            hall=hall, type_id=one.type_id, day=one.day, kind=one.kind, starts=one.starts, ends=one.ends,
            windows=one.windows, instead=one.instead, reason=one.reason.strip(), created_by=str(by),
        )  # fmt: skip
    except IntegrityError as there_is_one:
        raise ExceptionExists from there_is_one
    await _note("added", made, one.hall_code, by)
    return made


async def remove(*, hall_code: str, day: date, by: Actor) -> None:
    """The whole hall is neither closed nor opened on a day any more; the plan of the week holds again.

    Raises HallNotFound, ExceptionNotFound.
    """
    async with database.transaction():
        hall = await types.find_hall(code=hall_code)
        found = await ScheduleException.get_or_none(hall=hall, type_id=None, day=day, kind__in=("closed", "open"))
        if found is None:
            raise ExceptionNotFound
        await take_back(found.id, by=by)
        await follow(hall.id, day, by)


async def take_back(exception_id: int, *, by: Actor) -> ScheduleException:
    """Within a transaction: the day says it no more; its slots do not follow yet. Raises ExceptionNotFound."""
    found = await find(exception_id)
    await found.delete()
    await _note("removed", found, found.hall.code, by)
    return found


async def find(exception_id: int) -> ScheduleException:
    """With its hall and type. Raises ExceptionNotFound."""
    found = await ScheduleException.get_or_none(id=exception_id).select_related("hall", "type")
    if found is None:
        raise ExceptionNotFound
    return found


async def coming(*, hall_code: str) -> list[ScheduleException]:
    """The exceptional days of a hall and its types from today on, with their types."""
    hall = await types.find_hall(code=hall_code)
    upcoming = ScheduleException.filter(hall=hall, day__gte=clock.today())
    return await upcoming.order_by("day", "starts", "id").select_related("type")


def _faults(one: Special) -> list[str]:
    faults = []
    if one.kind not in KINDS:
        faults.append("例外日类型有误")
    for at in filter(None, (one.starts, one.ends)):
        if not TIME_OF_DAY.fullmatch(at):
            faults.append(f"时间 {at} 应写作 09:00 的样子")
    if bool(one.starts) != bool(one.ends):
        faults.append("开始时间和结束时间应一起填写")
    elif one.starts and one.ends <= one.starts:
        faults.append("结束时间应晚于开始时间")
    faults += _faults_of_kind(one)
    return faults


def _faults_of_kind(one: Special) -> list[str]:
    if one.kind == "hours":
        faults = [] if one.starts else ["延时服务应填写开始时间和结束时间"]
        return faults if one.windows is None or 1 <= one.windows <= MOST_WINDOWS else [*faults, "窗口数应为 1 至 200"]
    if one.kind == "capacity":
        fine = one.windows and -MOST_WINDOWS <= one.windows <= MOST_WINDOWS
        return [] if fine else ["增减的窗口数应为 -200 至 200，不能为 0"]
    return ["全天停止或加开不需要填写时间和窗口数"] if one.starts or one.ends or one.windows is not None else []


async def _faults_of_type(one: Special, hall: Hall) -> list[str]:
    if one.type_id is None:
        return []
    of = await types.find(type_id=one.type_id)
    if of.hall_id != hall.id:  # type: ignore[attr-defined]
        return ["所选业务不在这个大厅办理"]
    return ["所选业务使用综合窗口的号源，请选择综合窗口"] if of.pool_id else []  # type: ignore[attr-defined]


async def _note(what: str, one: ScheduleException, hall_code: str, by: Actor) -> None:
    await audit.record(
        f"schedule_exception.{what}", subject=f"hall:{hall_code}", by=by, reason=one.reason,
        detail={
            "day": one.day, "kind": one.kind, "type_id": one.type_id,  # type: ignore[attr-defined]
            "starts": one.starts, "ends": one.ends, "windows": one.windows,
        },
    )  # fmt: skip


async def follow(hall_id: int, day: date, by: Actor) -> None:
    """Slots of that day exist, or soon will: make them anew. Types in one order, so that two runs do not cross."""
    calendar = await WorkCalendar.current()
    for of in await AppointmentType.filter(hall_id=hall_id, active=True, pool_id=None).order_by("id"):
        if day <= horizon(of, clock.today(), calendar) or await Slot.exists(type_id=of.id, day=day):
            await schedule.generate(type_id=of.id, start=day, end=day, by=by)
