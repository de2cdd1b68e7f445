"""开放时间: when a hall is open, as people read it and as a clock asks it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from foundation import clock
from foundation.workdays import WorkCalendar

DAYS = "一二三四五六日"
Hours = Sequence[Mapping[str, Any]]
"""Rows of ``{"weekdays": [1, 2], "open": "09:00", "close": "12:00"}``; a lunch break is two rows."""


def told(hours: Hours) -> str:
    """``周一至周五 09:00–12:00、13:30–17:00；周六 09:00–12:00``."""
    spans: dict[int, list[str]] = {}
    for row in sorted(hours, key=lambda row: str(row["open"])):
        for day in row["weekdays"]:
            spans.setdefault(day, []).append(f"{row['open']}–{row['close']}")
    groups: list[tuple[list[int], str]] = []
    for day in sorted(spans):
        span = "、".join(spans[day])
        if groups and groups[-1][1] == span and groups[-1][0][-1] == day - 1:
            groups[-1][0].append(day)
        else:
            groups.append(([day], span))
    return "；".join(f"{_days(days)} {span}" for days, span in groups)


def is_open(hours: Hours, at: datetime, calendar: WorkCalendar) -> bool:
    """Whether a hall with these hours is open at `at`. A holiday closes it, a 调休 weekend is a Monday."""
    local = clock.shanghai(at)
    now = local.strftime("%H:%M")
    return any(opens <= now < closes for opens, closes in spans_of(hours, local.date(), calendar))


def spans_of(hours: Hours, day: date, calendar: WorkCalendar) -> list[tuple[str, str]]:
    """From when to when a hall with these hours is open on a day; empty when it is closed."""
    weekday = day.isoweekday()
    if calendar.is_workday(day) and weekday > 5:
        weekday = 1
    elif not calendar.is_workday(day) and (weekday <= 5 or calendar.is_festival(day)):
        return []
    return sorted((str(row["open"]), str(row["close"])) for row in hours if weekday in row["weekdays"])


def _days(days: list[int]) -> str:
    names = [f"周{DAYS[day - 1]}" for day in days]
    return names[0] if len(days) == 1 else f"{names[0]}{'至' if len(days) > 2 else '、'}{names[-1]}"
