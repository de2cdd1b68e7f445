"""补正: what a notice asks for, uploaded and sent as one."""

from typing import Annotated

from msgspec import Meta

from cases import supplements
from cases.errors import CaseNotFound
from cases.filing_errors import NothingToSupplement, PapersNotReady, SupplementEmpty
from cases.supplement_views import SupplementView
from foundation.web import Routes
from identity.sessions import Session
from miniprogram_bff.fields import CaseNo
from miniprogram_bff.session import CITIZEN, actor

routes = Routes("补正材料", tag="supplement")

Code = Annotated[str, Meta(max_length=20, examples=["7K3M9QXP2ABC"])]


@routes.post(
    "/v1/cases/<case_no>/supplement",
    access=CITIZEN,
    summary="开始补正",
    errors=(CaseNotFound, NothingToSupplement),
)
async def begin(case_no: CaseNo, who: Session) -> SupplementView:
    """办件等待补正期间使用；已经开始、尚未提交的，返回原来的；提交后仍有材料未补齐或被再次告知的，开始新的一次。"""
    return await supplements.begin(case_no=case_no, by=actor(who))


@routes.get("/v1/cases/<case_no>/supplements", access=CITIZEN, summary="已提交的补正材料", errors=(CaseNotFound,))
async def sent(case_no: CaseNo, who: Session) -> list[SupplementView]:
    """申请人和受托人可看，最近一次在前；文件用“查看或下载文件”打开。"""
    return await supplements.of_mine(case_no=case_no, by=actor(who))


@routes.post(
    "/v1/supplements/<code>/send",
    access=CITIZEN,
    summary="提交补正材料",
    errors=(NothingToSupplement, SupplementEmpty, PapersNotReady),
)
async def send(code: Code, who: Session) -> SupplementView:
    """一次提交全部材料；补齐的，办理时限从提交起继续计算，仍有缺的可以再次补正。重复提交只算一次。"""
    return await supplements.send(code=code, by=actor(who))
