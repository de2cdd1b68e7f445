"""实名等级: where I stand, what each level allows, and the next step up; children I am the guardian of."""

from datetime import date, datetime
from typing import Annotated

from msgspec import Meta, Struct

from foundation.errors import TooManyRequests
from foundation.questions import ask_as_one
from foundation.web import Asked, Limit, Routes
from identity import delegation, guardians, levels
from identity.errors import (
    NameMismatch,
    NoSuchDelegation,
    NumberHeldByAnother,
    RealNameNeeded,
    TooManyVerifications,
    VerifierUnavailable,
)
from identity.guardian_errors import NotAChild, NotTheGuardian
from identity.idnumber import IdType
from identity.level_errors import PhoneNeeded
from identity.levels import ACT_NAMES, NAMES, NEEDED, Level, Standing
from identity.sessions import Session
from miniprogram_bff.screens.family import NUMBER_FAULTS, IdNumber, Masked, MaskedNumber, Name, RowId
from miniprogram_bff.session import CITIZEN, actor

routes = Routes("实名等级", tag="standing")


class ActView(Struct):
    name: Annotated[str, Meta(examples=["预约、候补和摇号"])]
    needed: Annotated[str, Meta(examples=["实名认证（姓名、证件号码）"])]
    allowed: bool


class LevelView(Struct):
    """`next_step`：还差一步；最高等级为空."""

    level: Annotated[int, Meta(examples=[2])]
    name: Annotated[str, Meta(examples=["实名认证（姓名、证件号码）"])]
    next_step: Annotated[str, Meta(examples=["核对手机号是否本人办理"])]
    steps: list[Annotated[str, Meta(examples=["手机号已验证"])]]
    acts: list[ActView]


class FaceToken(Asked):
    """小程序人脸核验的结果."""

    token: Annotated[str, Meta(min_length=1, max_length=512)]


class NewWard(Asked):
    name: Name
    id_number: IdNumber
    id_type: IdType = IdType.ID_CARD


class WardView(Struct):
    """`until`：成年前一日，之后须由其本人委托."""

    id: int
    name: Masked
    number: MaskedNumber
    until: date


class Wards(Struct):
    """`wards`：我监护的；`guardians`：我的监护人."""

    wards: list[WardView]
    guardians: list[WardView]


class PastView(Struct):
    """`mine`：我委托对方；否则对方委托我。`ended_by_me`：由我解除."""

    name: Masked
    mine: bool
    scope_names: list[str]
    began: datetime
    until: date
    ended: datetime | None
    ended_by_me: bool


@routes.get("/v1/me/level", access=CITIZEN, summary="我的实名等级")
async def my_level(who: Session) -> LevelView:
    """当前等级、下一步，以及每个等级可以办什么。"""
    return _view(await levels.of(who.citizen_id))


@routes.post(
    "/v1/me/level/phone",
    access=CITIZEN,
    summary="核对手机号是否本人办理",
    errors=(RealNameNeeded, PhoneNeeded, NameMismatch, VerifierUnavailable),
    limit=Limit(user=5, seconds=3600),
)
async def prove_phone(who: Session) -> LevelView:
    return _view(await levels.prove_phone(citizen_id=who.citizen_id, by=actor(who)))


@routes.post(
    "/v1/me/level/face",
    access=CITIZEN,
    summary="人脸核验",
    errors=(RealNameNeeded, NameMismatch, VerifierUnavailable),
    limit=Limit(user=5, seconds=3600),
)
async def prove_face(body: FaceToken, who: Session) -> LevelView:
    return _view(await levels.prove_face(citizen_id=who.citizen_id, token=body.token, by=actor(who)))


@routes.get("/v1/wards", access=CITIZEN, summary="监护的子女")
async def wards(who: Session) -> Wards:
    await ask_as_one(mine := guardians.wards_of(who.citizen_id), of_me := guardians.guardians_of(who.citizen_id))
    return Wards([_ward(one) for one in mine.answer], [_ward(one) for one in of_me.answer])


@routes.post(
    "/v1/wards",
    access=CITIZEN,
    summary="登记监护",
    errors=(
        *NUMBER_FAULTS, NameMismatch, NumberHeldByAnother, TooManyVerifications, TooManyRequests, VerifierUnavailable,
        RealNameNeeded, NotAChild, NotTheGuardian,
    ),
    status=201,
)  # fmt: skip
async def add_ward(body: NewWard, who: Session) -> Wards:
    """监护关系经核验；可为其办理全部事项，到其年满 18 周岁为止。"""
    await guardians.confirm(
        guardian_id=who.citizen_id, name=body.name, id_type=body.id_type, number=body.id_number, by=actor(who)
    )
    return await wards(who)


@routes.delete(
    "/v1/wards/<guardianship_id>", access=CITIZEN, summary="解除监护", errors=(NoSuchDelegation,), status=204
)
async def end_ward(guardianship_id: RowId, who: Session) -> None:
    await guardians.end(guardianship_id=guardianship_id, by=actor(who))


@routes.get("/v1/delegations/past", access=CITIZEN, summary="委托历史")
async def past(who: Session) -> list[PastView]:
    """已解除和已到期的委托，最近的在前。"""
    return [_past(one, who) for one in await delegation.past_of(who.citizen_id)]


def _past(one: delegation.Past, who: Session) -> PastView:
    mine = one.principal_id == who.citizen_id
    return PastView(
        name=one.agent if mine else one.principal,
        mine=mine,
        scope_names=[delegation.SCOPE_NAMES[delegation.Scope(name)] for name in one.scope],
        began=one.began,
        until=one.until,
        ended=one.ended,
        ended_by_me=one.ended_by == str(actor(who)),
    )


def _view(standing: Standing) -> LevelView:
    return LevelView(
        level=standing.level,
        name=standing.name,
        next_step=standing.next_step,
        steps=[NAMES[one] for one in Level],
        acts=[ActView(ACT_NAMES[act], NAMES[needed], standing.allows(act)) for act, needed in NEEDED.items()],
    )


def _ward(one: guardians.Ward) -> WardView:
    return WardView(one.id, one.name, one.number, one.until)
