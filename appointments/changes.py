"""What can be changed in a plan, as a value that can be shown, kept and applied later; and how each is written down.

`make` writes the change within a transaction and says how far it reaches. The slots do not follow yet: see
`appointments.proposal`, which tries a change and takes it back, or makes it and lets the slots follow.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec

from appointments import capacity, difference, schedule, special_days, type_rules, types
from appointments.errors import SlotNotFound
from appointments.models import AppointmentType, Slot
from appointments.planning_errors import PlacesInvalid
from appointments.release import horizon
from appointments.special_days import Special
from appointments.timetable import Period
from appointments.type_rules import Rules
from catalogue.models import Hall
from foundation import clock, workdays
from foundation.actor import Actor
from foundation.workdays import WorkCalendar


class Change(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The base of the changes."""


class NewTimetable(Change, frozen=True, tag="timetable"):
    """新的排班."""

    type_id: int
    effective_from: date
    periods: list[Period]


class NewSpecialDay(Change, frozen=True, tag="special_day"):
    """登记例外日."""

    special: Special


class SpecialDayOff(Change, frozen=True, tag="special_day_off"):
    """撤销例外日."""

    exception_id: int


class Workday(Change, frozen=True, tag="workday"):
    """调整工作日历: the whole city; None lets the published calendar hold again."""

    day: date
    is_workday: bool | None
    reason: str


class Places(Change, frozen=True, tag="places"):
    """调整一个号段的号数."""

    slot_id: int
    to: int


class NewRules(Change, frozen=True, tag="rules"):
    """修改业务规则."""

    type_id: int
    rules: Rules


Known = NewTimetable | NewSpecialDay | SpecialDayOff | Workday | Places | NewRules


@dataclass(frozen=True)
class Reach:
    """Which types on which days a change may touch; what it is called, and done to.

    `slot` is the one slot it touches and how many places that shall have: to be read again once it is locked.
    """

    title: str
    subject: str
    types: Sequence[AppointmentType]
    start: date
    end: date
    slot: tuple[int, int] | None = None


def written(change: Known) -> dict[str, Any]:
    """As JSON."""
    return msgspec.to_builtins(change)  # type: ignore[no-any-return]


def read(kept: object) -> Known:
    return msgspec.convert(kept, Known)  # type: ignore[no-any-return]


async def make(change: Known, *, by: Actor) -> Reach:
    """Within a transaction: write it down. Raises what the verb of the change raises."""
    match change:
        case NewTimetable():
            return await _timetable(change, by)
        case NewSpecialDay():
            await special_days.register(change.special, by=by)
            return await _special_day(change.special)
        case SpecialDayOff():
            return await _taken_back(change, by)
        case Workday():
            return await _workday(change, by)
        case Places():
            return await _places(change)
        case NewRules():
            of = await type_rules.change(type_id=change.type_id, rules=change.rules, by=by)
            title = f"{of.name}：修改业务规则"
            return Reach(title, f"appointment_type:{of.id}", [of], clock.today(), await _last_day(of))


async def hall_of(change: Known) -> Hall | None:
    """The hall whose staff may decide; None is the whole city. Raises HallNotFound, TypeNotFound, SlotNotFound …"""
    match change:
        case NewTimetable() | NewRules():
            return (await types.find(type_id=change.type_id)).hall
        case NewSpecialDay():
            return await types.find_hall(code=change.special.hall_code)
        case SpecialDayOff():
            return (await special_days.find(change.exception_id)).hall
        case Places():
            return (await capacity.find(change.slot_id)).type.hall
        case Workday():
            return None


async def _timetable(change: NewTimetable, by: Actor) -> Reach:
    since = change.effective_from
    await schedule.create(type_id=change.type_id, periods=change.periods, effective_from=since, by=by)
    of = await types.find(type_id=change.type_id)
    title = f"{of.name}：新的排班，自 {since} 起"
    return Reach(title, f"appointment_type:{of.id}", [of], since, max(since, await _last_day(of)))


async def _special_day(one: Special) -> Reach:
    whose = (await types.find(type_id=one.type_id)).name if one.type_id else "全大厅"
    span = f" {one.starts}–{one.ends}" if one.starts else ""
    more = f" {one.windows:+d} 个窗口" if one.kind == "capacity" else ""
    title = f"{whose}：{one.day}{span} {special_days.KINDS[one.kind]}{more}"
    hall = await types.find_hall(code=one.hall_code)
    return Reach(title, f"hall:{hall.code}", await _with_slots(one.day, hall.id, one.type_id), one.day, one.day)


async def _taken_back(change: SpecialDayOff, by: Actor) -> Reach:
    one = await special_days.take_back(change.exception_id, by=by)
    title = f"{one.type.name if one.type else '全大厅'}：撤销 {one.day} 的{special_days.KINDS[one.kind]}"
    type_id: int | None = one.type_id  # type: ignore[attr-defined]
    return Reach(title, f"hall:{one.hall.code}", await _with_slots(one.day, one.hall.id, type_id), one.day, one.day)


async def _workday(change: Workday, by: Actor) -> Reach:
    await workdays.declare(day=change.day, is_workday=change.is_workday, reason=change.reason, by=by)
    says = {True: "调整为工作日", False: "调整为休息日", None: "恢复按公布的日历"}[change.is_workday]
    title = f"工作日历：{change.day} {says}"
    return Reach(title, workdays.CALENDAR, await _with_slots(change.day), change.day, change.day)


async def _places(change: Places) -> Reach:
    row = await difference.one_slot(change.slot_id)
    if row is None:
        raise SlotNotFound
    if not 0 <= change.to <= capacity.MOST or change.to == row.capacity:
        raise PlacesInvalid(detail={"capacity": row.capacity})
    of = await types.find(type_id=row.type_id)
    title = f"{of.name}：{clock.shanghai(row.starts_at):%m-%d %H:%M} 的号数由 {row.capacity} 改为 {change.to}"
    return Reach(title, f"appointment_type:{of.id}", [of], row.day, row.day, (row.id, change.to))


async def _last_day(of: AppointmentType) -> date:
    """Up to here the type's slots are there, or should be."""
    last = await Slot.filter(type_id=of.id).order_by("-day").first()
    ahead = horizon(of, clock.today(), await WorkCalendar.current())
    return max(ahead, last.day) if last else ahead


async def _with_slots(day: date, hall_id: int | None = None, type_id: int | None = None) -> list[AppointmentType]:
    """The types of the city, of a hall, or the one type, whose slots of that day are there or should be."""
    concerned = AppointmentType.filter(active=True, pool_id=None).order_by("id")
    if hall_id is not None:
        concerned = concerned.filter(hall_id=hall_id)
    if type_id is not None:
        concerned = concerned.filter(id=type_id)
    there = set(await Slot.filter(day=day).distinct().values_list("type_id", flat=True))
    calendar, today = await WorkCalendar.current(), clock.today()
    return [one for one in await concerned if one.id in there or day <= horizon(one, today, calendar)]
