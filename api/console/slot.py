"""号段: one slot with whoever is in it, and what staff do with it: stop it, let it go on, give it more places."""

from typing import Annotated

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import deeds, page, scope
from api.console.desk import RowId
from api.console.staff_session import STAFF
from appointments import capacity, occupancy, suspension
from appointments.agenda import WorkHall
from appointments.occupancy import SHARES, SlotInFull
from foundation.web import Asked, Routes
from identity import access
from identity.access import StaffMember

routes = Routes("号段", tag="console", error_page=page.refused)


class SlotWanted(Asked):
    slot_id: RowId


class Stopped(Asked):
    slot_id: RowId
    reason: Annotated[str, Meta(max_length=200)] = ""


class Widened(Asked):
    """`to`：加号后的名额."""

    slot_id: RowId
    to: Annotated[int, Meta(ge=0, le=100_000)]


@routes.page("/console/week/slot", access=STAFF)
async def shown(request: Request, query: SlotWanted, who: StaffMember) -> HTTPResponse:
    slot = await _theirs(who, query.slot_id, planning=False)
    plans = any(who.may(role, slot.hall_path) for role in scope.PLANNERS)
    template = "_slot.html" if page.is_part(request) else "slot.html"
    return page.shown(
        request, template, who=who, slot=slot,
        hall=WorkHall(slot.hall_code, slot.hall_name, slot.hall_path),
        plans=plans, shares=SHARES, deeds=await deeds.of_slots([slot.slot_id]),
    )  # fmt: skip


@routes.page("/console/week/slot/suspend", method="POST", access=STAFF)
async def suspend(request: Request, form: Stopped, who: StaffMember) -> HTTPResponse:
    slot = await _theirs(who, form.slot_id)
    await suspension.suspend(slot_id=slot.slot_id, by=who.actor, reason=form.reason)
    return page.done(request, "已暂停预约，已有的预约仍然有效。")


@routes.page("/console/week/slot/resume", method="POST", access=STAFF)
async def resume(request: Request, form: SlotWanted, who: StaffMember) -> HTTPResponse:
    slot = await _theirs(who, form.slot_id)
    await suspension.resume(slot_id=slot.slot_id, by=who.actor)
    return page.done(request, "已恢复预约，候补的人优先。")


@routes.page("/console/week/slot/widen", method="POST", access=STAFF)
async def widen(request: Request, form: Widened, who: StaffMember) -> HTTPResponse:
    slot = await _theirs(who, form.slot_id)
    await capacity.add_places(slot_id=slot.slot_id, to=form.to, by=who.actor)
    return page.done(request, f"名额已加到 {form.to}，候补的人优先。")


async def _theirs(who: StaffMember, slot_id: int, *, planning: bool = True) -> SlotInFull:
    """The slot, if its hall is theirs. Raises SlotNotFound, RoleNeeded."""
    slot = await occupancy.slot(slot_id=slot_id)
    access.require(who, *(scope.PLANNERS if planning else scope.DESK), hall_path=slot.hall_path)
    return slot
