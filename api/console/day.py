"""当日预约: the sheet of a hall's day and the queue, coming anew every few seconds."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated, Any

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import page, scope
from api.console.dated import Dated
from api.console.staff_session import STAFF
from appointments import agenda, board, slots
from appointments.agenda import SheetSlot
from appointments.queueing import PRIORITY_NAMES
from foundation import clock
from foundation.web import Routes
from identity.access import StaffMember

routes = Routes("当日预约", tag="console", error_page=page.refused)


class DayWanted(Dated):
    """`only`：只看有预约的号段."""

    hall: Annotated[str, Meta(max_length=20)] = ""
    day: date | None = None
    window: Annotated[str, Meta(max_length=20)] = ""
    only: bool = False


@routes.page("/console/day", access=STAFF)
async def day(request: Request, query: DayWanted, who: StaffMember) -> HTTPResponse:
    hall, theirs = await scope.chosen(who, scope.DESK, query.hall)
    wanted = query.day or clock.today()
    sheet = await agenda.day_sheet(hall_code=hall.code, day=wanted)
    return page.shown(
        request, "day.html", who=who, hall=hall, halls=theirs, day=wanted, only=query.only,
        before=wanted - timedelta(days=1), after=wanted + timedelta(days=1),
        departments=await slots.departments(hall_code=hall.code), priorities=PRIORITY_NAMES,
        **_sheet(sheet, only=query.only), **await queue_of(hall.code, query.window),
    )  # fmt: skip


@routes.page("/console/day/sheet", access=STAFF)
async def sheet(request: Request, query: DayWanted, who: StaffMember) -> HTTPResponse:
    """The sheet alone, for the page that is open."""
    hall = await scope.hall_of(who, scope.DESK, query.hall)
    wanted = query.day or clock.today()
    found = await agenda.day_sheet(hall_code=hall.code, day=wanted)
    return page.shown(request, "_sheet.html", hall=hall, day=wanted, **_sheet(found, only=query.only))


@routes.page("/console/day/queue", access=STAFF)
async def queue(request: Request, query: DayWanted, who: StaffMember) -> HTTPResponse:
    """The queue alone; `window` is where they sit."""
    hall = await scope.hall_of(who, scope.DESK, query.hall)
    return page.shown(request, "_queue.html", hall=hall, **await queue_of(hall.code, query.window))


def _sheet(found: Sequence[SheetSlot], *, only: bool) -> dict[str, Any]:
    states = Counter(line.state for slot in found for line in slot.lines)
    return {
        "slots": [slot for slot in found if slot.lines] if only else found,
        "hidden": sum(not slot.lines for slot in found) if only else 0,
        "states": states,
        "capacity": sum(slot.capacity for slot in found),
        "held": sum(slot.held for slot in found),
    }


async def queue_of(hall_code: str, window: str) -> dict[str, Any]:
    """The queue as the parts of a page show it to whoever sits at `window`."""
    queue = await board.of_hall(hall_code=hall_code, window=window)
    return {
        "here": [one for one in queue.called if one.window == window],
        "others": [one for one in queue.called if one.window != window],
        "queue": queue,
        "window": window,
    }
