"""网上预审: what was applied for on line, one application with form and papers side by side, and what is decided."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from msgspec import Meta
from sanic import HTTPResponse, Request

from api import paper_file
from api.console import deeds, page, scope
from api.console.scope import REVIEWERS
from api.console.staff_session import STAFF
from cases import item_fees, review, review_desk
from cases.review import APPEAL, Missing
from foundation.web import Asked, Routes
from identity import access
from identity.access import StaffMember

routes = Routes("网上预审", tag="console", error_page=page.refused)

Code = Annotated[str, Meta(max_length=24)]
STATES = {"open": "待审", "returned": "待补正", "accepted": "已受理", "refused": "不予受理"}
HOW = {
    "form": "网上填报代替",
    "licence": "电子证照",
    "papers": "已上传",
    "later": "容缺后补",
    "missing": "未提交",
    "not_needed": "不涉及",
}


class Wanted(Asked):
    state: Literal["open", "returned", "accepted", "refused"] = "open"


class Notice(Asked):
    """一次性告知：`material` 与 `why` 一一对应，`why` 不填的不告知."""

    material: Annotated[list[Annotated[str, Meta(max_length=200)]], Meta(max_length=100)]
    why: Annotated[list[Annotated[str, Meta(max_length=300)]], Meta(max_length=100)]


class Accepting(Asked):
    """`free_why`：免收费用的依据，收费的不填."""

    free_why: Annotated[str, Meta(max_length=200)] = ""


class Refusing(Asked):
    reason: Annotated[str, Meta(max_length=400)] = ""


@routes.page("/console/filings", access=STAFF)
async def inbox(request: Request, query: Wanted, who: StaffMember) -> HTTPResponse:
    access.require(who, *REVIEWERS)
    lines = await review_desk.waiting(within=_within(who), state=query.state)
    names = await access.staff_names({one.reviewer_id for one in lines if one.reviewer_id})
    template = "_filings.html" if page.is_part(request) else "filings.html"
    return page.shown(
        request, template, who=who, lines=lines, names=names, states=STATES, state=query.state,
        figures=await review_desk.figures(within=_within(who)),
    )  # fmt: skip


@routes.page("/console/filings/<code>", access=STAFF)
async def one(request: Request, code: Code, who: StaffMember) -> HTTPResponse:
    access.require(who, *REVIEWERS)
    record = await review_desk.record(code=code, within=_within(who), by=who.actor)
    line = record.line
    names = await access.staff_names([line.reviewer_id] if line.reviewer_id else [])
    return page.shown(
        request, "filing.html", who=who, record=record, line=line, how=HOW, appeal=APPEAL,
        reviewer=names.get(line.reviewer_id or 0, ""), mine=line.state == "reviewing" and line.reviewer_id == who.id,
        price=await item_fees.of(record.item_code), deeds=await deeds.of_subjects([f"filing:{record.filing_id}"]),
    )  # fmt: skip


@routes.page("/console/filings/<code>/papers/<paper>", access=STAFF)
async def paper(code: Code, paper: Code, who: StaffMember) -> HTTPResponse:
    access.require(who, *REVIEWERS)
    return paper_file.answer(*await review_desk.paper(code=paper, filing_code=code, within=_within(who)))


@routes.page("/console/filings/<code>/claim", method="POST", access=STAFF)
async def claim(request: Request, code: Code, who: StaffMember) -> HTTPResponse:
    access.require(who, *REVIEWERS)
    await review.claim(code=code, within=_within(who), by=who.actor)
    return _back(request, code)


@routes.page("/console/filings/<code>/let-go", method="POST", access=STAFF)
async def let_go(request: Request, code: Code, who: StaffMember) -> HTTPResponse:
    access.require(who, *REVIEWERS)
    await review.let_go(code=code, within=_within(who), by=who.actor)
    return page.onward(request, "/console/filings")


@routes.page("/console/filings/<code>/send-back", method="POST", access=STAFF)
async def send_back(request: Request, code: Code, form: Notice, who: StaffMember) -> HTTPResponse:
    access.require(who, *REVIEWERS)
    missing = list(_asked(zip(form.material, form.why, strict=False)))
    await review.send_back(code=code, missing=missing, within=_within(who), by=who.actor)
    return _back(request, code)


def _asked(rows: Iterable[tuple[str, str]]) -> Iterable[Missing]:
    return (Missing(material=material, why=why.strip()) for material, why in rows if why.strip())


@routes.page("/console/filings/<code>/refuse", method="POST", access=STAFF)
async def refuse(request: Request, code: Code, form: Refusing, who: StaffMember) -> HTTPResponse:
    access.require(who, *REVIEWERS)
    await review.refuse(code=code, reason=form.reason, within=_within(who), by=who.actor)
    return _back(request, code)


@routes.page("/console/filings/<code>/accept", method="POST", access=STAFF)
async def accept(request: Request, code: Code, form: Accepting, who: StaffMember) -> HTTPResponse:
    access.require(who, *REVIEWERS)
    await review.accept(code=code, within=_within(who), by=who.actor, free_why=form.free_why)
    return _back(request, code)


def _within(who: StaffMember) -> set[str]:
    return scope.paths(who, REVIEWERS)


def _back(request: Request, code: str) -> Any:
    return page.onward(request, f"/console/filings/{code}")
