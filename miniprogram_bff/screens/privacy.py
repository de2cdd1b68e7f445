"""我的信息: who opened my record, copies of what is held of me, closing the account."""

from datetime import datetime
from typing import Annotated, Any, cast

from msgspec import Meta, Struct
from sanic import HTTPResponse

from catalogue import halls
from foundation import clock, csv_table, settings
from foundation.errors import Invalid
from foundation.web import Asked, Limit, Routes
from foundation.web.language import as_known
from identity import exports, leaving, looks
from identity.access import ROLE_NAMES, Role
from identity.policy_errors import AlreadyLeaving, ExportNotFound, ExportUnderWay, NotLeaving
from identity.sessions import Session
from miniprogram_bff.session import MINIMAL, actor
from miniprogram_bff.states import CopyState
from payments.errors import MoneyUnderWay

routes = Routes("我的信息", tag="privacy")

COLUMNS = ("时间", "角色", "单位", "看了什么", "事由")
MOST_IN_FILE = 10_000

Code = Annotated[str, Meta(min_length=1, max_length=30, examples=["7K3M9QXP2A7K3M9QXP2A"])]


class LookView(Struct):
    """一次查看。显示角色和单位，不显示工作人员姓名."""

    at: datetime
    role: Annotated[str, Meta(examples=["窗口"])]
    place: Annotated[str, Meta(examples=["示例市政务服务中心"])]
    what: Annotated[str, Meta(examples=["预约记录"])]
    why: Annotated[str, Meta(examples=["核实预约情况"])]


class CopyView(Struct):
    """`state`：waiting 正在准备，ready 可以下载，fetched 已下载，expired 已过期."""

    code: Code
    state: CopyState
    label: Annotated[str, Meta(examples=["可以下载"])]
    size: Annotated[int, Meta(examples=[20480], description="字节")]
    asked_at: datetime
    good_until: datetime | None


class KeptView(Struct):
    title: Annotated[str, Meta(examples=["缴款通知书"])]
    why: Annotated[str, Meta(examples=["会计凭证，依《会计档案管理办法》保存 30 年，不再与账号关联。"])]


class LeavingView(Struct):
    """`due_at`：到时注销，之前可以撤回；没有申请的为空。`hindered`：到期时仍有未了的事项，将继续尝试."""

    asked_at: datetime | None
    due_at: datetime | None
    hindered: bool
    days: Annotated[int, Meta(examples=[7], description="申请后多少天内可以撤回")]
    kept: list[KeptView]


class ConfirmForget(Asked):
    """`confirm` must read 注销."""

    confirm: Annotated[str, Meta(max_length=10, examples=["注销"])]


class NotConfirmed(Invalid):
    """请在确认框中填写“注销”两字。"""


@routes.get("/v1/me/looks", access=MINIMAL, summary="谁看过我的信息")
async def who_looked(who: Session) -> list[LookView]:
    """工作人员每次查看的角色、单位、内容和事由，最近的在前。"""
    return await _looks(who.citizen_id, limit=200)


@routes.get(
    "/v1/me/looks.csv",
    access=MINIMAL,
    summary="导出查看记录",
    limit=Limit(user=10, seconds=3600),
    also=("text/csv",),
)
async def looks_file(who: Session) -> str:
    seen = await _looks(who.citizen_id, limit=MOST_IN_FILE)
    rows = [(f"{clock.shanghai(one.at):%Y-%m-%d %H:%M}", one.role, one.place, one.what, one.why) for one in seen]
    return _file(csv_table.text(COLUMNS, rows).encode(), "looks.csv", "text/csv; charset=utf-8")


@routes.post(
    "/v1/me/exports",
    access=MINIMAL,
    summary="申请我的信息副本",
    errors=(ExportUnderWay,),
    limit=Limit(user=5, seconds=3600),
    status=201,
)
async def ask_for_copy(who: Session) -> list[CopyView]:
    """含全部信息的压缩包，由后台准备；只能下载一次，逾期删除。"""
    await exports.ask(citizen_id=who.citizen_id, by=actor(who))
    return await copies(who)


@routes.get("/v1/me/exports", access=MINIMAL, summary="我的信息副本")
async def copies(who: Session) -> list[CopyView]:
    return [
        CopyView(one.code, one.state, exports.STATE_NAMES[one.state], one.size, one.asked_at, one.good_until)
        for one in await exports.mine(who.citizen_id)
    ]


@routes.post(
    "/v1/me/exports/<code>/file",
    access=MINIMAL,
    summary="下载信息副本",
    errors=(ExportNotFound,),
    limit=Limit(user=20, seconds=3600),
    also=("application/zip",),
)
async def fetch_copy(code: Code, who: Session) -> str:
    """只能下载一次；下载后服务器上不再保存。"""
    return _file(await exports.fetch(code=code, by=actor(who)), "my-data.zip", "application/zip")


@routes.get("/v1/me/forget", access=MINIMAL, summary="注销账号的情况")
async def leaving_page(who: Session) -> LeavingView:
    """注销后哪些信息依法继续保存、保存多久。"""
    asked = await leaving.of(who.citizen_id)
    return LeavingView(
        asked_at=asked.asked_at if asked else None,
        due_at=asked.due_at if asked else None,
        hindered=bool(asked and asked.hindered),
        days=settings.current().privacy.leaving_days,
        kept=[KeptView(one.title, one.why) for one in leaving.kept()],
    )


@routes.post(
    "/v1/me/forget", access=MINIMAL, summary="申请注销账号", errors=(NotConfirmed, MoneyUnderWay, AlreadyLeaving)
)
async def forget(body: ConfirmForget, who: Session) -> LeavingView:
    """到期自动注销，之前可以撤回。依法须保存的档案继续保存，但不再与账号关联。"""
    if as_known(body.confirm.strip(), ["注销"]) != "注销":
        raise NotConfirmed
    await leaving.ask(citizen_id=who.citizen_id, by=actor(who))
    return await leaving_page(who)


@routes.delete("/v1/me/forget", access=MINIMAL, summary="撤回注销申请", errors=(NotLeaving,), status=204)
async def stay(who: Session) -> None:
    await leaving.take_back(citizen_id=who.citizen_id, by=actor(who))


async def _looks(citizen_id: int, *, limit: int) -> list[LookView]:
    seen = await looks.of(citizen_id, limit=limit)
    names = await halls.names()
    city = settings.current().processes.city_name
    return [
        LookView(
            at=one.at,
            role="、".join(dict.fromkeys(ROLE_NAMES[Role(role)] for role, _ in one.roles)) or "工作人员",
            place="、".join(dict.fromkeys(names.get(path, city) for _, path in one.roles)) or city,
            what=looks.NAMES[one.what],
            why=one.why,
        )
        for one in seen
    ]


def _file(content: bytes, name: str, kind: str) -> str:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return cast(Any, HTTPResponse(content, headers=headers, content_type=kind))
