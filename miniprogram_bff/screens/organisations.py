"""单位办理: organisations I act for, their agents, and for whom I act at the moment (办理身份)."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from foundation.questions import ask_as_one
from foundation.web import Asked, Limit, Routes
from identity import acting, organisation_agents, organisations, sessions
from identity.acting import Ties
from identity.delegation import SCOPE_NAMES, Scope
from identity.errors import RealNameNeeded, VerifierUnavailable, WrongCreditCode
from identity.idnumber import IdType
from identity.level_errors import LevelNeeded
from identity.organisation_errors import (
    ActingOver,
    AgentFault,
    AgentNotFound,
    AlreadyAgent,
    NotAdministrator,
    NotLegalPerson,
    OrganisationFault,
    OrganisationMismatch,
    OrganisationNotFound,
    TooManyAgents,
)
from identity.sessions import Session
from miniprogram_bff.screens.family import NUMBER_FAULTS, IdNumber, Masked, Name, RowId, Scopes
from miniprogram_bff.session import CITIZEN, actor
from miniprogram_bff.states import AgentRole, AgentState

routes = Routes("单位办理", tag="organisations")

CreditCode = Annotated[str, Meta(min_length=5, max_length=30, examples=["91990100DEMA00001R"])]
OrganisationName = Annotated[str, Meta(min_length=1, max_length=120, examples=["示例科技有限公司"])]
TIES = {"principal": "委托人", "ward": "未成年子女"}
REGISTER_FAULTS = (
    WrongCreditCode, OrganisationFault, OrganisationMismatch, RealNameNeeded, VerifierUnavailable
)  # fmt: skip


class MandateView(Struct):
    """`subject`：切换办理身份时填写的编号；`state`：active 可以办理，claimed 等待窗口审核，asked 等待我同意."""

    id: int
    organisation: int
    subject: int
    name: OrganisationName
    credit_code: CreditCode
    role: AgentRole
    role_name: Annotated[str, Meta(examples=["经办人"])]
    scope_names: Annotated[list[str], Meta(examples=[["预约"]])]
    until: date
    state: AgentState
    label: Annotated[str, Meta(examples=["可以办理"])]
    manages: bool


class SubjectView(Struct):
    """家人或委托人。`subject`：切换办理身份时填写的编号；`until`：能代办到哪天."""

    subject: int
    name: Masked
    tie_name: Annotated[str, Meta(examples=["委托人"])]
    scope_names: Annotated[list[str], Meta(examples=[["预约"]])]
    until: date


class OrganisationsPage(Struct):
    """`acting_for`、`acting_subject`：当前办理身份，空、0 为本人."""

    acting_for: Annotated[str, Meta(examples=[""])]
    acting_subject: int
    people: list[SubjectView]
    mandates: list[MandateView]
    asked_of_me: list[MandateView]


class AgentView(Struct):
    id: int
    name: Masked
    role: AgentRole
    role_name: Annotated[str, Meta(examples=["经办人"])]
    scope_names: list[str]
    until: date
    state: AgentState
    label: Annotated[str, Meta(examples=["可以办理"])]
    mine: bool


class NewOrganisation(Asked):
    """`as_`：legal_person 我是法定代表人，authorised 我有授权书，须窗口审核."""

    credit_code: CreditCode
    name: OrganisationName
    role: Literal["legal_person", "authorised"] = "legal_person"


class NewAgent(Asked):
    name: Name
    id_number: IdNumber
    scope: Scopes
    until: date
    role: Literal["agent", "administrator"] = "agent"
    id_type: IdType = IdType.ID_CARD


class ActFor(Asked):
    """`subject`：单位的编号，或我监护的子女、委托人的编号；0 为本人."""

    subject: Annotated[int, Meta(ge=0, le=2**62)]


class Acting(Struct):
    name: Annotated[str, Meta(examples=["示例科技有限公司"], description="空为本人")]


@routes.get("/v1/organisations", access=CITIZEN, summary="我可以代谁办理")
async def page(who: Session) -> OrganisationsPage:
    """单位，以及可以单独代办的家人和委托人；在此切换办理身份。"""
    me = who.citizen_id
    await ask_as_one(ties := acting.ties_of(me), asked_of := organisation_agents.asked_of(me))
    acting_for = (who.subject_id and _name_of(ties.answer, who.subject_id)) or ""
    return OrganisationsPage(
        acting_for=acting_for,
        acting_subject=who.subject_id if acting_for else 0,
        people=_people(ties.answer),
        mandates=[_mandate(one) for one in ties.answer.mandates],
        asked_of_me=[_mandate(one) for one in await organisation_agents.all_waiting(asked_of.answer, me)],
    )


@routes.post(
    "/v1/organisations",
    access=CITIZEN,
    summary="登记单位",
    errors=(*REGISTER_FAULTS, LevelNeeded, NotLegalPerson, AlreadyAgent),
    limit=Limit(user=10, seconds=3600),
    status=201,
)
async def add(body: NewOrganisation, who: Session) -> OrganisationsPage:
    """法定代表人经登记机关核验后立即生效；凭授权书的由窗口审核。"""
    verb = organisations.register if body.role == "legal_person" else organisations.claim
    await verb(citizen_id=who.citizen_id, credit_code=body.credit_code, name=body.name, by=actor(who))
    return await page(who)


@routes.get(
    "/v1/organisations/<organisation_id>/agents",
    access=CITIZEN,
    summary="单位的经办人",
    errors=(OrganisationNotFound, NotAdministrator),
)
async def agents(organisation_id: RowId, who: Session) -> list[AgentView]:
    return [
        AgentView(
            one.id, one.name, one.role, organisation_agents.ROLE_NAMES[one.role], _names(one.scope), one.until,
            one.state, organisation_agents.STATE_NAMES[one.state], one.mine,
        )
        for one in await organisation_agents.of_organisation(organisation_id, by=actor(who))
    ]  # fmt: skip


@routes.post(
    "/v1/organisations/<organisation_id>/agents",
    access=CITIZEN,
    summary="添加经办人",
    errors=(*NUMBER_FAULTS, OrganisationNotFound, NotAdministrator, AgentFault, AlreadyAgent, TooManyAgents),
    limit=Limit(user=30, seconds=3600),
    status=201,
)
async def add_agent(organisation_id: RowId, body: NewAgent, who: Session) -> list[AgentView]:
    """本人登录并同意后生效。无论对方是否使用指尖办，答复相同。"""
    await organisation_agents.add(
        organisation_id=organisation_id, name=body.name, id_type=body.id_type, number=body.id_number, role=body.role,
        scope=body.scope, until=body.until, by=actor(who),
    )  # fmt: skip
    return await agents(organisation_id, who)


@routes.post(
    "/v1/organisations/agents/<agent_id>/agree",
    access=CITIZEN,
    summary="同意担任经办人",
    errors=(AgentNotFound, RealNameNeeded, AlreadyAgent),
)
async def agree(agent_id: RowId, who: Session) -> OrganisationsPage:
    await organisation_agents.answer(agent_id=agent_id, agree=True, by=actor(who))
    return await page(who)


@routes.post(
    "/v1/organisations/agents/<agent_id>/decline",
    access=CITIZEN,
    summary="不同意担任经办人",
    errors=(AgentNotFound, RealNameNeeded),
)
async def decline(agent_id: RowId, who: Session) -> OrganisationsPage:
    await organisation_agents.answer(agent_id=agent_id, agree=False, by=actor(who))
    return await page(who)


@routes.delete(
    "/v1/organisations/agents/<agent_id>",
    access=CITIZEN,
    summary="解除经办人",
    errors=(AgentNotFound, NotAdministrator),
    status=204,
)
async def end(agent_id: RowId, who: Session) -> None:
    """管理员解除经办人，或本人不再经办，立即生效；预约、缴费和办件仍归单位。"""
    await organisation_agents.end(agent_id=agent_id, by=actor(who))


@routes.put("/v1/me/acting", access=CITIZEN, summary="切换办理身份", errors=(ActingOver,))
async def switch(body: ActFor, who: Session) -> Acting:
    """切换后，预约、缴费单和办件都是该单位（或被监护人、委托人）的。"""
    found = "" if body.subject in (0, who.citizen_id) else _name_of(await acting.ties_of(who.citizen_id), body.subject)
    if found is None:
        raise ActingOver
    await sessions.act_for(who, body.subject if found else 0)
    return Acting(found)


def _people(ties: Ties) -> list[SubjectView]:
    """Principals and children, with the rooms in which one may act for each and the day until which it holds."""
    found: dict[int, SubjectView] = {}
    for scope in Scope:
        for one in ties.subjects(scope):
            if one.tie in TIES and one.until is not None:
                kept = found.setdefault(
                    one.citizen_id, SubjectView(one.citizen_id, one.name, TIES[one.tie], [], one.until)
                )
                kept.scope_names.append(SCOPE_NAMES[scope])
                kept.until = max(kept.until, one.until)
    return list(found.values())


async def acting_for_whom(who: Session) -> str:
    """By masked name; empty for oneself."""
    return _name_of(await acting.ties_of(who.citizen_id), who.subject_id) or "" if who.subject_id else ""


def _name_of(ties: Ties, subject: int) -> str | None:
    """By masked name whom one acts for in any room; None when one may not."""
    found = (one.name for scope in Scope for one in ties.subjects(scope) if one.citizen_id == subject)
    return next(found, None)


def _mandate(one: organisation_agents.Mandate) -> MandateView:
    return MandateView(
        id=one.id,
        organisation=one.organisation_id,
        subject=one.subject_id,
        name=one.organisation,
        credit_code=one.credit_code,
        role=one.role,
        role_name=organisation_agents.ROLE_NAMES[one.role],
        scope_names=_names(one.scope),
        until=one.until,
        state=one.state,
        label=organisation_agents.STATE_NAMES[one.state],
        manages=one.manages,
    )


def _names(scope: list[str]) -> list[str]:
    return [SCOPE_NAMES[Scope(one)] for one in scope]
