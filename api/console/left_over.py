"""待安置: people whose time is out of the plan or beyond the places of their slot; move them or cancel with notice."""

from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import page, scope
from api.console.desk import RowId
from api.console.proposals import WHYS
from api.console.staff_session import STAFF
from appointments import affected, booking, closure, moving, nearest
from appointments.affected import Person
from appointments.nearest import Places
from appointments.shares import NAMES as SHARES
from appointments.states import NAMES
from foundation.web import Asked, Routes
from identity.access import StaffMember

routes = Routes("待安置", tag="console", error_page=page.refused)

Code = Annotated[str, Meta(min_length=1, max_length=20)]
Reason = Annotated[str, Meta(max_length=200)]


class HallWanted(Asked):
    hall: Annotated[str, Meta(max_length=20)] = ""


class Moved(Asked):
    code: Code
    slot_id: RowId
    reason: Reason = ""


class Cancelled(Asked):
    code: Code
    reason: Reason = ""


@routes.page("/console/left-over", access=STAFF)
async def left_over(request: Request, query: HallWanted, who: StaffMember) -> HTTPResponse:
    hall, theirs = await scope.chosen(who, scope.PLANNERS, query.hall)
    return page.shown(request, "left_over.html", who=who, hall=hall, halls=theirs, **await _listed(hall.code))


@routes.page("/console/left-over/list", access=STAFF)
async def listed(request: Request, query: HallWanted, who: StaffMember) -> HTTPResponse:
    """The list alone, for the page that is open."""
    hall = await scope.hall_of(who, scope.PLANNERS, query.hall)
    return page.shown(request, "_left_over.html", hall=hall, **await _listed(hall.code))


@routes.page("/console/left-over/move", method="POST", access=STAFF)
async def move(request: Request, form: Moved, who: StaffMember) -> HTTPResponse:
    await _theirs(form.code, who)
    moved = await moving.move(code=form.code, slot_id=form.slot_id, by=who.actor, reason=form.reason)
    when = f"{page.day_text(moved.day)} {page.time_text(moved.starts_at)}"
    return page.done(request, f"已改到 {when}，新预约码 {moved.code}，将通知预约人。")


@routes.page("/console/left-over/cancel", method="POST", access=STAFF)
async def cancel(request: Request, form: Cancelled, who: StaffMember) -> HTTPResponse:
    await _theirs(form.code, who)
    await closure.cancel_one(code=form.code, reason=form.reason, by=who.actor)
    return page.done(request, f"预约 {form.code} 已由大厅取消，将通知预约人优先改约，不计爽约。")


async def _theirs(code: str, who: StaffMember) -> None:
    """Raises BookingNotFound, RoleNeeded for a booking in another's hall."""
    held = await booking.find(code=code, for_=who.actor)
    await scope.hall_of(who, scope.PLANNERS, held.hall_code)


async def _listed(hall_code: str) -> dict[str, Any]:
    persons = await affected.left_over(hall_code=hall_code)
    places = await nearest.places(persons, [])
    lines = [(one, _options(one, places) if one.state == "booked" else []) for one in persons]
    return {"lines": lines, "whys": WHYS, "states": NAMES, "shares": SHARES}


def _options(one: Person, places: Places) -> list[tuple[int, datetime, str]]:
    """Slot, moment and share of where this person could go."""
    return [(places.ids[one.places_of, key], *key) for key in places.near(one)]
