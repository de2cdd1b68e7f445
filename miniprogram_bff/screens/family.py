"""亲友: whom I take along, who acts for me and for whom I act, and how that comes about."""

from datetime import date, datetime
from typing import Annotated

from msgspec import Meta, Struct

from foundation.questions import ask_as_one
from foundation.web import Asked, Limit, Routes
from identity import asking, delegation, family, inviting
from identity.delegation import Scope
from identity.errors import (
    DelegationFault,
    NameFault,
    NameMismatch,
    NoSuchDelegation,
    NumberFault,
    NumberHeldByAnother,
    RealNameNeeded,
    TooManyVerifications,
    VerifierUnavailable,
)
from identity.family import RELATION_NAMES, Relation
from identity.family_errors import (
    AlreadyFamily,
    DoesNotWant,
    FamilyFull,
    FamilyNotFound,
    InvitationOver,
    MinorTooOld,
    OneselfAsFamily,
    RequestNotFound,
    TooManyAsked,
    TooManyMinors,
)
from identity.idnumber import IdType
from identity.sessions import Session
from miniprogram_bff.session import CITIZEN, actor

routes = Routes("亲友", tag="family")

SCOPES = {one.value: name for one, name in delegation.SCOPE_NAMES.items()}
NUMBER_FAULTS = (NumberFault, *NumberFault.__subclasses__(), NameFault)

Name = Annotated[str, Meta(min_length=1, max_length=60, examples=["李四"])]
IdNumber = Annotated[str, Meta(min_length=5, max_length=30, examples=["11010519850505002X"])]
Masked = Annotated[str, Meta(examples=["李*"])]
MaskedNumber = Annotated[str, Meta(examples=["1101**********002X"])]
Scopes = Annotated[list[Scope], Meta(min_length=1, max_length=3)]
RowId = Annotated[int, Meta(ge=1, le=2**62)]
Items = Annotated[
    list[Annotated[str, Meta(max_length=64)]],
    Meta(max_length=20, description="限定事项的编码，只对预约和办件有效；空为不限"),
]


class MemberView(Struct):
    id: int
    name: Masked
    number: MaskedNumber
    relation: Annotated[str, Meta(examples=["父母"])]
    minor: bool


class ListView(Struct):
    """`name`：登记我的人."""

    id: int
    name: Masked


class DelegationView(Struct):
    """`name`：对方的姓名."""

    id: int
    name: Masked
    scope: list[str]
    scope_names: Annotated[list[str], Meta(examples=[["预约"]])]
    until: date
    items: Items


class InvitationView(Struct):
    id: int
    scope_names: list[str]
    until: date
    good_until: datetime


class FamilyPage(Struct):
    """`on_lists`：把我登记为亲友的人；`asked_of_me`：请我委托的人；`asked_by_me`：我请求代办、等待确认的人."""

    members: list[MemberView]
    on_lists: list[ListView]
    agents: list[DelegationView]
    principals: list[DelegationView]
    invitations: list[InvitationView]
    asked_of_me: list[DelegationView]
    asked_by_me: list[DelegationView]


class NewMember(Asked):
    relation: Relation
    name: Name
    id_number: IdNumber
    id_type: IdType = IdType.ID_CARD


class NewMinor(Asked):
    """没有证件号码的未满 16 周岁子女."""

    name: Name
    born: date


class NewInvitation(Asked):
    scope: Scopes
    until: date
    items: Items = []


class InvitationCode(Asked):
    code: Annotated[str, Meta(min_length=1, max_length=40, examples=["7K3M9-QXP2A"])]


class Invited(Struct):
    """`code` 只显示这一次."""

    code: Annotated[str, Meta(examples=["7K3M9QXP2A"])]
    good_until: datetime


class NewRequest(Asked):
    name: Name
    id_number: IdNumber
    scope: Scopes
    until: date
    id_type: IdType = IdType.ID_CARD
    items: Items = []


@routes.get("/v1/family", access=CITIZEN, summary="亲友与委托")
async def family_page(who: Session) -> FamilyPage:
    me = who.citizen_id
    await ask_as_one(
        members := family.of(me),
        lists := family.lists_with(me),
        agents := delegation.granted_by(me),
        principals := delegation.granted_to(me),
        invitations := inviting.open_of(me),
        asked_of := asking.asked_of(me),
        asked := asking.asked_by(me),
    )
    return FamilyPage(
        members=[
            MemberView(one.id, one.name, one.number, RELATION_NAMES[one.relation], one.minor) for one in members.answer
        ],
        on_lists=[ListView(one.id, one.owner) for one in lists.answer],
        agents=[_delegation(one, one.agent) for one in agents.answer],
        principals=[_delegation(one, one.principal) for one in principals.answer],
        invitations=[
            InvitationView(one.id, _names(one.scope), one.until, one.good_until) for one in invitations.answer
        ],
        asked_of_me=[_delegation(one, one.name) for one in await asking.all_waiting(asked_of.answer, me)],
        asked_by_me=[_delegation(one, one.name) for one in asked.answer],
    )


