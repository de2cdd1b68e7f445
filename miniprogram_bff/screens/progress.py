"""查进度: my cases, and one by number with a second factor."""

from datetime import date, datetime
from typing import Annotated

from msgspec import Meta, Struct
from sanic import Request

from cases import lookup
from cases.errors import CaseNotFound
from foundation.web import PUBLIC, Asked, Routes, client_address
from identity.sessions import Session
from miniprogram_bff.session import CITIZEN

routes = Routes("查进度", tag="progress")


class StepView(Struct):
    label: str
    at: datetime
    note: str


class CaseView(Struct):
    """`light`：green 正常，yellow 临近期限，red 超期，grey 未计时."""

    case_no: str
    item_code: str
    item_name: str
    department_name: str
    applicant: str
    stage: str
    stage_label: str
    what_next: str
    light: str
    legal_days: int | None
    promised_days: int | None
    promised_due: date | None
    legal_due: date | None
    closed: bool
    steps: list[StepView]


class LookUp(Asked):
    case_no: Annotated[str, Meta(min_length=4, max_length=60, examples=["350700202611210001"])]
    last_four: Annotated[str, Meta(pattern="^[0-9A-Za-z]{4}$", examples=["002X"])]


@routes.get("/v1/cases", access=CITIZEN, summary="我的办件")
async def my_cases(who: Session) -> list[CaseView]:
    return [_view(one) for one in await lookup.mine(who.citizen_id)]


@routes.get("/v1/cases/<case_no>", access=CITIZEN, summary="一个办件", errors=(CaseNotFound,))
async def my_case(case_no: str, who: Session) -> CaseView:
    return _view(await lookup.one_of_mine(case_no=case_no, citizen_id=who.citizen_id))


@routes.post("/v1/cases/look-up", access=PUBLIC, summary="按编号查进度", errors=(CaseNotFound,))
async def look_up(request: Request, body: LookUp) -> CaseView:
    """无需登录：办件编号加申请人证件号码后四位。编号不存在与后四位不符，答复相同。"""
    return _view(
        await lookup.by_number(case_no=body.case_no, last_four=body.last_four, address=client_address(request))
    )


def _view(case: lookup.CaseView) -> CaseView:
    return CaseView(
        case_no=case.case_no,
        item_code=case.item_code,
        item_name=case.item_name,
        department_name=case.department_name,
        applicant=case.applicant,
        stage=case.stage,
        stage_label=case.stage_label,
        what_next=case.what_next,
        light=case.light,
        legal_days=case.legal_days,
        promised_days=case.promised_days,
        promised_due=case.promised_due,
        legal_due=case.legal_due,
        closed=case.closed,
        steps=[StepView(one.label, one.at, one.note) for one in case.steps],
    )
