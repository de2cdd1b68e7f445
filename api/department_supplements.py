"""What departments fetch: the papers that applicants sent after a notice of theirs."""

from datetime import datetime
from typing import Annotated, Any, cast

from msgspec import Meta, Struct

from api import paper_file
from api.callers import DEPARTMENT
from cases import supplement_desk
from cases.errors import CaseNotFound
from cases.filing_errors import PaperNotFound, PaperNotReady
from cases.paper_kinds import KINDS
from foundation.actor import Actor
from foundation.object_store import ObjectMissing, ObjectStoreGone
from foundation.web import Routes

routes = Routes("部门取回补正材料", tag="department-supplements")

CaseNo = Annotated[str, Meta(max_length=60, examples=["350700202611210001"])]
Code = Annotated[str, Meta(max_length=24, examples=["7K3M9QXP2ABC7K3M"])]


class PaperRow(Struct):
    """`code` 用于取回文件."""

    code: Code
    material: Annotated[str, Meta(examples=["居民户口簿"])]
    name: Annotated[str, Meta(examples=["户口簿.jpg"])]
    media_type: Annotated[str, Meta(examples=["image/jpeg"])]
    size: int


class SentRow(Struct):
    sent_at: datetime | None
    papers: list[PaperRow]


@routes.get(
    "/departments/v1/cases/<case_no>/supplements", access=DEPARTMENT, summary="补正材料清单", errors=(CaseNotFound,)
)
async def sent(case_no: CaseNo, who: Actor) -> list[SentRow]:
    """本部门登记的办件，申请人在线提交的补正材料；最近的在前。"""
    return [
        SentRow(one.sent_at, [PaperRow(of.code, of.material, of.name, of.media_type, of.size) for of in one.papers])
        for one in await supplement_desk.of_department(case_no=case_no, source=who)
    ]


@routes.get(
    "/departments/v1/cases/<case_no>/supplements/<code>",
    access=DEPARTMENT,
    summary="取回一份补正材料",
    errors=(CaseNotFound, PaperNotFound, PaperNotReady, ObjectMissing, ObjectStoreGone),
    also=tuple(KINDS),
)
async def file(case_no: CaseNo, code: Code, who: Actor) -> str:
    """文件原样返回，已通过安全检查。"""
    found = await supplement_desk.paper_of_department(code=code, case_no=case_no, source=who)
    return cast(Any, paper_file.answer(*found))
