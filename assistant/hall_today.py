"""大厅今天几点开: by its week, the work calendar (法定节假日 调休), and what was announced for the day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from appointments import announced_days
from appointments.announced_days import AnnouncedDay
from catalogue import halls, opening_hours
from catalogue.halls import HallView
from foundation import clock
from foundation.workdays import WorkCalendar

LOOKED_AHEAD = 14
"""So many days are looked through for when a closed hall opens again."""
OFF = "今天不开放"
FESTIVAL = "今天是节假日，不开放"

Spans = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Position:
    """Where somebody or something is, in degrees."""

    longitude: float
    latitude: float


@dataclass(frozen=True, slots=True)
class Today:
    """Today's hours as people read them, and whether it is open at this moment."""

    words: str
    open_now: bool


async def of(wanted: Sequence[HallView]) -> list[Today]:
    """Today of each of these halls, in their order: one statement for the calendar and one for what was announced."""
    calendar, today = await WorkCalendar.current(), clock.today()
    announced = await announced_days.between(today, today + timedelta(days=LOOKED_AHEAD))
    return [_today(one, today, calendar, [day for day in announced if day.hall_code == one.code]) for one in wanted]


def metres(one: Position, other: Position) -> float:
    """As the crow flies."""
    return halls.metres(one.longitude, one.latitude, other.longitude, other.latitude)


def _today(hall: HallView, today: date, calendar: WorkCalendar, announced: Sequence[AnnouncedDay]) -> Today:
    now = clock.shanghai(clock.now()).strftime("%H:%M")
    spans = _spans(hall, today, calendar, announced)
    open_now = any(opens <= now < closes for opens, closes in spans)
    said = [one for one in announced if one.day == today]
    holding = [one for one in said if one.kind == "closed"] or said
    because = f"（{'、'.join(dict.fromkeys(one.reason for one in holding))}）" if holding else ""
    if spans:
        times = "、".join(f"{opens}–{closes}" for opens, closes in spans)
        over = "" if open_now or now < spans[-1][1] else "，已下班"
        return Today(f"今天 {times}{over}{because}", open_now)
    words = FESTIVAL if calendar.is_festival(today) and not holding else OFF
    return Today(f"{words}{because}{_again(hall, today, calendar, announced)}", open_now=False)


def _spans(hall: HallView, day: date, calendar: WorkCalendar, announced: Sequence[AnnouncedDay]) -> Spans:
    """A closure closes, whoever else says what; announced hours come beside the usual ones, or instead of them."""
    said = [one for one in announced if one.day == day]
    if any(one.kind == "closed" for one in said):
        return []
    usual = opening_hours.spans_of(hall.hours, day, calendar)
    if not usual and any(one.kind == "open" for one in said):
        usual = _of_a_workday(hall)
    own = [(one.starts, one.ends) for one in said if one.kind == "hours"]
    return sorted(own if any(one.instead for one in said) else [*usual, *own])


def _of_a_workday(hall: HallView) -> Spans:
    """加开的一天 is held as a working day is: as Monday, or as the first day of its week."""
    days = sorted({day for row in hall.hours for day in row["weekdays"]})
    return sorted(
        (str(row["open"]), str(row["close"])) for row in hall.hours if days[:1] == sorted(row["weekdays"])[:1]
    )


def _again(hall: HallView, today: date, calendar: WorkCalendar, announced: Sequence[AnnouncedDay]) -> str:
    for ahead in range(1, LOOKED_AHEAD + 1):
        day = today + timedelta(days=ahead)
        spans = _spans(hall, day, calendar, announced)
        if spans:
            return f"，{day.month}月{day.day}日 {spans[0][0]} 开门"
    return ""
