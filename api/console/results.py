"""办理结果: result papers put to a case that was filed on line, the case closed, the result handed over or sent."""

from typing import Annotated

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import page, scope
from api.console.scope import REVIEWERS
from api.console.staff_session import STAFF
from cases import delivery_tracking, results, review_desk
from cases.filing_errors import PaperKindRefused
from cases.results import File
from foundation.web import Asked, Routes
from identity import access
from identity.access import StaffMember

routes = Routes("办理结果", tag="console", error_page=page.refused)

Code = Annotated[str, Meta(max_length=24)]


class Closing(Asked):
    note: Annotated[str, Meta(max_length=400)] = ""


class Parcel(Asked):
    carrier: Annotated[str, Meta(max_length=40)]
    tracking_no: Annotated[str, Meta(max_length=40)]


@routes.page("/console/filings/<code>/results", method="POST", access=STAFF)
async def add(request: Request, code: Code, who: StaffMember) -> HTTPResponse:
    access.require(who, *REVIEWERS)
    sent = request.files.get("file") if request.files else None
    if sent is None or not sent.body:
        raise PaperKindRefused
    await results.add(code=code, file=File(sent.name or "结果", sent.body), within=_within(who), by=who.actor)
    return _back(request, code)


@routes.page("/console/filings/<code>/close", method="POST", access=STAFF)
async def close(request: Request, code: Code, form: Closing, who: StaffMember) -> HTTPResponse:
    access.require(who, *REVIEWERS)
    await results.close(code=code, note=form.note, within=_within(who), by=who.actor)
    return _back(request, code)


@routes.page("/console/filings/<code>/send", method="POST", access=STAFF)
async def send(request: Request, code: Code, form: Parcel, who: StaffMember) -> HTTPResponse:
    access.require(who, *REVIEWERS)
    case_no = await review_desk.case_of(code=code, within=_within(who))
    await delivery_tracking.send(
        case_no=case_no, carrier=form.carrier, tracking_no=form.tracking_no, by=who.actor
    )  # fmt: skip
    return _back(request, code)


@routes.page("/console/filings/<code>/hand-over", method="POST", access=STAFF)
async def hand_over(request: Request, code: Code, who: StaffMember) -> HTTPResponse:
    access.require(who, *REVIEWERS)
    case_no = await review_desk.case_of(code=code, within=_within(who))
    await delivery_tracking.hand_over(case_no=case_no, by=who.actor)
    return _back(request, code)


def _within(who: StaffMember) -> set[str]:
    return scope.paths(who, REVIEWERS)


def _back(request: Request, code: str) -> HTTPResponse:
    return page.onward(request, f"/console/filings/{code}")
