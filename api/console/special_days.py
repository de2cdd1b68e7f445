"""例外日: a day of a hall or of one business that is not as the week is; taking that back. Both are shown first."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import deeds, page, proposals, scope
from api.console.dated import Dated
from api.console.desk import HallCode, RowId
from api.console.staff_session import STAFF
from appointments import slots, special_days
from appointments.changes import NewSpecialDay, SpecialDayOff
from appointments.special_days import KINDS, Special
from foundation.web import Asked, Routes
from identity.access import StaffMember

routes = Routes("例外日", tag="console", error_page=page.refused)

OptionalTime = Annotated[str, Meta(pattern=r"^([0-9]{2}:[0-9]{2})?$")]
OptionalNumber = Annotated[str, Meta(pattern=r"^([+-]?[0-9]{1,3})?$")]


class DaysWanted(Asked):
    hall: Annotated[str, Meta(max_length=20)] = ""


class SpecialDay(Dated):
    """`business`：一项业务，空为全大厅；`windows`：延时服务的窗口数，或增减的窗口数."""

    hall: HallCode
    day: date
    kind: Literal["closed", "open", "hours", "capacity"]
    reason: Annotated[str, Meta(max_length=200)] = ""
    business: Annotated[str, Meta(pattern=r"^[0-9]{0,18}$")] = ""
    starts: OptionalTime = ""
    ends: OptionalTime = ""
    windows: OptionalNumber = ""
    instead: bool = False

    def special(self) -> Special:
        return Special(
            hall_code=self.hall, day=self.day, kind=self.kind, reason=self.reason,
            type_id=int(self.business) if self.business else None, starts=self.starts, ends=self.ends,
            windows=int(self.windows) if self.windows else None, instead=self.instead,
        )  # fmt: skip


class TakenBack(Asked):
    exception_id: RowId


@routes.page("/console/special-days", access=STAFF)
async def days(request: Request, query: DaysWanted, who: StaffMember) -> HTTPResponse:
    hall, theirs = await scope.chosen(who, scope.PLANNERS, query.hall)
    return page.shown(
        request, "special_days.html", who=who, hall=hall, halls=theirs, kinds=KINDS,
        types=await slots.types(hall_code=hall.code), special=await special_days.coming(hall_code=hall.code),
        deeds=await deeds.of_hall(hall.code),
    )  # fmt: skip


@routes.page("/console/special-days", method="POST", access=STAFF)
async def add(request: Request, form: SpecialDay, who: StaffMember) -> HTTPResponse:
    return await proposals.preview(request, NewSpecialDay(special=form.special()), who)


@routes.page("/console/special-days/remove", method="POST", access=STAFF)
async def remove(request: Request, form: TakenBack, who: StaffMember) -> HTTPResponse:
    return await proposals.preview(request, SpecialDayOff(exception_id=form.exception_id), who)
