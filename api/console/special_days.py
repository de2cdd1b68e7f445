"""例外日: closing a hall on a day, opening it on a day off, and taking that back."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import page, scope
from api.console.dated import Dated
from api.console.staff_session import STAFF
from appointments import agenda, special_days
from appointments.states import LIVE
from foundation.web import Routes
from identity.access import StaffMember

routes = Routes("例外日", tag="console", error_page=page.refused)

HallCode = Annotated[str, Meta(min_length=1, max_length=20)]
NAMES = {"closed": "停止办理", "open": "加开办理"}


class SpecialDay(Dated):
    hall: HallCode
    day: date
    kind: Literal["closed", "open"]
    reason: Annotated[str, Meta(max_length=200)] = ""


async def _still_booked(hall_code: str, day: date) -> list[str]:
    """Whoever holds a place keeps it, and has to be told."""
    sheet = await agenda.day_sheet(hall_code=hall_code, day=day)
    held = sum(line.state in LIVE for slot in sheet for line in slot.lines)
    return [f"当天仍有 {held} 个预约有效，请联系预约人改期；名单见当天的预约表。"] if held else []


class TakenBack(Dated):
    hall: HallCode
    day: date


@routes.page("/console/special-days", method="POST", access=STAFF)
async def add(request: Request, form: SpecialDay, who: StaffMember) -> HTTPResponse:
    hall = await scope.hall_of(who, scope.PLANNERS, form.hall)
    await special_days.add(hall_code=hall.code, day=form.day, kind=form.kind, reason=form.reason, by=who.actor)
    lines = await _still_booked(hall.code, form.day) if form.kind == "closed" else []
    return page.done(request, f"已登记：{page.day_text(form.day)}{NAMES[form.kind]}，当天号源已同步调整。", lines=lines)


@routes.page("/console/special-days/remove", method="POST", access=STAFF)
async def remove(request: Request, form: TakenBack, who: StaffMember) -> HTTPResponse:
    hall = await scope.hall_of(who, scope.PLANNERS, form.hall)
    await special_days.remove(hall_code=hall.code, day=form.day, by=who.actor)
    return page.done(request, f"已撤销 {page.day_text(form.day)} 的例外登记，恢复按每周排班办理。")
