"""结果送达 of a case that did not begin on line: sent to the address that was chosen, or handed over at the hall."""

from sanic import HTTPResponse, Request

from api.console import page
from api.console.case import RowId, theirs
from api.console.results import Parcel
from api.console.scope import REVIEWERS
from api.console.staff_session import STAFF
from cases import delivery_tracking
from foundation.web import Routes
from identity.access import StaffMember

routes = Routes("结果送达", tag="console", error_page=page.refused)


@routes.page("/console/cases/<case_id>/send", method="POST", access=STAFF)
async def send(request: Request, case_id: RowId, form: Parcel, who: StaffMember) -> HTTPResponse:
    case = await theirs(who, case_id, REVIEWERS)
    await delivery_tracking.send(
        case_no=case.case_no, carrier=form.carrier, tracking_no=form.tracking_no, by=who.actor
    )  # fmt: skip
    return page.done(request, "已登记寄出，申请人会收到运单号。")


@routes.page("/console/cases/<case_id>/hand-over", method="POST", access=STAFF)
async def hand_over(request: Request, case_id: RowId, who: StaffMember) -> HTTPResponse:
    case = await theirs(who, case_id, REVIEWERS)
    await delivery_tracking.hand_over(case_no=case.case_no, by=who.actor)
    return page.done(request, "已登记申请人领取。")
