"""补正: what a notice asks for, uploaded and sent as one."""

from typing import Annotated

from msgspec import Meta

from cases import supplements
from cases.errors import CaseNotFound
from cases.filing_errors import NothingToSupplement, PapersNotReady, SupplementEmpty
from cases.supplements import SupplementView
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
    """办件收到一次性告知后使用；已经开始的，返回原来的。"""
    return await supplements.begin(case_no=case_no, by=actor(who))


@routes.post(
    "/v1/supplements/<code>/send",
    access=CITIZEN,
    summary="提交补正材料",
    errors=(NothingToSupplement, SupplementEmpty, PapersNotReady),
)
async def send(code: Code, who: Session) -> SupplementView:
    """一次提交全部材料，办理时限从提交起继续计算；重复提交只算一次。"""
    return await supplements.send(code=code, by=actor(who))
