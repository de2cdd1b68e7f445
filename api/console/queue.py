"""排队: walk-in numbers, and what a window does with a ticket beside calling it."""

from typing import Annotated

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import page, scope
from api.console.desk import HallCode, RowId, TicketAtWindow
from api.console.staff_session import STAFF
from appointments import passing, tickets
from foundation.web import Asked, Routes
from identity.access import StaffMember

routes = Routes("排队", tag="console", error_page=page.refused)


class WalkIn(Asked):
    """`priority`：优先事由，空为普通号."""

    hall: HallCode
    department: Annotated[str, Meta(min_length=1, max_length=60)]
    priority: Annotated[str, Meta(max_length=20)] = ""


class Transfer(Asked):
    """`department`、`to_window`：至少填一项."""

    hall: HallCode
    ticket_id: RowId
    department: Annotated[str, Meta(max_length=60)] = ""
    to_window: Annotated[str, Meta(max_length=20)] = ""


@routes.page("/console/day/walk-in", method="POST", access=STAFF)
async def walk_in(request: Request, form: WalkIn, who: StaffMember) -> HTTPResponse:
    hall = await scope.hall_of(who, scope.DESK, form.hall)
    drawn = await tickets.walk_in(
        hall_code=hall.code, department_code=form.department, priority=form.priority, by=who.actor
    )
    ahead = f"前面还有 {drawn.ahead} 位" if drawn.ahead else "前面没有人等候"
    return page.done(request, f"{drawn.department_name} 取号成功，排队号 {drawn.number}，{ahead}。")


@routes.page("/console/day/hold", method="POST", access=STAFF)
async def hold(request: Request, form: TicketAtWindow, who: StaffMember) -> HTTPResponse:
    hall = await scope.hall_of(who, scope.DESK, form.hall)
    await passing.hold(ticket_id=form.ticket_id, hall_code=hall.code, by=who.actor)
    return page.done(request, "已挂起，本人回来后可以直接呼叫或恢复排队。")


@routes.page("/console/day/resume", method="POST", access=STAFF)
async def resume(request: Request, form: TicketAtWindow, who: StaffMember) -> HTTPResponse:
    hall = await scope.hall_of(who, scope.DESK, form.hall)
    await passing.resume(ticket_id=form.ticket_id, hall_code=hall.code, by=who.actor)
    return page.done(request, "已恢复排队，仍按原来的次序等候。")


@routes.page("/console/day/transfer", method="POST", access=STAFF)
async def transfer(request: Request, form: Transfer, who: StaffMember) -> HTTPResponse:
    hall = await scope.hall_of(who, scope.DESK, form.hall)
    await passing.transfer(
        ticket_id=form.ticket_id, hall_code=hall.code, department_code=form.department, to_window=form.to_window,
        by=who.actor,
    )  # fmt: skip
    return page.done(request, "已转办，排队号不变。")
