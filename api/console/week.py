"""周视图: how full each business of a hall is on each day of a week, and each slot of one business."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import page, scope
from api.console.dated import Dated
from api.console.staff_session import STAFF
from appointments import agenda, occupancy, slots
from appointments.agenda import Occupancy
from appointments.occupancy import SlotCell
from foundation import clock
from foundation.web import Routes
from identity.access import StaffMember

routes = Routes("周视图", tag="console", error_page=page.refused)

STEPS = 5  # shades of the table


class WeekWanted(Dated):
    """`type_id` 为 0 即全部业务."""

    hall: Annotated[str, Meta(max_length=20)] = ""
    day: date | None = None
    type_id: Annotated[int, Meta(ge=0)] = 0


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
        return shade(self.held, self.capacity)


def shade(held: int, capacity: int) -> int:
    """How dark a cell is; only what is full is darkest."""
    if held >= capacity:
        return STEPS if held else 0
    return min(STEPS - 1, -(-held * STEPS // capacity))


@routes.page("/console/week", access=STAFF)
async def week(request: Request, query: WeekWanted, who: StaffMember) -> HTTPResponse:
    of = await scope.type_of(who, scope.DESK, query.type_id) if query.type_id else None
    hall, theirs = await scope.chosen(who, scope.DESK, of.hall.code if of else query.hall)
    day = query.day or clock.today()
    monday = day - timedelta(days=day.weekday())
    days = [monday + timedelta(days=n) for n in range(7)]
    businesses = await slots.types(hall_code=hall.code)
    times = _times(await occupancy.week(type_id=of.id, day=day), days) if of else []
    rows = [] if of else _rows(await agenda.week(hall_code=hall.code, day=day), days)
    return page.shown(
        request, "week.html", who=who, hall=hall, halls=theirs, days=days, types=businesses, of=of, shade=shade,
        before=monday - timedelta(days=7), after=monday + timedelta(days=7), times=times, rows=rows,
    )  # fmt: skip


def _rows(found: Sequence[Occupancy], days: Sequence[date]) -> list[tuple[int, str, list[Cell | None]]]:
    """Business → a cell per day, None where nothing can be booked."""
    names = {one.type_id: one.type_name for one in found}
    cells = {(one.type_id, one.day): Cell(one.day, one.held, one.capacity) for one in found}
    return [(type_id, name, [cells.get((type_id, day)) for day in days]) for type_id, name in names.items()]


def _times(
    found: dict[tuple[str, date], list[SlotCell]], days: Sequence[date]
) -> list[tuple[str, list[list[SlotCell]]]]:
    """Time of day → the slots of each day that begin then."""
    return [(at, [found.get((at, day), []) for day in days]) for at in sorted({at for at, _ in found})]
