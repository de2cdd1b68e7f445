"""排班: the timetable of a business, a new version of it, and the slots made from it."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated, Any

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import deeds, page, proposals, scope
from api.console.dated import Dated
from api.console.staff_session import STAFF
from api.console.timetable_form import USUAL, Timetable, rows_of
from appointments import opening, preview, schedule, slots, special_days
from appointments.changes import NewTimetable
from appointments.models import AppointmentType
from appointments.opening import Version
from appointments.schedule import Generated
from appointments.timetable import WEEKS
from foundation import clock
from foundation.web import Asked, Routes
from identity.access import StaffMember

routes = Routes("排班", tag="console", error_page=page.refused)

AHEAD = timedelta(days=366)


class ScheduleWanted(Asked):
    hall: Annotated[str, Meta(max_length=20)] = ""
    type_id: Annotated[int, Meta(ge=1)] | None = None


class SlotsWanted(Dated):
    type_id: Annotated[int, Meta(ge=1)]
    start: date
    end: date


@routes.page("/console/schedule", access=STAFF)
async def form(request: Request, query: ScheduleWanted, who: StaffMember) -> HTTPResponse:
    hall, theirs = await scope.chosen(who, scope.PLANNERS, query.hall)
    types = await slots.types(hall_code=hall.code)
    of = None
    if query.type_id or types:
        of = await scope.type_of(who, scope.PLANNERS, query.type_id or types[0].id)
    shown = await _shown(of) if of else {}
    return page.shown(
        request, "schedule.html", who=who, hall=hall, halls=theirs, types=types, of=of, weeks=WEEKS,
        tomorrow=clock.today() + timedelta(days=1), in_two_weeks=clock.today() + timedelta(days=14), **shown,
    )  # fmt: skip


@routes.page("/console/schedule/beside", access=STAFF)
async def beside(request: Request, query: ScheduleWanted, who: StaffMember) -> HTTPResponse:
    """What stands beside the form: the versions, the exceptional days, who did what."""
    of = await scope.type_of(who, scope.PLANNERS, query.type_id or 0)
    return page.shown(request, "_beside.html", of=of, hall=of.hall, weeks=WEEKS, **await _shown(of))


@routes.page("/console/schedule", method="POST", access=STAFF)
async def save(request: Request, form: Timetable, who: StaffMember) -> HTTPResponse:
    """Shown first: what the new version would do to the slots that are there, and to whom."""
    change = NewTimetable(type_id=form.type_id, effective_from=form.effective_from, periods=form.periods())
    return await proposals.preview(request, change, who)


@routes.page("/console/schedule/preview", method="POST", access=STAFF)
async def try_out(request: Request, form: Timetable, who: StaffMember) -> HTTPResponse:
    """What the timetable in the form would make; nothing is kept."""
    of = await scope.type_of(who, scope.PLANNERS, form.type_id)
    days = await preview.coming_days(type_id=of.id, periods=form.periods(), start=form.effective_from)
    return page.shown(request, "_preview.html", days=days)


@routes.page("/console/schedule/slots", method="POST", access=STAFF)
async def generate(request: Request, form: SlotsWanted, who: StaffMember) -> HTTPResponse:
    of = await scope.type_of(who, scope.PLANNERS, form.type_id)
    made = await schedule.generate(type_id=of.id, start=form.start, end=form.end, by=who.actor)
    sentence = "号源已是最新，没有变化。" if made.nothing else "号源已生成。"
    return page.done(request, sentence, lines=_told(made))


async def _shown(of: AppointmentType) -> dict[str, Any]:
    today = clock.today()
    known = (await opening.opening(of, start=today, end=today + AHEAD)).versions
    versions = [one for one in known if one.until is None or one.until >= max(today, one.since)]
    return {
        "versions": [(one, rows_of(one.periods)) for one in versions],
        "current": next((one.number for one in versions if one.covers(today)), None),
        "rows": _rows(versions),
        "special": await special_days.coming(hall_code=of.hall.code),
        "kinds": special_days.KINDS,
        "deeds": await deeds.of_type(of.id),
    }


def _rows(versions: Sequence[Version]) -> Sequence[Any]:
    """What the form begins with: the newest version, or an ordinary week."""
    return rows_of(versions[0].periods) if versions else USUAL


def _told(made: Generated) -> list[str]:
    counted = {
        "新增": made.added, "保持": made.kept, "调整": made.changed, "删除": made.removed, "停止预约": made.withdrawn
    }  # fmt: skip
    lines = ["，".join(f"{name} {number} 个号段" for name, number in counted.items() if number)]
    if made.orphaned:
        lines.append(f"其中 {len(made.orphaned)} 个号段已有人预约，预约仍然有效，请联系预约人。")
    return [line for line in lines if line]
