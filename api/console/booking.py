"""预约详情: one booking as the staff of its hall see it: where it stands, and who did what when."""

from typing import Annotated

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import deeds, page, scope
from api.console.staff_session import STAFF
from appointments import booking, occupancy
from appointments.agenda import WorkHall
from appointments.states import NAMES, TICKET_NAMES
from foundation.web import Asked, Routes
from identity import access
from identity.access import StaffMember

routes = Routes("预约详情", tag="console", error_page=page.refused)


class BookingWanted(Asked):
    code: Annotated[str, Meta(min_length=1, max_length=40)]


@routes.page("/console/day/booking", access=STAFF)
async def shown(request: Request, query: BookingWanted, who: StaffMember) -> HTTPResponse:
    held = await booking.find(code=query.code, for_=who.actor)
    access.require(who, *scope.DESK, hall_path=held.hall_path)
    slot = await occupancy.slot(slot_id=held.slot_id)
    return page.shown(
        request, "booking.html", who=who, held=held, hall=WorkHall(held.hall_code, held.hall_name, held.hall_path),
        name=next(line.name for line in slot.sheet.lines if line.code == held.code), state=NAMES[held.state],
        ticket_state=TICKET_NAMES.get(held.ticket_state or "", ""),
        deeds=await deeds.of_booking(held.id, holder=held.citizen_id),
    )  # fmt: skip
