"""补正材料: what applicants sent after a notice, for the halls that handle the item; what does not do is asked anew."""

import secrets
from typing import Annotated

from msgspec import Meta
from sanic import HTTPResponse, Request

from api import paper_file
from api.console import page, scope
from api.console.scope import REVIEWERS
from api.console.staff_session import STAFF
from cases import supplement_desk
from cases.supplement_desk import Unfit
from foundation.web import Asked, Routes
from identity import access
from identity.access import StaffMember

routes = Routes("补正材料", tag="console", error_page=page.refused)

Code = Annotated[str, Meta(max_length=24)]
Why = Annotated[str, Meta(max_length=120)]
Material = Annotated[str, Meta(max_length=200)]


class AskingAgain(Asked):
    """`material`、`why`：按顺序一一对应，未写原因的不再告知."""

    key: Annotated[str, Meta(min_length=8, max_length=80)]
    material: list[Material] = []
    why: list[Why] = []
    days: Annotated[str, Meta(pattern="^([1-9][0-9]{0,2})?$")] = ""

    def pieces(self) -> list[Unfit]:
        return [Unfit(name, why) for name, why in zip(self.material, self.why, strict=False) if why.strip()]


@routes.page("/console/supplements", access=STAFF)
async def listed(request: Request, who: StaffMember) -> HTTPResponse:
    access.require(who, *REVIEWERS)
    rows = await supplement_desk.sent(within=scope.paths(who, REVIEWERS))
    return page.shown(request, "supplements.html", who=who, rows=rows)


@routes.page("/console/supplements/<code>", access=STAFF)
async def one(request: Request, code: Code, who: StaffMember) -> HTTPResponse:
    access.require(who, *REVIEWERS)
    shown = await supplement_desk.one(code=code, within=scope.paths(who, REVIEWERS), by=who.actor)
    may_ask = await supplement_desk.may_ask(shown)
    template = "_supplement.html" if page.is_part(request) else "supplement.html"
    return page.shown(request, template, who=who, one=shown, may_ask=may_ask, key=secrets.token_hex(8))


@routes.page("/console/supplements/<code>/ask-again", method="POST", access=STAFF)
async def ask_again(request: Request, code: Code, form: AskingAgain, who: StaffMember) -> HTTPResponse:
    access.require(who, *REVIEWERS)
    days = int(form.days) if form.days else None
    within = scope.paths(who, REVIEWERS)
    await supplement_desk.ask_again(
        code=code, pieces=form.pieces(), days=days, key=form.key, within=within, by=who.actor
    )
    return page.done(request, "已告知申请人重新提交，补齐之前不计入办理时限。")


@routes.page("/console/supplements/<code>/papers/<paper>", access=STAFF)
async def paper(code: Code, paper: Code, who: StaffMember) -> HTTPResponse:
    access.require(who, *REVIEWERS)
    within = scope.paths(who, REVIEWERS)
    return paper_file.answer(*await supplement_desk.paper(code=paper, supplement=code, within=within))
