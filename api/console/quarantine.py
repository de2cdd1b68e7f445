"""隔离: what a channel told us and did not agree; asked about again, sent back by two, or closed with a note."""

from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import deeds, page, refund_words, scope
from api.console.staff_session import STAFF
from foundation import money
from foundation.web import Asked, Routes
from identity import access
from identity.access import StaffMember
from payments import quarantine, quarantine_returns
from payments.quarantine_models import QuarantinedNotice

routes = Routes("隔离", tag="console", error_page=page.refused)

RowId = Annotated[int, Meta(ge=1, le=2**62)]


class OneNotice(Asked):
    quarantine_id: RowId


class Noted(Asked):
    quarantine_id: RowId
    note: Annotated[str, Meta(max_length=300)] = ""


@routes.page("/console/quarantine", access=STAFF)
async def inbox(request: Request, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.FINANCE)
    waiting, over = await quarantine.listed(), await quarantine.listed(over=True, limit=50)
    return page.shown(request, "quarantine.html", who=who, waiting=waiting, over=over, words=refund_words)


@routes.page("/console/quarantine/<quarantine_id>", access=STAFF)
async def one(request: Request, quarantine_id: RowId, who: StaffMember) -> HTTPResponse:
    """One notice; asked for as a part by the page that is open."""
    access.require(who, *scope.FINANCE)
    held = await quarantine.find(quarantine_id)
    template = "_quarantined.html" if page.is_part(request) else "quarantined.html"
    return page.shown(request, template, who=who, **await _shown(held, who))


@routes.page("/console/quarantine/ask", method="POST", access=STAFF)
async def ask(request: Request, form: OneNotice, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.FINANCE)
    asked = await quarantine.ask_again(quarantine_id=form.quarantine_id, by=who.actor)
    if asked.settled:
        return page.done(request, "渠道的答复与支付单一致，已入账。")
    return page.done(request, f"渠道的答复仍不一致：{refund_words.problem_text(asked.problem)}。")


@routes.page("/console/quarantine/send-back", method="POST", access=STAFF)
async def send_back(request: Request, form: Noted, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.FINANCE)
    fen = await quarantine_returns.want(quarantine_id=form.quarantine_id, note=form.note, by=who.actor)
    return page.done(request, f"已提出原路退回 {money.yuan(fen)} 元，待另一位财务人员复核。")


@routes.page("/console/quarantine/let-go", method="POST", access=STAFF)
async def let_go(request: Request, form: OneNotice, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.FINANCE)
    await quarantine_returns.let_go(quarantine_id=form.quarantine_id, by=who.actor)
    return page.done(request, "复核通过，款项正在原路退回。")


@routes.page("/console/quarantine/close", method="POST", access=STAFF)
async def close(request: Request, form: Noted, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.FINANCE)
    await quarantine.close(quarantine_id=form.quarantine_id, note=form.note, by=who.actor)
    return page.done(request, "已关闭。")


async def _shown(held: QuarantinedNotice, who: StaffMember) -> dict[str, Any]:
    told = [(refund_words.FACTS.get(name, name), _text(name, value)) for name, value in _facts(held)]
    return {
        "held": held,
        "facts": told,
        "names": await deeds.names_of({held.asked_by, held.approved_by} - {""}),
        "me": str(who.actor),
        "deeds": await deeds.of_subjects([f"quarantine:{held.id}"]),
        "words": refund_words,
    }


def _facts(held: QuarantinedNotice) -> list[tuple[str, Any]]:
    facts = quarantine.masked_facts(held)
    return [(name, facts[name]) for name in refund_words.FACTS if name in facts]


def _text(name: str, value: Any) -> str:
    if name == "amount_fen":
        return f"{money.yuan(value)} 元"
    if name in ("channel", "state"):
        words = refund_words.CHANNELS if name == "channel" else refund_words.FACT_STATES
        return words.get(value, str(value))
    if name.endswith("_at"):
        return page.dated_text(datetime.fromisoformat(value))
    return str(value)
