"""消息台账: how messages fare on each channel, what was sent to one person, and whom to telephone."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import page, scope
from api.console.desk import RowId
from api.console.staff_session import STAFF
from foundation import clock
from foundation.web import Asked, Routes
from identity import access, finding
from identity.access import StaffMember
from identity.idnumber import TITLES, Identity
from notifications import ledger, unreached

routes = Routes("消息台账", tag="console", error_page=page.refused)

URGENCIES = {0: "紧急", 1: "一般", 2: "群发"}
LATELY = timedelta(days=1)


class Wanted(Asked):
    """`number`：证件号码，或 `id_type` 为 phone 时的手机号码；号码不出现在网址中."""

    id_type: Annotated[str, Meta(max_length=20)]
    number: Annotated[str, Meta(min_length=1, max_length=40)]


class OneCall(Asked):
    notice_id: RowId


@routes.page("/console/messages", access=STAFF)
async def overview(request: Request, who: StaffMember) -> HTTPResponse:
    """Numbers without persons; a person is looked for on purpose."""
    access.require(who, *scope.HELPERS)
    return page.shown(request, "messages.html", who=who, titles=TITLES, **await _numbers())


@routes.page("/console/messages/numbers", access=STAFF)
async def numbers(request: Request, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.HELPERS)
    return page.shown(request, "_messages_numbers.html", **await _numbers())


@routes.page("/console/messages/person", method="POST", access=STAFF)
async def of_person(request: Request, form: Wanted, who: StaffMember) -> HTTPResponse:
    """What was sent to one person; the look is one at their record, and is kept."""
    access.require(who, *scope.HELPERS)
    if form.id_type == "phone":
        found = await finding.by_phone(form.number, by=who.actor)
    else:
        found = await finding.by_identity(Identity.of(form.id_type, form.number), by=who.actor)
    people = [(await access.profile(one, seen_by=who.actor)).masked_name for one in found]
    sent = [await ledger.of_person(one, within=_within(who), by=who.actor) for one in found]
    values: dict[str, Any] = {"found": list(zip(people, sent, strict=True)), "titles": TITLES}
    if page.is_part(request):
        return page.shown(request, "_messages_person.html", **values)
    return page.shown(request, "messages.html", who=who, **values, **await _numbers())


@routes.page("/console/messages/calls", access=STAFF)
async def calls(request: Request, who: StaffMember) -> HTTPResponse:
    """须电话告知: urgent messages that no channel took."""
    access.require(who, *scope.HELPERS)
    return page.shown(request, "messages_calls.html", who=who, calls=await unreached.to_call(within=_within(who)))


@routes.page("/console/messages/calls/list", access=STAFF)
async def calls_again(request: Request, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.HELPERS)
    return page.shown(request, "_messages_calls.html", calls=await unreached.to_call(within=_within(who)))


@routes.page("/console/messages/calls/phone", method="POST", access=STAFF)
async def phone(request: Request, form: OneCall, who: StaffMember) -> HTTPResponse:
    """One number, because it was asked for; the look is audited."""
    access.require(who, *scope.HELPERS)
    number = await unreached.phone_of(form.notice_id, within=_within(who), by=who.actor)
    return page.done(request, f"电话：{number}" if number else "没有留手机号码，可在其到厅时当面告知。")


@routes.page("/console/messages/calls/called", method="POST", access=STAFF)
async def called(request: Request, form: OneCall, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.HELPERS)
    await unreached.mark_called(form.notice_id, within=_within(who), by=who.actor)
    return page.done(request, "已记为电话告知。")


def _within(who: StaffMember) -> Sequence[str]:
    return sorted(scope.paths(who, scope.HELPERS))


async def _numbers() -> dict[str, Any]:
    return {
        "figures": await ledger.figures(clock.now() - LATELY), "waiting": await ledger.waiting(),
        "states": ledger.STATES, "urgencies": URGENCIES,
    }  # fmt: skip
