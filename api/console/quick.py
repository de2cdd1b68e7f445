"""快速加开: two windows more tomorrow afternoon, filled in already: look, preview, apply."""

from datetime import timedelta
from typing import Annotated

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import page, scope
from api.console.staff_session import STAFF
from appointments import slots
from foundation import clock
from foundation.web import Asked, Routes
from identity.access import StaffMember

routes = Routes("快速加开", tag="console", error_page=page.refused)

AFTERNOON = ("12:00", "18:00")
MORE = 2


class OpenMore(Asked):
    hall: Annotated[str, Meta(max_length=20)] = ""


@routes.page("/console/quick/open-more", access=STAFF)
async def open_more(request: Request, query: OpenMore, who: StaffMember) -> HTTPResponse:
    """The form is that of an exceptional day; what is in it is what is most often meant."""
    hall, theirs = await scope.chosen(who, scope.PLANNERS, query.hall)
    return page.shown(
        request, "open_more.html", who=who, hall=hall, halls=theirs, types=await slots.types(hall_code=hall.code),
        tomorrow=clock.today() + timedelta(days=1), afternoon=AFTERNOON, more=MORE,
    )  # fmt: skip
