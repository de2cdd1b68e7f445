"""隐私政策: the version in force, and agreeing to it or taking that back."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from foundation.web import LIVE, PUBLIC, Asked, Routes
from identity import policy
from identity.policy_errors import PolicyChanged
from identity.sessions import Session
from miniprogram_bff.session import MINIMAL, actor

routes = Routes("隐私政策", tag="policy")

Version = Annotated[str, Meta(min_length=1, max_length=20, examples=["2026-01-01"])]


class PolicyView(Struct):
    """`text` 为 Markdown，`#` 是标题."""

    version: Version
    text: Annotated[str, Meta(examples=["# 指尖办个人信息保护说明"])]


class AgreementView(Struct):
    version: Version
    agreed_at: datetime
    withdrawn_at: datetime | None


class MyPolicy(Struct):
    current: Version
    agreed: bool
    history: list[AgreementView]


class Agree(Asked):
    version: Version


@routes.get("/v1/policy", access=PUBLIC, summary="现行隐私政策", cache=LIVE)
async def in_force() -> PolicyView:
    now = policy.current()
    return PolicyView(now.version, now.text)


@routes.get("/v1/me/policy", access=MINIMAL, summary="我的同意记录")
async def mine(who: Session) -> MyPolicy:
    rows = [AgreementView(one.version, one.agreed_at, one.withdrawn_at) for one in await policy.history(who.citizen_id)]
    version = policy.current().version
    return MyPolicy(version, who.policy == version, rows)


@routes.post("/v1/me/policy", access=MINIMAL, summary="同意隐私政策", errors=(PolicyChanged,), status=204)
async def agree(body: Agree, who: Session) -> None:
    """政策更新后须重新同意，才能继续办理。"""
    await policy.agree(citizen_id=who.citizen_id, version=body.version, by=actor(who))


@routes.delete("/v1/me/policy", access=MINIMAL, summary="撤回同意", status=204)
async def withdraw(who: Session) -> None:
    """手机号、亲友名单和给出的委托随即删除；账号只保留查看、导出和注销。"""
    await policy.withdraw(citizen_id=who.citizen_id, by=actor(who))
