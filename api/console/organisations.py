"""单位审核: who says that an organisation authorised them; a window sees the paper and decides."""

from typing import Annotated, Any

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import page
from api.console.staff_session import STAFF
from foundation.web import Asked, Routes
from identity import access, organisations
from identity.access import StaffMember

routes = Routes("单位审核", tag="console", error_page=page.refused)

RowId = Annotated[int, Meta(ge=1, le=2**62)]


class Decision(Asked):
    claim_id: RowId
    accept: bool
    reason: Annotated[str, Meta(min_length=1, max_length=200)]


@routes.page("/console/organisations", access=STAFF)
async def shown(request: Request, who: StaffMember) -> HTTPResponse:
    access.require(who, *organisations.REVIEWERS)
    return page.shown(request, "organisations.html", who=who, **await _lists(who))


@routes.page("/console/organisations/list", access=STAFF)
async def again(request: Request, who: StaffMember) -> HTTPResponse:
    """The list alone, after a decision."""
    access.require(who, *organisations.REVIEWERS)
    return page.shown(request, "_organisations.html", **await _lists(who))


@routes.page("/console/organisations/decide", method="POST", access=STAFF)
async def decide(request: Request, form: Decision, who: StaffMember) -> HTTPResponse:
    await organisations.decide(claim_id=form.claim_id, accept=form.accept, reason=form.reason, staff=who)
    return page.done(request, "已通过，申请人可以以该单位身份办理。" if form.accept else "已驳回。")


async def _lists(who: StaffMember) -> dict[str, Any]:
    return {"claims": await organisations.claims(staff=who)}
