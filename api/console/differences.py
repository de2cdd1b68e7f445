"""对账差异处理: notes, escalation, a proposal by one and the decision of another."""

from typing import Annotated

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import page, scope
from api.console.desk import RowId
from api.console.staff_session import STAFF
from foundation.web import Asked, Routes
from identity import access
from identity.access import StaffMember
from payments import differences

routes = Routes("对账差异", tag="console", error_page=page.refused)

Text = Annotated[str, Meta(max_length=400)]


class Noted(Asked):
    difference_id: RowId
    note: Text = ""
    escalate: bool = False


class Proposed(Asked):
    difference_id: RowId
    deed: Annotated[str, Meta(max_length=10)]
    note: Text = ""


class Decided(Asked):
    difference_id: RowId
    approve: bool
    note: Text = ""


@routes.page("/console/differences/note", method="POST", access=STAFF)
async def note(request: Request, form: Noted, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.FINANCE)
    await differences.note(difference_id=form.difference_id, text=form.note, by=who.actor, escalate=form.escalate)
    return page.done(request, "已上报，差异保留待处理。" if form.escalate else "已记录核实情况。")


@routes.page("/console/differences/propose", method="POST", access=STAFF)
async def propose(request: Request, form: Proposed, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.FINANCE)
    await differences.propose(difference_id=form.difference_id, deed=form.deed, note=form.note, by=who.actor)
    return page.done(request, "已提出处理，请另一位财务人员复核。")


@routes.page("/console/differences/decide", method="POST", access=STAFF)
async def decide(request: Request, form: Decided, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.FINANCE)
    if form.approve:
        await differences.approve(difference_id=form.difference_id, by=who.actor)
        return page.done(request, "复核通过，已执行或正在由系统执行。")
    await differences.turn_down(difference_id=form.difference_id, note=form.note, by=who.actor)
    return page.done(request, "已退回，可以重新提出处理。")
