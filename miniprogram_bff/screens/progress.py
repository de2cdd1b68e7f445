"""查进度: my cases, one by number with a second factor, the notice as a paper, and being told when a case moves."""

from typing import Annotated, Any, cast

from msgspec import Meta, Struct
from sanic import HTTPResponse, Request

from cases import lookup, notice, notice_paper, own_list, subscriptions
from cases.errors import CaseNotFound, NoNotice, TooManyFollowed
from cases.own_list import OwnCase
from cases.subscriptions import Followed
from cases.views import CaseView
from foundation.errors import TooManyRequests
from foundation.questions import ask_as_one
from foundation.web import PUBLIC, Asked, Limit, Routes, client_address
from identity.delegation import Scope
from identity.organisation_errors import ActingOver
from identity.sessions import Session
from miniprogram_bff.fields import CaseNo
from miniprogram_bff.session import CITIZEN, actor, subject

routes = Routes("查进度", tag="progress")

NoticeId = Annotated[int, Meta(ge=1, le=2**62, examples=[1])]


class CaseLookUp(Asked):
    case_no: Annotated[str, Meta(min_length=4, max_length=60, examples=["350700202611210001"])]
    last_four: Annotated[str, Meta(pattern="^[0-9A-Za-z]{4}$", examples=["002X"])]


class ProgressPage(Struct):
    """`cases`：我的办件，一件一行，全部环节和告知在该件自己的页上；`followed`：我订阅的别人的办件."""

    cases: list[OwnCase]
    followed: list[Followed]


@routes.get("/v1/screens/progress", access=CITIZEN, summary="查进度页", errors=(ActingOver,))
async def progress_page(who: Session) -> ProgressPage:
    """切换了办理身份的，办件是该单位（或被代办人）的；订阅的总是本人的。"""
    whose, me = await subject(who, Scope.PROGRESS), actor(who)
    await ask_as_one(rows := own_list.rows_of(whose), followed := subscriptions.subscribed(me.number))
    return ProgressPage(
        cases=await own_list.entrusted_to(me, rows.answer, owner=whose),
        followed=await subscriptions.still_theirs(followed.answer, me.number),
    )


@routes.get("/v1/cases", access=CITIZEN, summary="我的办件", errors=(ActingOver,))
async def my_cases(who: Session) -> list[OwnCase]:
    """一件一行：办到哪一步、是否临近期限；全部环节和告知在该件自己的页上。"""
    return await own_list.of(await subject(who, Scope.PROGRESS), by=actor(who))


@routes.get("/v1/cases/<case_no>", access=CITIZEN, summary="一个办件", errors=(CaseNotFound,))
async def my_case(case_no: CaseNo, who: Session) -> CaseView:
    return await lookup.one_of_mine(case_no=case_no, citizen_id=who.citizen_id)


@routes.get(
    "/v1/cases/<case_no>/notices/<notice_id>",
    access=CITIZEN,
    summary="一次性告知书 PDF",
    errors=(CaseNotFound, NoNotice),
    also=("application/pdf",),
    limit=Limit(user=30),
)
async def notice_file(case_no: CaseNo, notice_id: NoticeId, who: Session) -> str:
    """申请人和受托人可看、可打印。"""
    case = await lookup.mine_or_entrusted(case_no=case_no, citizen_id=who.citizen_id)
    found = await notice.find(case, notice_id=notice_id)
    headers = {"Content-Disposition": f'inline; filename="notice-{found.id}.pdf"', "Cache-Control": "no-store"}
    return cast(Any, HTTPResponse(notice_paper.drawn(case, found), headers=headers, content_type="application/pdf"))


@routes.post("/v1/cases/look-up", access=PUBLIC, summary="按编号查进度", errors=(CaseNotFound, TooManyRequests))
async def look_up(request: Request, body: CaseLookUp) -> CaseView:
    """无需登录：办件编号加申请人证件号码后四位。编号不存在与后四位不符，答复相同。"""
    return await lookup.by_number(case_no=body.case_no, last_four=body.last_four, address=client_address(request))


@routes.post(
    "/v1/followed-cases",
    access=CITIZEN,
    summary="按编号订阅进度",
    status=204,
    errors=(CaseNotFound, TooManyRequests, TooManyFollowed),
)
async def follow_by_number(request: Request, body: CaseLookUp, who: Session) -> None:
    """别人的办件，有进展时通知我；本人的办件无需订阅。与按编号查询相同，须有申请人证件号码后四位。"""
    await subscriptions.follow_by_number(
        case_no=body.case_no, last_four=body.last_four, citizen_id=who.citizen_id, address=client_address(request)
    )


@routes.post(
    "/v1/cases/<case_no>/follow",
    access=CITIZEN,
    summary="订阅受托的办件",
    status=204,
    errors=(CaseNotFound, TooManyFollowed),
)
async def follow(case_no: CaseNo, who: Session) -> None:
    await subscriptions.follow(case_no=case_no, citizen_id=who.citizen_id)


@routes.delete("/v1/cases/<case_no>/follow", access=CITIZEN, summary="取消订阅", status=204)
async def leave(case_no: CaseNo, who: Session) -> None:
    await subscriptions.leave(case_no=case_no, citizen_id=who.citizen_id)
