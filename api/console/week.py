"""一周: how full each business of a hall is on each day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import page, scope
from api.console.dated import Dated
from api.console.staff_session import STAFF
from appointments import agenda
from appointments.agenda import Occupancy
from foundation import clock
from foundation.web import Routes
from identity.access import StaffMember

routes = Routes("周视图", tag="console", error_page=page.refused)

STEPS = 5  # shades of the table


class WeekWanted(Dated):
    hall: Annotated[str, Meta(max_length=20)] = ""
    day: date | None = None


@dataclass(frozen=True)
class Cell:
    """`shade` 0 is empty, STEPS is full."""

    day: date
    held: int
    capacity: int

    @property
    def percent(self) -> int:
        return round(100 * self.held / self.capacity) if self.capacity else 0

    @property
    def shade(self) -> int:
        return min(STEPS, -(-self.percent * STEPS // 100))


@routes.page("/console/week", access=STAFF)
async def week(request: Request, query: WeekWanted, who: StaffMember) -> HTTPResponse:
    hall, theirs = await scope.chosen(who, scope.DESK, query.hall)
    day = query.day or clock.today()
    monday = day - timedelta(days=day.weekday())
    days = [monday + timedelta(days=n) for n in range(7)]
    rows = _rows(await agenda.week(hall_code=hall.code, day=day), days)
    return page.shown(
        request, "week.html", who=who, hall=hall, halls=theirs, days=days, rows=rows,
        before=monday - timedelta(days=7), after=monday + timedelta(days=7),
    )  # fmt: skip


def _rows(found: Sequence[Occupancy], days: Sequence[date]) -> list[tuple[str, list[Cell | None]]]:
    """Business → a cell per day, None where nothing can be booked."""
    names = {one.type_id: one.type_name for one in found}
    cells = {(one.type_id, one.day): Cell(one.day, one.held, one.capacity) for one in found}
    return [(name, [cells.get((type_id, day)) for day in days]) for type_id, name in names.items()]