@routes.post(
    "/v1/family",
    access=CITIZEN,
    summary="登记亲友",
    errors=(
        *NUMBER_FAULTS, NameMismatch, NumberHeldByAnother, TooManyVerifications, VerifierUnavailable, RealNameNeeded,
        OneselfAsFamily, AlreadyFamily, FamilyFull, DoesNotWant,
    ),
    status=201,
)  # fmt: skip
async def add(body: NewMember, who: Session) -> FamilyPage:
    """姓名与证件号码经核验；对方有账号时会收到消息，可以不同意。"""
    await family.add(
        owner_id=who.citizen_id, relation=body.relation, name=body.name, id_type=body.id_type, number=body.id_number,
        by=actor(who),
    )  # fmt: skip
    return await family_page(who)


@routes.post(
    "/v1/family/minors",
    access=CITIZEN,
    summary="登记无证件的未成年子女",
    errors=(NameFault, MinorTooOld, AlreadyFamily, FamilyFull, TooManyMinors, RealNameNeeded),
    limit=Limit(user=10, seconds=3600),
    status=201,
)
async def add_minor(body: NewMinor, who: Session) -> FamilyPage:
    """预约时须由登记的监护人同行。"""
    await family.add_minor(owner_id=who.citizen_id, name=body.name, born=body.born, by=actor(who))
    return await family_page(who)


@routes.delete("/v1/family/<family_id>", access=CITIZEN, summary="移除亲友", errors=(FamilyNotFound,), status=204)
async def remove(family_id: RowId, who: Session) -> None:
    await family.remove(family_id=family_id, by=actor(who))


@routes.post(
    "/v1/family/<family_id>/refuse", access=CITIZEN, summary="不同意被登记为亲友", errors=(FamilyNotFound,), status=204
)
async def refuse(family_id: RowId, who: Session) -> None:
    await family.refuse(family_id=family_id, by=actor(who))


@routes.post(
    "/v1/delegations/invitations",
    access=CITIZEN,
    summary="生成委托邀请码",
    errors=(DelegationFault, RealNameNeeded, TooManyAsked),
    status=201,
)
async def invite(body: NewInvitation, who: Session) -> Invited:
    """邀请码一天内有效、只能用一次，交给要委托的人；邀请码只在此时显示。"""
    made = await inviting.invite(
        principal_id=who.citizen_id, scope=body.scope, until=body.until, items=body.items, by=actor(who)
    )
    return Invited(made.code, made.good_until)


@routes.delete(
    "/v1/delegations/invitations/<invitation_id>",
    access=CITIZEN,
    summary="作废委托邀请码",
    errors=(InvitationOver,),
    status=204,
)
async def take_back(invitation_id: RowId, who: Session) -> None:
    await inviting.take_back(invitation_id=invitation_id, by=actor(who))


@routes.post(
    "/v1/delegations/accept",
    access=CITIZEN,
    summary="凭邀请码成为代办人",
    errors=(InvitationOver, DelegationFault, RealNameNeeded),
    limit=Limit(user=20),
    status=201,
)
async def accept(body: InvitationCode, who: Session) -> FamilyPage:
    await inviting.accept(code=body.code, by=actor(who))
    return await family_page(who)


@routes.post(
    "/v1/delegations/requests",
    access=CITIZEN,
    summary="申请为他人代办",
    errors=(*NUMBER_FAULTS, DelegationFault, RealNameNeeded, TooManyAsked),
    limit=Limit(user=10, seconds=3600),
    status=201,
)
async def ask(body: NewRequest, who: Session) -> FamilyPage:
    """对方登录并实名后，在“亲友”中同意才生效。无论对方是否使用指尖办，答复相同。"""
    await asking.ask(
        agent_id=who.citizen_id, name=body.name, id_type=body.id_type, number=body.id_number, scope=body.scope,
        until=body.until, items=body.items, by=actor(who),
    )  # fmt: skip
    return await family_page(who)


@routes.post(
    "/v1/delegations/requests/<request_id>/agree",
    access=CITIZEN,
    summary="同意委托申请",
    errors=(RequestNotFound, RealNameNeeded),
)
async def agree(request_id: RowId, who: Session) -> FamilyPage:
    await asking.agree(request_id=request_id, by=actor(who))
    return await family_page(who)


@routes.post(
    "/v1/delegations/requests/<request_id>/decline",
    access=CITIZEN,
    summary="拒绝委托申请",
    errors=(RequestNotFound,),
    status=204,
)
async def decline(request_id: RowId, who: Session) -> None:
    await asking.decline(request_id=request_id, by=actor(who))


@routes.delete(
    "/v1/delegations/requests/<request_id>",
    access=CITIZEN,
    summary="撤回委托申请",
    errors=(RequestNotFound,),
    status=204,
)
async def withdraw(request_id: RowId, who: Session) -> None:
    await asking.withdraw(request_id=request_id, by=actor(who))


@routes.delete(
    "/v1/delegations/<delegation_id>", access=CITIZEN, summary="解除委托", errors=(NoSuchDelegation,), status=204
)
async def revoke(delegation_id: RowId, who: Session) -> None:
    """委托人、代办人都可以解除，立即生效。"""
    await delegation.revoke(delegation_id=delegation_id, by=actor(who))


def _delegation(one: delegation.DelegationView | asking.Request, name: str) -> DelegationView:
    return DelegationView(one.id, name, list(one.scope), _names(one.scope), one.until, one.items)


def _names(scope: list[str]) -> list[str]:
    return [SCOPES[one] for one in scope]
