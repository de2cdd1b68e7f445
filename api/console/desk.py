"""签到与叫号: the deeds of the desk and of a window."""

from typing import Annotated

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import page, scope
from api.console.staff_session import STAFF
from appointments import at_the_desk, calling
from appointments.calling import Call
from foundation.web import Asked, Routes
from identity.access import StaffMember

routes = Routes("签到与叫号", tag="console", error_page=page.refused)

HallCode = Annotated[str, Meta(min_length=1, max_length=20)]
Window = Annotated[str, Meta(max_length=20)]
RowId = Annotated[int, Meta(ge=1)]


class CheckIn(Asked):
    """`code`：预约码、手机上签到码扫出来的文字，或身份证号；`late`：迟到补签；`priority`：优先事由."""

    hall: HallCode
    code: Annotated[str, Meta(min_length=1, max_length=80)]
    late: bool = False
    priority: Annotated[str, Meta(max_length=20)] = ""


class AtWindow(Asked):
    hall: HallCode
    window: Window = ""


class TicketAtWindow(Asked):
    hall: HallCode
    ticket_id: RowId
    window: Window = ""


@routes.page("/console/day/check-in", method="POST", access=STAFF)
async def check_in(request: Request, form: CheckIn, who: StaffMember) -> HTTPResponse:
    hall = await scope.hall_of(who, scope.DESK, form.hall)
    drawn = await at_the_desk.check_in(
        shown=form.code, hall_code=hall.code, by=who.actor, late=form.late, priority=form.priority
    )
    ahead = f"前面还有 {drawn.ahead} 位" if drawn.ahead else "前面没有人等候"
    together = [f"同行 {'、'.join(drawn.companions)}"] if drawn.companions else []
    lines = [drawn.booking.type_name, *together]
    return page.done(request, f"签到成功，排队号 {drawn.number}，{ahead}。", lines=lines)


@routes.page("/console/day/next", method="POST", access=STAFF)
async def call_next(request: Request, form: AtWindow, who: StaffMember) -> HTTPResponse:
    hall = await scope.hall_of(who, scope.DESK, form.hall)
    return _called(request, await calling.next_ticket(hall_code=hall.code, window=form.window, by=who.actor))


@routes.page("/console/day/recall", method="POST", access=STAFF)
async def recall(request: Request, form: TicketAtWindow, who: StaffMember) -> HTTPResponse:
    hall = await scope.hall_of(who, scope.DESK, form.hall)
    call = await calling.recall(ticket_id=form.ticket_id, hall_code=hall.code, window=form.window, by=who.actor)
    return _called(request, call)


@routes.page("/console/day/finish", method="POST", access=STAFF)
async def finish(request: Request, form: TicketAtWindow, who: StaffMember) -> HTTPResponse:
    hall = await scope.hall_of(who, scope.DESK, form.hall)
    visit = await calling.finish(ticket_id=form.ticket_id, hall_code=hall.code, by=who.actor)
    return page.done(request, f"{visit.number} 已办结，可以呼叫下一位。")


@routes.page("/console/day/missed", method="POST", access=STAFF)
async def missed(request: Request, form: TicketAtWindow, who: StaffMember) -> HTTPResponse:
    hall = await scope.hall_of(who, scope.DESK, form.hall)
    await calling.miss(ticket_id=form.ticket_id, hall_code=hall.code, by=who.actor)
    return page.done(request, "已标记过号，本人到场后可以重新呼叫。")


def _called(request: Request, call: Call) -> HTTPResponse:
    times = "" if call.calls == 1 else f"（第 {call.calls} 次）"
    return page.done(request, f"请 {call.number} 到窗口 {call.window}{times}。")
