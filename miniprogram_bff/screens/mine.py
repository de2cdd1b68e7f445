"""我的: who I am, and where I am signed in."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from foundation.web import Asked, Limit, Routes
from identity import levels, own_record, phones, policy, realname, sessions
from identity.errors import (
    AlreadyVerified,
    NameFault,
    NameMismatch,
    NoSuchSession,
    NumberFault,
    NumberHeldByAnother,
    PhoneFault,
    TooManyVerifications,
    VerifierUnavailable,
)
from identity.idnumber import IdType
from identity.sessions import Session
from miniprogram_bff.screens.login import PLATFORM_FAULTS
from miniprogram_bff.session import CITIZEN, MINIMAL, actor
from miniprogram_bff.states import IdTypeName, Platform

routes = Routes("我的", tag="mine")

Phoned = Annotated[str, Meta(examples=["138****0001"])]


class Me(Struct):
    """Everything is masked: the whole number is never sent back."""

    real_name_done: bool
    name: Annotated[str, Meta(examples=["张*"])]
    id_type: IdTypeName
    id_number: Annotated[str, Meta(examples=["1***************6"])]
    phone: Phoned
    phone_verified: bool
    level: Annotated[str, Meta(examples=["实名认证（姓名、证件号码）"])]
    policy_agreed: Annotated[bool, Meta(description="已同意现行隐私政策；否则只能查看、导出和注销")]
    platforms: list[Annotated[str, Meta(examples=["wechat"])]]


class RealName(Asked):
    name: Annotated[str, Meta(min_length=1, max_length=60, examples=["张三"])]
    id_number: Annotated[str, Meta(min_length=5, max_length=30, examples=["11010519491231002X"])]
    id_type: IdType = IdType.ID_CARD


class PhoneCode(Asked):
    """`code`：微信手机号按钮的 code；支付宝为 my.getPhoneNumber 的结果（含 response 和 sign 的 JSON 文本）."""

    code: Annotated[str, Meta(min_length=1, max_length=4096)]


class Phone(Struct):
    phone: Phoned


class SessionView(Struct):
    id: str
    platform: Platform
    device: Annotated[str, Meta(examples=["手机"])]
    place: Annotated[str, Meta(examples=["203.0.*.*"])]
    opened_at: datetime
    seen_at: datetime
    this_one: bool


class Ended(Struct):
    ended: int


@routes.get("/v1/me", access=MINIMAL, summary="我的信息")
async def me(who: Session) -> Me:
    return await _me(who, who.citizen_id)


@routes.post(
    "/v1/me/real-name",
    access=CITIZEN,
    summary="实名认证",
    errors=(
        NumberFault,
        *NumberFault.__subclasses__(),
        NameFault,
        NameMismatch,
        AlreadyVerified,
        NumberHeldByAnother,
        TooManyVerifications,
        VerifierUnavailable,
    ),
)
async def verify(body: RealName, who: Session) -> Me:
    """姓名与证件号码一致即完成认证；同一人的微信、支付宝账号合并为一个市民。"""
    done = await realname.verify(
        citizen_id=who.citizen_id, name=body.name, id_type=body.id_type, number=body.id_number, by=actor(who)
    )
    return await _me(who, done.citizen_id)


@routes.post(
    "/v1/me/phone",
    access=CITIZEN,
    summary="绑定或更换手机号",
    errors=(PhoneFault, *PLATFORM_FAULTS),
    limit=Limit(user=10),
)
async def bind_phone(body: PhoneCode, who: Session) -> Phone:
    platform: Literal["wechat", "alipay"] = "wechat" if who.platform == "wechat" else "alipay"
    return Phone(await phones.bind(citizen_id=who.citizen_id, platform=platform, code=body.code, by=actor(who)))


@routes.get("/v1/me/sessions", access=MINIMAL, summary="登录设备")
async def my_sessions(who: Session) -> list[SessionView]:
    return [
        SessionView(one.id, one.platform, one.device, one.place, one.opened_at, one.seen_at, one.id == who.id)
        for one in await sessions.mine(who.citizen_id)
    ]


@routes.delete(
    "/v1/me/sessions/<session_id>", access=MINIMAL, summary="退出某台设备", errors=(NoSuchSession,), status=204
)
async def revoke(session_id: str, who: Session) -> None:
    await sessions.revoke(session_id=session_id, citizen_id=who.citizen_id)


@routes.post("/v1/me/sign-out-everywhere", access=MINIMAL, summary="退出所有设备")
async def sign_out_everywhere(who: Session) -> Ended:
    return Ended(await sessions.sign_out_everywhere(who.citizen_id))


async def _me(who: Session, citizen_id: int) -> Me:
    record = await own_record.of(citizen_id)
    found = record.profile
    return Me(
        real_name_done=found.verified,
        name=found.masked_name,
        id_type=found.identity.id_type if found.identity else "",
        id_number=found.masked_number,
        phone=found.masked_phone,
        phone_verified=found.phone_verified,
        level=levels.NAMES[record.level],
        policy_agreed=who.policy == policy.current().version,
        platforms=record.platforms,
    )
