"""首页: the hall's day at a glance, what somebody should look at, and the three everyday tasks at hand."""

from typing import Annotated, Any

from msgspec import Meta
from sanic import HTTPResponse, Request, redirect

from api.console import concerns, day, navigation, page, scope
from api.console.staff_session import STAFF
from appointments import glance, slots
from appointments.agenda import WorkHall
from foundation.web import Asked, Routes
from identity.access import StaffMember

routes = Routes("工作台首页", tag="console", error_page=page.refused)


class HomeWanted(Asked):
    """`window`：本人所在的窗口."""

    hall: Annotated[str, Meta(max_length=20)] = ""
    window: Annotated[str, Meta(max_length=20)] = ""


@routes.page("/console/", access=STAFF)
async def home(request: Request, query: HomeWanted, who: StaffMember) -> HTTPResponse:
    if not any(who.may(role) for role in scope.WATCHERS) and (elsewhere := navigation.of(who, request.path).groups):
        most = max(elsewhere, key=lambda group: len(group.pages))  # where most of their work is
        return redirect(most.pages[0].address, status=303)
    hall, theirs = await scope.chosen(who, scope.WATCHERS, query.hall)
    served = {f"/{one.path}" for one in request.app.router.routes}
    seen = await _seen(hall, who)
    return page.shown(
        request, "home.html", who=who, hall=hall, halls=theirs,
        tasks=[one for one in navigation.everyday(who, hall.path) if one.address in served],
        **seen, **(await _desk(hall, query.window, who) if seen["at_desk"] else {}),
    )  # fmt: skip


@routes.page("/console/home/today", access=STAFF)
async def today(request: Request, query: HomeWanted, who: StaffMember) -> HTTPResponse:
    """The glance alone, for the page that is open."""
    hall, _ = await scope.chosen(who, scope.WATCHERS, query.hall)
    return page.shown(request, "_today.html", hall=hall, **await _seen(hall, who))


async def _seen(hall: WorkHall, who: StaffMember) -> dict[str, Any]:
    """The day, for whoever may watch it."""
    return {
        "seen": await glance.of_hall(hall_code=hall.code),
        "at_desk": any(who.may(role, hall.path) for role in scope.DESK),
    }


async def _desk(hall: WorkHall, window: str, who: StaffMember) -> dict[str, Any]:
    """What is there to be done, for whoever may do it."""
    all_ = await concerns.of_hall(hall.code)
    return {
        "concerns": [one for one in all_ if navigation.may_open(who, one.address)],
        "departments": await slots.departments(hall_code=hall.code),
        **await day.queue_of(hall.code, window),
    }
