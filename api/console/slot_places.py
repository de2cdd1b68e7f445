"""号段: the slots of a business on a day, each share its own: more or fewer places, stopping and going on."""

from datetime import date, timedelta
from typing import Annotated

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import deeds, page, proposals, scope
from api.console.dated import Dated
from api.console.desk import RowId
from api.console.staff_session import STAFF
from appointments import capacity, slots, suspension
from appointments.changes import Places
from appointments.models import Slot
from appointments.shares import NAMES as SHARES
from foundation import clock
from foundation.web import Asked, Routes
from identity.access import StaffMember

routes = Routes("号段", tag="console", error_page=page.refused)

STATES = {"open": "可预约", "suspended": "暂停", "withdrawn": "已停"}


class SlotsWanted(Dated):
    hall: Annotated[str, Meta(max_length=20)] = ""
    type_id: RowId | None = None
    day: date | None = None


class NewPlaces(Asked):
    slot_id: RowId
    to: Annotated[int, Meta(ge=0, le=1000)]


class OneSlot(Asked):
    slot_id: RowId
    reason: Annotated[str, Meta(max_length=200)] = ""


@routes.page("/console/slots", access=STAFF)
async def of_day(request: Request, query: SlotsWanted, who: StaffMember) -> HTTPResponse:
    hall, theirs = await scope.chosen(who, scope.PLANNERS, query.hall)
    types = await slots.types(hall_code=hall.code)
    of = None
    if query.type_id or types:
        of = await scope.type_of(who, scope.PLANNERS, query.type_id or types[0].id)
    day = query.day or clock.today() + timedelta(days=1)
    there = await Slot.filter(type_id=of.id, day=day).order_by("starts_at", "id") if of else []
    return page.shown(
        request, "slots.html", who=who, hall=hall, halls=theirs, types=types, of=of, day=day, slots=there,
        shares=SHARES, states=STATES, deeds=await deeds.of_slots([one.id for one in there]),
    )  # fmt: skip


@routes.page("/console/slots/places", method="POST", access=STAFF)
async def places(request: Request, form: NewPlaces, who: StaffMember) -> HTTPResponse:
    return await proposals.preview(request, Places(slot_id=form.slot_id, to=form.to), who)


@routes.page("/console/slots/suspend", method="POST", access=STAFF)
async def suspend(request: Request, form: OneSlot, who: StaffMember) -> HTTPResponse:
    await _of_theirs(form.slot_id, who)
    await suspension.suspend(slot_id=form.slot_id, by=who.actor, reason=form.reason)
    return page.done(request, "该号段已暂停预约，已有的预约仍然有效。")


@routes.page("/console/slots/resume", method="POST", access=STAFF)
async def resume(request: Request, form: OneSlot, who: StaffMember) -> HTTPResponse:
    await _of_theirs(form.slot_id, who)
    await suspension.resume(slot_id=form.slot_id, by=who.actor)
    return page.done(request, "该号段已恢复预约，候补的人优先。")


async def _of_theirs(slot_id: int, who: StaffMember) -> None:
    slot = await capacity.find(slot_id)
    await scope.type_of(who, scope.PLANNERS, slot.type_id)  # type: ignore[attr-defined]
