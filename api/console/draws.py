"""摇号: the draws of a hall with their proof, calling one off, and which business is drawn by which rule."""

from typing import Annotated, Any

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import deeds, page, scope
from api.console.desk import HallCode, RowId
from api.console.hall_setup import HallWanted
from api.console.staff_session import STAFF
from appointments import draw, draw_results, draw_rules, slots
from appointments.draw_errors import DrawNotFound
from appointments.draw_rules import Rule
from appointments.models import AppointmentType
from catalogue.models import Hall
from foundation import settings
from foundation.web import Asked, Routes
from identity.access import StaffMember

routes = Routes("摇号", tag="console", error_page=page.refused)

Reason = Annotated[str, Meta(max_length=200)]


class CalledOff(Asked):
    hall: HallCode
    code: Annotated[str, Meta(max_length=20)]
    reason: Reason


class NewRule(Asked):
    type_id: RowId
    register_hours: Annotated[int, Meta(ge=1, le=168)]
    settle_minutes: Annotated[int, Meta(ge=30, le=720)]


class Stopped(Asked):
    type_id: RowId
    reason: Reason


@routes.page("/console/draws", access=STAFF)
async def draws(request: Request, query: HallWanted, who: StaffMember) -> HTTPResponse:
    hall, theirs = await scope.chosen(who, scope.PLANNERS, query.hall)
    return page.shown(
        request, "draws.html", who=who, hall=hall, halls=theirs, types=await slots.types(hall_code=hall.code),
        **await _lists(hall.code),
    )  # fmt: skip


@routes.page("/console/draws/lists", access=STAFF)
async def lists(request: Request, query: HallWanted, who: StaffMember) -> HTTPResponse:
    """The draws, the rules and what was done, for the page that is open."""
    of = await scope.hall_of(who, scope.PLANNERS, query.hall)
    return page.shown(request, "_draws.html", hall=of, **await _lists(of.code))


@routes.page("/console/draws/cancel", method="POST", access=STAFF)
async def cancel(request: Request, form: CalledOff, who: StaffMember) -> HTTPResponse:
    of = await scope.hall_of(who, scope.PLANNERS, form.hall)
    await _of_hall(form.code, of)
    await draw.cancel(code=form.code, by=who.actor, reason=form.reason)
    return page.done(request, "摇号已取消，已登记的人会收到通知，号源按公布的时间直接放出。")


@routes.page("/console/draws/rule", method="POST", access=STAFF)
async def change(request: Request, form: NewRule, who: StaffMember) -> HTTPResponse:
    of = await scope.type_of(who, scope.PLANNERS, form.type_id)
    rule = Rule(register_hours=form.register_hours, settle_minutes=form.settle_minutes)
    await draw_rules.change(type_id=of.id, rule=rule, by=who.actor)
    return page.done(request, f"“{of.name}”今后先登记、后摇号；已到放号时间的日期不变。")


@routes.page("/console/draws/stop", method="POST", access=STAFF)
async def stop(request: Request, form: Stopped, who: StaffMember) -> HTTPResponse:
    of = await scope.type_of(who, scope.PLANNERS, form.type_id)
    await draw_rules.stop(type_id=of.id, by=who.actor, reason=form.reason)
    return page.done(request, f"“{of.name}”不再安排新的摇号；已公布的摇号照常进行。")


async def _of_hall(code: str, hall: Hall) -> None:
    """A draw of another hall is not there. Raises DrawNotFound."""
    if (await draw_results.find(code=code)).hall_code != hall.code:
        raise DrawNotFound


async def _lists(hall_code: str) -> dict[str, Any]:
    drawn = await AppointmentType.filter(hall__code=hall_code, active=True, release_mode="draw").order_by("id")
    return {
        "draws": await draw_results.of_hall(hall_code=hall_code),
        "rules": [(one, await draw_rules.of_type(one.id)) for one in drawn],
        "deeds": await deeds.of_draws(hall_code),
        "public": settings.current().processes.public_bff_url.rstrip("/"),
    }
