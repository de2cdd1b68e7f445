"""停办: close a hall for today, tomorrow or a while; everybody booked is told and offered another place."""

from datetime import date, datetime, timedelta
from typing import Annotated, Literal

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import page, scope
from api.console.dated import Dated
from api.console.desk import HallCode
from api.console.staff_session import STAFF
from appointments import closure, closure_notices, closure_preview, slots
from appointments.closure_span import Span
from appointments.timetable import clock_time
from foundation import clock
from foundation.web import Asked, Routes
from identity.access import StaffMember

routes = Routes("停办", tag="console", error_page=page.refused)

REASONS = ("台风", "暴雨", "大雪", "停电", "系统故障")
Clock = Annotated[str, Meta(pattern=r"^(([01]\d|2[0-3]):[0-5]\d)?$")]


class HallWanted(Asked):
    hall: Annotated[str, Meta(max_length=20)] = ""


class Closing(Dated):
    """`when`：today、tomorrow、both 为全天，span 按所填时间；`other`：其他原因，填写时以它为准."""

    hall: HallCode
    when: Literal["today", "tomorrow", "both", "span"]
    from_day: date | None = None
    from_time: Clock = ""
    until_day: date | None = None
    until_time: Clock = ""
    subtree: bool = False
    type_id: Annotated[int, Meta(ge=0, le=2**62)] = 0
    reason: Annotated[str, Meta(max_length=60)] = ""
    other: Annotated[str, Meta(max_length=60)] = ""
    note: Annotated[str, Meta(max_length=60)] = ""
    send_home: bool = False
    offer_days: Annotated[int, Meta(ge=1, le=14)] = closure.OFFER_DAYS

    def span(self) -> Span:
        start, end = self._moments()
        return Span(
            hall_code=self.hall, starts_at=start, ends_at=end, subtree=self.subtree, type_id=self.type_id or None,
            send_home=self.send_home,
        )  # fmt: skip

    def why(self) -> str:
        return self.other.strip() or self.reason

    def _moments(self) -> tuple[datetime, datetime]:
        """Whole days run from midnight to midnight; without a time a day is meant whole."""
        today = clock.today()
        if self.when == "span":
            first, last = self.from_day or today, self.until_day or self.from_day or today
            start = clock_time(first, self.from_time or "00:00")
            return start, clock_time(last, self.until_time) if self.until_time else _midnight(last)
        first = today + timedelta(days=self.when == "tomorrow")
        return clock_time(first, "00:00"), _midnight(today + timedelta(days=self.when != "today"))


def _midnight(day: date) -> datetime:
    return clock_time(day + timedelta(days=1), "00:00")


@routes.page("/console/closure", access=STAFF)
async def form(request: Request, query: HallWanted, who: StaffMember) -> HTTPResponse:
    """A form that is ready: this hall, today, a reason; what it would mean stands beside it."""
    hall, theirs = await scope.chosen(who, scope.PLANNERS, query.hall)
    return page.shown(
        request, "closure.html", who=who, hall=hall, halls=theirs, reasons=REASONS,
        types=await slots.types(hall_code=hall.code), tomorrow=clock.today() + timedelta(days=1),
        below=any(one.path.startswith(hall.path) and one.code != hall.code for one in theirs),
        offer_days=closure.OFFER_DAYS, made=await closure_notices.made(within=scope.paths(who, scope.PLANNERS)),
    )  # fmt: skip


@routes.page("/console/closure/preview", method="POST", access=STAFF)
async def preview(request: Request, form: Closing, who: StaffMember) -> HTTPResponse:
    """What the closure in the form would mean; nothing is kept."""
    await scope.hall_of(who, scope.PLANNERS, form.hall)
    span = form.span()
    return page.shown(
        request, "_closure_preview.html", seen=await closure_preview.counts(span), span=span, reason=form.why(),
        people=await closure_preview.people(span), most=closure_preview.LISTED,
    )  # fmt: skip


@routes.page("/console/closure", method="POST", access=STAFF)
async def announce(request: Request, form: Closing, who: StaffMember) -> HTTPResponse:
    await scope.hall_of(who, scope.PLANNERS, form.hall)
    made = await closure.announce(
        span=form.span(), reason=form.why(), note=form.note, offer_days=form.offer_days, by=who.actor
    )
    return page.onward(request, f"/console/closure/{made.id}")
