"""月视图: how full each day of a month is, in a hall or in one business of it."""

from collections.abc import Sequence
from datetime import timedelta

from sanic import HTTPResponse, Request

from api.console import page, scope
from api.console.staff_session import STAFF
from api.console.week import WeekWanted, shade
from appointments import occupancy, slots
from appointments.occupancy import DayTotal
from foundation import clock
from foundation.web import Routes
from identity.access import StaffMember

routes = Routes("月视图", tag="console", error_page=page.refused)


@routes.page("/console/month", access=STAFF)
async def month(request: Request, query: WeekWanted, who: StaffMember) -> HTTPResponse:
    of = await scope.type_of(who, scope.DESK, query.type_id) if query.type_id else None
    hall, theirs = await scope.chosen(who, scope.DESK, of.hall.code if of else query.hall)
    day = query.day or clock.today()
    first = day.replace(day=1)
    days = await occupancy.month(hall_code=hall.code, day=day, type_id=query.type_id)
    return page.shown(
        request, "month.html", who=who, hall=hall, halls=theirs, first=first, weeks=_weeks(days), of=of, shade=shade,
        types=await slots.types(hall_code=hall.code),
        before=first - timedelta(days=1), after=days[-1].day + timedelta(days=1),
        capacity=sum(one.capacity for one in days), held=sum(one.held for one in days),
    )  # fmt: skip


def _weeks(days: Sequence[DayTotal]) -> list[list[DayTotal | None]]:
    """Seven to a line, Monday first; None before the first and after the last."""
    padded: list[DayTotal | None] = [*[None] * days[0].day.weekday(), *days, *[None] * (6 - days[-1].day.weekday())]
    return [padded[n : n + 7] for n in range(0, len(padded), 7)]
