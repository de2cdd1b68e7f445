"""The weekly timetable of a schedule: its periods, what is wrong with them, and the slots they make on a day."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from appointments import shares
from appointments.shares import Share
from appointments.types import TIME_OF_DAY
from foundation import clock

WEEKDAYS = "一二三四五六日"
EVERY_WEEK, LAST_WEEK = 0, 5
WEEKS = {0: "每周", 1: "每月第一个", 2: "每月第二个", 3: "每月第三个", 4: "每月第四个", 5: "每月最后一个"}


@dataclass(frozen=True, kw_only=True)
class Period:
    """One stretch of a weekday (1 Monday … 7 Sunday), ``"09:00"``–``"12:00"`` in Asia/Shanghai.

    `week_of_month` makes it the nth such weekday of a month only, 5 the last; `buffer_minutes` lie between its slots.
    """

    weekday: int
    starts: str
    ends: str
    slot_minutes: int
    windows: int
    online_percent: int = 100
    priority_percent: int = 0
    staff_percent: int = 0
    buffer_minutes: int = 0
    week_of_month: int = EVERY_WEEK

    def places(self, *, more: int = 0) -> dict[Share, int]:
        """Share → places of each slot, with `more` windows than usual (or fewer)."""
        return shares.places(
            max(0, self.windows + more),
            public=self.online_percent,
            priority=self.priority_percent,
            staff=self.staff_percent,
        )

    @property
    def minutes(self) -> int:
        return minute_of(self.ends) - minute_of(self.starts)

    def falls_on(self, day: date) -> bool:
        """Whether the period is held on `day`, festivals and exceptions apart."""
        return self.weekday == day.isoweekday() and self.week_of_month in (EVERY_WEEK, *_weeks_of(day))

    def intervals(self) -> Iterator[tuple[timedelta, timedelta]]:
        """Start and end of each whole slot, from midnight; a rest too short for a slot is left out."""
        step = self.slot_minutes + self.buffer_minutes
        for n in range((self.minutes + self.buffer_minutes) // step):
            starts = minute_of(self.starts) + n * step
            yield timedelta(minutes=starts), timedelta(minutes=starts + self.slot_minutes)


def _weeks_of(day: date) -> set[int]:
    """Which of its weekdays in its month a day is: {4, 5} for the fourth that is also the last."""
    week = (day.day + 6) // 7
    return {week, LAST_WEEK} if (day + timedelta(days=7)).month != day.month else {week}


def clock_time(day: date, at: str) -> datetime:
    """``"09:00"`` of `day` in Asia/Shanghai."""
    return datetime.combine(day, time.fromisoformat(at), clock.SHANGHAI)


def faults(periods: Sequence[Period]) -> list[str]:
    """Everything wrong with the periods, in Chinese, a line each; weekdays with the same fault share one."""
    if not periods:
        return ["排班至少要有一个时段"]
    return _told((one.weekday, f" {_span(one)}：{fault}") for one in periods for fault in _faults_of(one)) or _told(
        _overlaps(periods)
    )


def weekdays_text(days: Iterable[int]) -> str:
    """{1, 2, 3, 4, 5} → 周一至周五."""
    numbers = sorted(set(days))
    if len(numbers) == 7:
        return "每天"
    if len(numbers) > 2 and numbers[-1] - numbers[0] == len(numbers) - 1:
        return f"周{WEEKDAYS[numbers[0] - 1]}至周{WEEKDAYS[numbers[-1] - 1]}"
    return "周" + "、".join(WEEKDAYS[day - 1] for day in numbers)


def _told(found: Iterable[tuple[int, str]]) -> list[str]:
    days: dict[str, list[int]] = {}
    for weekday, fault in found:
        days.setdefault(fault, []).append(weekday)
    return [
        (weekdays_text(those) if all(1 <= one <= 7 for one in those) else f"星期 {those[0]}") + fault
        for fault, those in days.items()
    ]


def _faults_of(one: Period) -> Iterator[str]:
    if not 1 <= one.weekday <= 7:
        yield "星期应为 1（周一）至 7（周日）"
    if not TIME_OF_DAY.fullmatch(one.starts) or not TIME_OF_DAY.fullmatch(one.ends):
        yield "时间应写作 09:00 的样子"
        return
    if one.ends <= one.starts:
        yield "结束时间应晚于开始时间"
    if not 5 <= one.slot_minutes <= 480:
        yield "每个号段应为 5 至 480 分钟"
    elif one.ends > one.starts and one.minutes < one.slot_minutes:
        yield "时段不足一个号段的长度"
    if not 1 <= one.windows <= 200:
        yield "窗口数应为 1 至 200"
    if not 0 <= one.buffer_minutes <= 240:
        yield "号段之间的间隔应为 0 至 240 分钟"
    if one.week_of_month not in WEEKS:
        yield "每月第几周应为 0（每周）至 5（最后一周）"
    yield from _faults_of_shares(one)


def _faults_of_shares(one: Period) -> Iterator[str]:
    percents = (one.online_percent, one.priority_percent, one.staff_percent)
    if any(not 0 <= percent <= 100 for percent in percents):
        yield "各项比例应为 0 至 100"
    elif not 1 <= sum(percents) <= 100:
        yield "网上、优先、代约三项比例合计应为 1 至 100，余下的留给现场"


def _overlaps(periods: Sequence[Period]) -> Iterator[tuple[int, str]]:
    ordered = sorted(periods, key=lambda one: (one.weekday, one.starts))
    for place, one in enumerate(ordered):
        for other in ordered[place + 1 :]:
            if one.weekday == other.weekday and other.starts < one.ends and _meet(one, other):
                yield one.weekday, f" {_span(one)} 与 {_span(other)} 重叠"


def _meet(one: Period, other: Period) -> bool:
    """Whether there is a day that both are held on; the fourth may be the last."""
    weeks = {one.week_of_month, other.week_of_month}
    return len(weeks) == 1 or EVERY_WEEK in weeks or weeks == {4, LAST_WEEK}


def _span(one: Period) -> str:
    week = "" if one.week_of_month == EVERY_WEEK else f"（{WEEKS.get(one.week_of_month, one.week_of_month)}）"
    return f"{one.starts}–{one.ends}{week}"


def minute_of(at: str) -> int:
    """``"09:30"`` → 570."""
    return int(at[:2]) * 60 + int(at[3:])
