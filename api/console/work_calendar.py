"""工作日历: the days that staff declared against the published calendar. It is one for the whole city."""

from datetime import date, timedelta
from typing import Annotated, Literal

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import deeds, page, proposals
from api.console.dated import Dated
from api.console.staff_session import STAFF
from appointments import closure
from appointments.changes import Workday
from foundation import clock, workdays
from foundation.web import Routes
from foundation.workdays import WorkCalendar
from identity import access
from identity.access import Role, StaffMember

routes = Routes("工作日历", tag="console", error_page=page.refused)

SAYS = {"work": True, "off": False, "published": None}
AHEAD = timedelta(days=14 * 7)


class Declared(Dated):
    """`says`：上班、休息，或恢复按公布的日历."""

    day: date
    says: Literal["work", "off", "published"]
    reason: Annotated[str, Meta(max_length=200)] = ""


class DayOff(Dated):
    """`reason`：告知每一位预约人的原因."""

    day: date
    reason: Annotated[str, Meta(max_length=60)] = ""


@routes.page("/console/calendar", access=STAFF)
async def calendar(request: Request, who: StaffMember) -> HTTPResponse:
    access.require(who, Role.ADMIN, hall_path="")
    current, today = await WorkCalendar.current(), clock.today()
    return page.shown(
        request, "calendar.html", who=who, version=current.version, declared=await workdays.declared(since=today),
        unusual=_unusual(current, today), unpublished=current.provisional(today + AHEAD),
        deeds=await deeds.of_calendar(),
    )  # fmt: skip


@routes.page("/console/calendar", method="POST", access=STAFF)
async def declare(request: Request, form: Declared, who: StaffMember) -> HTTPResponse:
    return await proposals.preview(request, Workday(day=form.day, is_workday=SAYS[form.says], reason=form.reason), who)


@routes.page("/console/calendar/close", method="POST", access=STAFF)
async def close(request: Request, form: DayOff, who: StaffMember) -> HTTPResponse:
    """A day that is off now, though people are booked: each is told and chooses another day first."""
    access.require(who, Role.ADMIN, hall_path="")
    made = await closure.for_calendar_change(day=form.day, reason=form.reason, by=who.actor)
    if made is None:
        return page.done(request, "这一天没有因放假而停办、却仍有号源的业务。")
    return page.onward(request, f"/console/closure/{made.id}")


def _unusual(current: WorkCalendar, today: date) -> list[tuple[date, bool]]:
    """The days to come that are not what their weekday says: festivals on weekdays, working weekends."""
    days = [today + timedelta(days=n) for n in range(AHEAD.days)]
    return [(day, current.is_workday(day)) for day in days if current.is_workday(day) != (day.weekday() < 5)]
