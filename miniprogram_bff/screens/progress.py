"""查进度: my cases, and one by number with a second factor."""

from typing import Annotated

from msgspec import Meta
from sanic import Request

from cases import lookup
from cases.errors import CaseNotFound
from cases.lookup import CaseView
from foundation.errors import TooManyRequests
from foundation.web import PUBLIC, Asked, Routes, client_address
from identity.delegation import Scope
from identity.organisation_errors import ActingOver
from identity.sessions import Session
from miniprogram_bff.fields import CaseNo
from miniprogram_bff.session import CITIZEN, subject

routes = Routes("查进度", tag="progress")


class LookUp(Asked):
    case_no: Annotated[str, Meta(min_length=4, max_length=60, examples=["350700202611210001"])]
    last_four: Annotated[str, Meta(pattern="^[0-9A-Za-z]{4}$", examples=["002X"])]


@routes.get("/v1/cases", access=CITIZEN, summary="我的办件", errors=(ActingOver,))
async def my_cases(who: Session) -> list[CaseView]:
    return await lookup.mine(await subject(who, Scope.PROGRESS))


@routes.get("/v1/cases/<case_no>", access=CITIZEN, summary="一个办件", errors=(CaseNotFound,))
async def my_case(case_no: CaseNo, who: Session) -> CaseView:
    return await lookup.one_of_mine(case_no=case_no, citizen_id=who.citizen_id)


@routes.post("/v1/cases/look-up", access=PUBLIC, summary="按编号查进度", errors=(CaseNotFound, TooManyRequests))
async def look_up(request: Request, body: LookUp) -> CaseView:
    """无需登录：办件编号加申请人证件号码后四位。编号不存在与后四位不符，答复相同。"""
    return await lookup.by_number(case_no=body.case_no, last_four=body.last_four, address=client_address(request))
