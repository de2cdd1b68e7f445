"""退款: what citizens apply for and finance asks for, decided by two; refunds on their way and those that got stuck."""

from typing import Annotated, Any

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import deeds, page, refund_words, scope
from api.console.staff_session import STAFF
from channels.payment import BankCard
from foundation import money
from foundation.web import Asked, Routes
from identity import access
from identity.access import StaffMember
from identity.looks import Look, record_access
from payments import refund_applications, refund_inbox, refund_troubles

routes = Routes("退款", tag="console", error_page=page.refused)

RowId = Annotated[int, Meta(ge=1, le=2**62)]
Reason = Annotated[str, Meta(max_length=300)]
Yuan = Annotated[str, Meta(min_length=1, max_length=20)]
Number = Annotated[str, Meta(max_length=64)]
Fen = Annotated[int, Meta(ge=0, le=10**15)]


class OrderWanted(Asked):
    """`number`：支付单号、渠道交易号或缴款识别码."""

    number: Number = ""


class Asking(Asked):
    """`expected_fen`：提出时页面上显示的可退金额."""

    number: Number
    yuan: Yuan
    expected_fen: Fen
    reason: Reason = ""


class TakingUp(Asked):
    application_id: RowId
    yuan: Yuan
    expected_fen: Fen


class Deciding(Asked):
    application_id: RowId
    approve: bool
    reason: Reason = ""


class OneRefund(Asked):
    refund_id: RowId


class Ending(Asked):
    refund_id: RowId
    reason: Reason = ""


class OtherCard(Asked):
    """另一张缴款人本人的银行卡；`bank_type` 为渠道的银行类型代码."""

    refund_id: RowId
    bank_type: Annotated[str, Meta(max_length=40)]
    account: Annotated[str, Meta(max_length=40)]
    holder: Annotated[str, Meta(max_length=60)]
    reason: Reason = ""


@routes.page("/console/refunds", access=STAFF)
async def inbox(request: Request, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.FINANCE)
    return page.shown(request, "refunds.html", who=who, **await _lists(who))


@routes.page("/console/refunds/lists", access=STAFF)
async def lists(request: Request, who: StaffMember) -> HTTPResponse:
    """The lists alone, for the page that is open."""
    access.require(who, *scope.FINANCE)
    return page.shown(request, "_refunds.html", **await _lists(who))


@routes.page("/console/refunds/order", access=STAFF)
async def order(request: Request, query: OrderWanted, who: StaffMember) -> HTTPResponse:
    """A payment, and the form by which a refund of it is asked for."""
    access.require(who, *scope.FINANCE)
    found = await refund_inbox.orders_of(query.number)
    await _note(found, who)
    template = "_refund_order.html" if page.is_part(request) else "refund_order.html"
    return page.shown(request, template, who=who, number=query.number, orders=found, words=refund_words)


@routes.page("/console/refunds/ask", method="POST", access=STAFF)
async def ask(request: Request, form: Asking, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.FINANCE)
    await refund_applications.ask(
        out_trade_no=form.number, amount_fen=money.fen(form.yuan), expected_fen=form.expected_fen, reason=form.reason,
        by=who.actor,
    )  # fmt: skip
    return page.done(request, "已提出，待另一位财务人员复核后退款。")


@routes.page("/console/refunds/take-up", method="POST", access=STAFF)
async def take_up(request: Request, form: TakingUp, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.FINANCE)
    await refund_applications.take_up(
        application_id=form.application_id, amount_fen=money.fen(form.yuan), expected_fen=form.expected_fen,
        by=who.actor,
    )  # fmt: skip
    return page.done(request, "已受理，待另一位财务人员复核后退款。")


@routes.page("/console/refunds/decide", method="POST", access=STAFF)
async def decide(request: Request, form: Deciding, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.FINANCE)
    if form.approve:
        await refund_applications.approve(application_id=form.application_id, note=form.reason, by=who.actor)
        return page.done(request, "复核通过，款项正在退回。")
    await refund_applications.reject(application_id=form.application_id, reason=form.reason, by=who.actor)
    return page.done(request, "已退回申请，原因会告知申请人。")


@routes.page("/console/refunds/look", method="POST", access=STAFF)
async def look(request: Request, form: OneRefund, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.FINANCE)
    state = await refund_troubles.ask_now(refund_id=form.refund_id, by=who.actor)
    return page.done(request, f"已查询渠道，现在的状态：{refund_words.REFUND_STATES[state]}。")


@routes.page("/console/refunds/give-up", method="POST", access=STAFF)
async def give_up(request: Request, form: Ending, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.FINANCE)
    reason = refund_applications.checked_reason(form.reason)
    await refund_troubles.give_up(refund_id=form.refund_id, reason=reason, by=who.actor)
    return page.done(request, "已撤销，款项未动，可以重新提出退款。")


@routes.page("/console/refunds/offline", method="POST", access=STAFF)
async def offline(request: Request, form: Ending, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.FINANCE)
    await refund_applications.ask_to_repair(refund_id=form.refund_id, reason=form.reason, by=who.actor)
    return page.done(request, "已提出线下退付，待另一位财务人员复核。")


@routes.page("/console/refunds/card", method="POST", access=STAFF)
async def card(request: Request, form: OtherCard, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.FINANCE)
    other = BankCard(form.bank_type.strip(), form.account.replace(" ", ""), form.holder.strip())
    await refund_applications.ask_to_repair(refund_id=form.refund_id, reason=form.reason, card=other, by=who.actor)
    return page.done(request, "已提出退到其他银行卡，待另一位财务人员复核。")


async def _note(orders: list[refund_inbox.OrderFacts], who: StaffMember) -> None:
    owners = {one.owner for one in orders if one.owner is not None}
    await record_access(owners, what=Look.BILLS, why="办理退款", by=who.actor)


async def _lists(who: StaffMember) -> dict[str, Any]:
    waiting, decided = await refund_inbox.to_decide(), await refund_inbox.decided()
    going, over = await refund_inbox.under_way(), await refund_inbox.over()
    await _note([*(one.order for one in (*waiting, *decided)), *(one.order for one in (*going, *over))], who)
    actors = {name for one in (*waiting, *decided) for name in (one.asked_by, one.decided_by) if name}
    return {
        "waiting": waiting,
        "decided": decided,
        "going": going,
        "over": over,
        "names": await deeds.names_of(actors),
        "me": str(who.actor),
        "words": refund_words,
    }
