"""The rows of the timetable form: each says its weekdays once; a `Period` has one weekday."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from msgspec import Meta

from api.console.dated import Dated
from appointments.errors import ScheduleInvalid
from appointments.timetable import Period

MOST_ROWS = 20
Number = Annotated[int, Meta(ge=0, le=1000)]
Rows = Meta(max_length=MOST_ROWS)


@dataclass(frozen=True)
class Row:
    """One row of the form."""

    weekdays: frozenset[int]
    starts: str
    ends: str
    slot_minutes: int
    windows: int
    online_percent: int


USUAL = (
    Row(frozenset(range(1, 6)), "09:00", "12:00", 30, 2, 100),
    Row(frozenset(range(1, 6)), "13:30", "17:00", 30, 2, 100),
)


class Timetable(Dated):
    """`row` numbers the rows; `weekdays` holds ``row:weekday``, the other lists one entry per row."""

    type_id: Annotated[int, Meta(ge=1)]
    effective_from: date
    row: Annotated[list[Number], Rows]
    starts: Annotated[list[Annotated[str, Meta(max_length=5)]], Rows]
    ends: Annotated[list[Annotated[str, Meta(max_length=5)]], Rows]
    slot_minutes: Annotated[list[Number], Rows]
    windows: Annotated[list[Number], Rows]
    online_percent: Annotated[list[Number], Rows]
    weekdays: Annotated[list[Annotated[str, Meta(pattern=r"^[0-9]{1,4}:[1-7]$")]], Meta(max_length=7 * MOST_ROWS)] = []

    def periods(self) -> list[Period]:
        """Raises ScheduleInvalid for a row without a weekday and for rows that do not match."""
        columns = (self.row, self.starts, self.ends, self.slot_minutes, self.windows, self.online_percent)
        if len({len(one) for one in columns}) > 1 or len(set(self.row)) < len(self.row):
            raise ScheduleInvalid(detail=["时段填写不完整，请刷新页面后重新填写"])
        ticked = [tuple(map(int, one.split(":"))) for one in self.weekdays]
        periods: list[Period] = []
        faults: list[str] = []
        for place, (row, starts, ends, minutes, windows, percent) in enumerate(zip(*columns, strict=True), 1):
            days = sorted({day for at, day in ticked if at == row})
            if not days:
                faults.append(f"第 {place} 个时段没有勾选星期")
            periods += [
                Period(
                    weekday=day, starts=starts, ends=ends, slot_minutes=minutes, windows=windows, online_percent=percent
                )
                for day in days
            ]
        if faults:
            raise ScheduleInvalid(detail=faults)
        return periods


def rows_of(periods: Sequence[Period]) -> list[Row]:
    """Periods that differ by their weekday only are one row."""
    days: dict[tuple[str, str, int, int, int], set[int]] = {}
    for one in sorted(periods, key=lambda one: (one.starts, one.weekday)):
        key = (one.starts, one.ends, one.slot_minutes, one.windows, one.online_percent)
        days.setdefault(key, set()).add(one.weekday)
    return [Row(frozenset(those), *key) for key, those in days.items()]
