"""The rows of the timetable form: each says its weekdays once; a `Period` has one weekday."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Annotated, Any

from msgspec import Meta

from api.console.dated import Dated
from appointments.errors import ScheduleInvalid
from appointments.timetable import Period

MOST_ROWS = 20
Number = Annotated[int, Meta(ge=0, le=1000)]
Rows = Meta(max_length=MOST_ROWS)


Column = Annotated[list[Number], Rows]


@dataclass(frozen=True)
class Row:
    """One row of the form: a period but for its weekday."""

    weekdays: frozenset[int]
    starts: str
    ends: str
    slot_minutes: int = 30
    windows: int = 2
    online_percent: int = 100
    priority_percent: int = 0
    staff_percent: int = 0
    buffer_minutes: int = 0
    week_of_month: int = 0


COLUMNS = tuple(one.name for one in fields(Row))[1:]
USUAL = (
    Row(frozenset(range(1, 6)), "09:00", "12:00"),
    Row(frozenset(range(1, 6)), "13:30", "17:00"),
)


class Timetable(Dated):
    """`row` numbers the rows; `weekdays` holds ``row:weekday``, the other lists one entry per row."""

    type_id: Annotated[int, Meta(ge=1)]
    effective_from: date
    row: Column
    starts: Annotated[list[Annotated[str, Meta(max_length=5)]], Rows]
    ends: Annotated[list[Annotated[str, Meta(max_length=5)]], Rows]
    slot_minutes: Column
    windows: Column
    online_percent: Column
    priority_percent: Column
    staff_percent: Column
    buffer_minutes: Column
    week_of_month: Column
    weekdays: Annotated[list[Annotated[str, Meta(pattern=r"^[0-9]{1,4}:[1-7]$")]], Meta(max_length=7 * MOST_ROWS)] = []

    def periods(self) -> list[Period]:
        """Raises ScheduleInvalid for a row without a weekday and for rows that do not match."""
        columns = [getattr(self, name) for name in COLUMNS]
        if len({len(self.row), *map(len, columns)}) > 1 or len(set(self.row)) < len(self.row):
            raise ScheduleInvalid(detail=["时段填写不完整，请刷新页面后重新填写"])
        ticked = [tuple(map(int, one.split(":"))) for one in self.weekdays]
        periods: list[Period] = []
        faults: list[str] = []
        for place, (row, values) in enumerate(zip(self.row, zip(*columns, strict=True), strict=True), 1):
            days = sorted({day for at, day in ticked if at == row})
            if not days:
                faults.append(f"第 {place} 个时段没有勾选星期")
            periods += [Period(weekday=day, **dict(zip(COLUMNS, values, strict=True))) for day in days]
        if faults:
            raise ScheduleInvalid(detail=faults)
        return periods


def rows_of(periods: Sequence[Period]) -> list[Row]:
    """Periods that differ by their weekday only are one row."""
    days: dict[tuple[Any, ...], set[int]] = {}
    for one in sorted(periods, key=lambda one: (one.starts, one.weekday)):
        days.setdefault(tuple(getattr(one, name) for name in COLUMNS), set()).add(one.weekday)
    return [Row(frozenset(those), *key) for key, those in days.items()]
