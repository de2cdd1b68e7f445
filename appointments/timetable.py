"""The weekly timetable of a schedule: its periods, what is wrong with them, and the slots they make on a day."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from appointments.types import TIME_OF_DAY
from foundation import clock

WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True, kw_only=True)
class Period:
    """One stretch of a weekday (1 Monday … 7 Sunday), ``"09:00"``–``"12:00"`` in Asia/Shanghai."""

    weekday: int
    starts: str
    ends: str
    slot_minutes: int
    windows: int
    online_percent: int = 100

    @property
    def capacity(self) -> int:
        """Places for online booking in each slot: windows × online share, at least one."""
        return max(1, self.windows * self.online_percent // 100)

    @property
    def minutes(self) -> int:
        return _minute(self.ends) - _minute(self.starts)

    def slots_on(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """Start and end (UTC) of each whole slot; a rest too short for a slot is left out."""
        begin = clock_time(day, self.starts)
        length = timedelta(minutes=self.slot_minutes)
        for n in range(self.minutes // self.slot_minutes):
            yield begin + n * length, begin + (n + 1) * length


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
    if not 1 <= one.online_percent <= 100:
        yield "网上预约比例应为 1 至 100"


def _overlaps(periods: Sequence[Period]) -> Iterator[tuple[int, str]]:
    ordered = sorted(periods, key=lambda one: (one.weekday, one.starts))
    for one, following in zip(ordered, ordered[1:], strict=False):
        if one.weekday == following.weekday and following.starts < one.ends:
            yield one.weekday, f" {_span(one)} 与 {_span(following)} 重叠"


def _span(one: Period) -> str:
    return f"{one.starts}–{one.ends}"


def _minute(at: str) -> int:
    return int(at[:2]) * 60 + int(at[3:])
