"""停办进度: who has been told and who has rebooked; whom to telephone, and what came of the call."""

from collections.abc import Collection
from typing import Annotated, Any

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import deeds, page, scope
from api.console.desk import RowId
from api.console.staff_session import STAFF
from appointments import closure, closure_notices, rebooking
from appointments.closure_models import Closure
from appointments.closure_notices import PROBLEMS, Reached
from foundation import clock, csv_table
from foundation.web import Asked, Routes
from identity import access
from identity.access import StaffMember

routes = Routes("停办进度", tag="console", error_page=page.refused)

ClosureId = Annotated[int, Meta(ge=1, le=2**62)]
COLUMNS = ("姓名", "电话", "原预约码", "业务", "大厅", "原预约时间", "为其保留", "通知状态", "原因")
STATES = {"announced": "正在通知", "running": "正在通知", "done": "已全部处理", "withdrawn": "已撤回"}


class OneNotice(Asked):
    notice_id: RowId


class OneClosure(Asked):
    closure_id: RowId


@routes.page("/console/closure/<closure_id>", access=STAFF)
async def progress(request: Request, closure_id: ClosureId, who: StaffMember) -> HTTPResponse:
    of, within = await _theirs(closure_id, who)
    return page.shown(request, "closure_progress.html", who=who, of=of, **await _shown(of, within, who))


@routes.page("/console/closure/<closure_id>/progress", access=STAFF)
async def again(request: Request, closure_id: ClosureId, who: StaffMember) -> HTTPResponse:
    """Numbers and list, for the page that is open."""
    of, within = await _theirs(closure_id, who)
    return page.shown(request, "_closure_progress.html", of=of, **await _shown(of, within, who))


@routes.page("/console/closure/<closure_id>/unreached.csv", access=STAFF)
async def download(closure_id: ClosureId, who: StaffMember) -> HTTPResponse:
    """The call list with numbers; whose were seen is audited."""
    of, within = await _theirs(closure_id, who)
    listed = await closure_notices.call_list(of.id, by=who.actor, within=within)
    rows = [
        (
            one.name, phone, one.booking_code, one.type_name, one.hall_name,
            f"{clock.shanghai(one.starts_at):%Y-%m-%d %H:%M}",
            f"{clock.shanghai(one.held_starts_at):%Y-%m-%d %H:%M} {one.held_hall_name}" if one.held_starts_at else "",
            one.state_name, PROBLEMS.get(one.problem, one.problem),
        )
        for one, phone in listed
    ]  # fmt: skip
    headers = {
        "Content-Disposition": f'attachment; filename="closure-{of.id}-unreached.csv"', "Cache-Control": "no-store",
    }  # fmt: skip
    return HTTPResponse(csv_table.text(COLUMNS, rows), headers=headers, content_type="text/csv; charset=utf-8")


@routes.page("/console/closure/phone", method="POST", access=STAFF)
async def phone(request: Request, form: OneNotice, who: StaffMember) -> HTTPResponse:
    """One number, because it was asked for; the look is audited."""
    await _their_notice(form.notice_id, who)
    number = await closure_notices.phone_of(form.notice_id, by=who.actor)
    return page.done(request, f"电话：{number}" if number else "这位预约人没有登记电话，可在其到厅时当面告知。")


@routes.page("/console/closure/called", method="POST", access=STAFF)
async def called(request: Request, form: OneNotice, who: StaffMember) -> HTTPResponse:
    await _their_notice(form.notice_id, who)
    await closure_notices.mark_called(notice_id=form.notice_id, by=who.actor)
    return page.done(request, "已记为电话通知。")


@routes.page("/console/closure/accept", method="POST", access=STAFF)
async def accept(request: Request, form: OneNotice, who: StaffMember) -> HTTPResponse:
    """They said yes on the telephone: the place that is held becomes their booking."""
    notice = await _their_notice(form.notice_id, who)
    booked = await rebooking.accept(code=notice.code, by=who.actor)
    await closure_notices.mark_called(notice_id=form.notice_id, by=who.actor)
    when = page.moment_text(booked.starts_at)
    return page.done(request, f"已为其改约到 {when} {booked.hall_name}，新预约码 {booked.code}。")


@routes.page("/console/closure/withdraw", method="POST", access=STAFF)
async def withdraw(request: Request, form: OneClosure, who: StaffMember) -> HTTPResponse:
    of = await closure.find(form.closure_id)
    access.require(who, *scope.PLANNERS, hall_path=_path(of))
    await closure.withdraw(closure_id=of.id, by=who.actor)
    return page.done(request, "已撤回停办，号段恢复预约。已取消的预约不自动恢复，预约人仍可优先改约。")


async def _theirs(closure_id: int, who: StaffMember) -> tuple[Closure, Collection[str]]:
    """A closure that touches their halls, and which those are. Raises ClosureNotFound, RoleNeeded."""
    of, within = await closure.find(closure_id), scope.paths(who, scope.PLANNERS)
    above = of.hall is None or of.subtree
    if not (within and above and any(one.startswith(_path(of)) for one in within)):
        access.require(who, *scope.PLANNERS, hall_path=_path(of))
    return of, within


async def _their_notice(notice_id: int, who: StaffMember) -> Reached:
    notice = await closure_notices.find(notice_id)
    access.require(who, *scope.PLANNERS, hall_path=notice.hall_path)
    return notice


def _path(of: Closure) -> str:
    """Where one must be in charge to call it off: the whole city for a change of the calendar."""
    return of.hall.path if of.hall else ""


async def _shown(of: Closure, within: Collection[str], who: StaffMember) -> dict[str, Any]:
    seen = await closure_notices.progress(of.id, within=within)
    may = any(who.may(role, _path(of)) for role in scope.PLANNERS)
    return {
        "seen": seen,
        "unreached": await closure_notices.unreached(of.id, by=who.actor, within=within),
        "state": STATES[of.state],
        "problems": PROBLEMS,
        "withdrawable": may and of.state != "withdrawn" and of.kind != "plan" and of.ends_at > clock.now(),
        "deeds": await deeds.of_closure(of.id),
    }
