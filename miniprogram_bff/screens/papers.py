"""上传材料: a file announced, sent in pieces over a bad network, closed, looked at, withdrawn."""

from typing import Annotated, Any, Literal, cast

from msgspec import Meta
from sanic import HTTPResponse, Request

from cases import papers
from cases.filing_errors import (
    FilingClosed,
    FilingNotFound,
    FolderClosed,
    NothingToSupplement,
    PaperChanged,
    PaperInfected,
    PaperKindRefused,
    PaperNotFound,
    PaperNotReady,
    PaperPartFault,
    PaperTooLarge,
    SupplementSent,
    TooManyPapers,
    UnknownMaterial,
)
from cases.paper_kinds import KINDS
from cases.paper_owners import Owner
from cases.papers import Announced, PaperView
from foundation.errors import TooManyRequests
from foundation.idempotency import KeyReused
from foundation.object_store import ObjectMissing, ObjectStoreGone
from foundation.web import Asked, Limit, Routes
from identity.sessions import Session
from miniprogram_bff.session import CITIZEN, actor

routes = Routes("上传材料", tag="papers")

Code = Annotated[str, Meta(max_length=24, examples=["7K3M9QXP2ABC7K3M"])]
PartNumber = Annotated[int, Meta(ge=1, le=1000)]
OWNERS = (FilingNotFound, FilingClosed, NothingToSupplement, SupplementSent, FolderClosed, UnknownMaterial)


class NewPaper(Asked):
    """`key`：本次上传的幂等键；`sha256`：整个文件的 SHA-256（十六进制）；`name`：原文件名。

    咨询投诉的附件：`owner` 为 consultation，`owner_code` 为编号，`material` 为“附件”；JPEG、PNG、PDF，至多 5 份.
    """

    owner: Literal["filing", "supplement", "consultation"]
    owner_code: Annotated[str, Meta(min_length=1, max_length=20, examples=["7K3M9QXP2ABC"])]
    key: Annotated[str, Meta(min_length=8, max_length=80, examples=["3f1c2a90-7a55"])]
    material: Annotated[str, Meta(min_length=1, max_length=200, examples=["居民户口簿"])]
    name: Annotated[str, Meta(min_length=1, max_length=200, examples=["户口簿.jpg"])]
    size: Annotated[int, Meta(ge=1, le=2**40)]
    sha256: Annotated[str, Meta(pattern="^[0-9a-fA-F]{64}$", examples=["9f86d081884c7d65" * 4])]


@routes.post(
    "/v1/papers",
    access=CITIZEN,
    summary="登记要上传的文件",
    errors=(*OWNERS, PaperTooLarge, TooManyPapers, KeyReused, TooManyRequests),
    status=201,
)
async def announce(body: NewPaper, who: Session) -> PaperView:
    """随后按 `missing` 逐段上传，每段 512 KiB，最后一段为余数。相同幂等键或相同内容返回已登记的文件，可续传。"""
    told = Announced(key=body.key, material=body.material, name=body.name, size=body.size, sha256=body.sha256)
    return await papers.announce(owner=Owner(body.owner, body.owner_code), paper=told, by=actor(who))


@routes.put(
    "/v1/papers/<code>/parts/<number>",
    access=CITIZEN,
    summary="上传一段",
    errors=(PaperNotFound, PaperPartFault, ObjectStoreGone),
    limit=Limit(user=1200),
)
async def send_part(request: Request, code: Code, number: PartNumber, who: Session) -> PaperView:
    """正文为该段的原始字节（application/octet-stream），从 1 编号；重复上传同一段没有影响。"""
    return await papers.send_part(code=code, number=number, data=request.body, by=actor(who))


@routes.post(
    "/v1/papers/<code>/finish",
    access=CITIZEN,
    summary="各段已传完",
    errors=(
        PaperNotFound, PaperPartFault, PaperChanged, PaperKindRefused, PaperInfected, ObjectMissing, ObjectStoreGone,
    ),
    limit=Limit(user=240),
)  # fmt: skip
async def finish(code: Code, who: Session) -> PaperView:
    """按内容识别类型并作安全检查；检查未完成时 `state` 为 scanning，稍后自动可用。"""
    return await papers.finish(code=code, by=actor(who))


@routes.delete(
    "/v1/papers/<code>", access=CITIZEN, summary="删除未提交的文件", errors=(PaperNotFound, *OWNERS), status=204
)
async def withdraw(code: Code, who: Session) -> None:
    await papers.withdraw(code=code, by=actor(who))


@routes.get(
    "/v1/papers/<code>/file",
    access=CITIZEN,
    summary="查看或下载文件",
    errors=(PaperNotFound, PaperNotReady, ObjectMissing, ObjectStoreGone),
    also=tuple(KINDS),
    limit=Limit(user=240),
)
async def file(code: Code, who: Session) -> str:
    """本人上传的材料和附件，或本人办件的结果文件。"""
    view, data = await papers.read(code=code, by=actor(who))
    headers = {
        "Content-Disposition": f'attachment; filename="{view.code}.{KINDS[view.media_type].ending}"',
        "Cache-Control": "no-store",
    }
    return cast(Any, HTTPResponse(data, headers=headers, content_type=view.media_type))
