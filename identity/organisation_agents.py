"""经办人: who acts for an organisation, in which rooms and until when; asked by it, and only with their own consent."""

from collections.abc import Collection
from datetime import date
from typing import Any

from msgspec import Struct
from tortoise.exceptions import IntegrityError

from foundation import audit, clock, crypto, database
from foundation.actor import Actor
from foundation.events import tell
from foundation.questions import Asking, Question
from identity import access, levels, own_record, realname
from identity.delegation import Scope
from identity.events import AgentAsked
from identity.idnumber import Identity
from identity.levels import Act
from identity.organisation_errors import (
    AgentFault,
    AgentNotFound,
    AlreadyAgent,
    NotAdministrator,
    OrganisationNotFound,
    TooManyAgents,
)
from identity.organisation_models import Organisation, OrganisationAgent
from identity.organisations import LONGEST
from identity.realname import masked_sealed

MOST = 50
ROLE_NAMES = {"legal_person": "法定代表人", "administrator": "管理员", "agent": "经办人"}
STATE_NAMES = {
    "asked": "等待本人同意", "claimed": "等待窗口审核", "active": "可以办理", "declined": "未同意", "ended": "已解除"
}  # fmt: skip
MANAGE = ("legal_person", "administrator")


class Mandate(Struct, frozen=True, kw_only=True):
    """For which organisation somebody acts, or is asked to."""

    id: int
    organisation_id: int
    subject_id: int
    organisation: str
    credit_code: str
    role: str
    scope: list[str]
    until: date
    state: str

    @property
    def manages(self) -> bool:
        return self.state == "active" and self.role in MANAGE


class Agent(Struct, frozen=True, kw_only=True):
    """One who acts for an organisation, as its people see them; the name is masked."""

    id: int
    name_sealed: str
    role: str
    scope: list[str]
    until: date
    state: str
    mine: bool

    @property
    def name(self) -> str:
        return masked_sealed(self.name_sealed)


async def add(
    *,
    organisation_id: int,
    name: str,
    id_type: str,
    number: str,
    role: str,
    scope: Collection[str],
    until: date,
    by: Actor,
) -> int:
    """Ask a person to act for the organisation; the row's id, whether we know the person or not.

    The legal person adds administrators and agents, an administrator agents. Raises NotAdministrator, AgentFault,
    AlreadyAgent, TooManyAgents, OrganisationNotFound, NameFault, NumberFault and its kinds.
    """
    clean, identity = realname.clean_name(name), Identity.person(id_type, number)
    wanted = sorted(set(scope))
    if role not in ("administrator", "agent") or not wanted or not set(wanted) <= set(Scope):
        raise AgentFault
    if not clock.today() <= until <= clock.today() + LONGEST:
        raise AgentFault
    try:
        async with database.transaction():
            own = await _managing(organisation_id, by)
            if role == "administrator" and own.role != "legal_person":
                raise NotAdministrator
            known = await _room_for(organisation_id, identity)
            row = await OrganisationAgent.create(
                organisation_id=organisation_id, name_sealed=crypto.seal(clean), id_type=identity.id_type,
                id_fingerprint=identity.fingerprint, role=role, scope=wanted, until=until, state="asked",
                added_by=str(by),
            )  # fmt: skip
            detail = {"role": role, "scope": wanted, "until": until}
            await audit.record("organisation.agent_asked", subject=f"organisation_agent:{row.id}", by=by, detail=detail)
            await tell(AgentAsked(agent_id=row.id, citizen_id=known))
    except IntegrityError:
        raise AlreadyAgent from None
    return int(row.id)


async def answer(*, agent_id: int, agree: bool, by: Actor) -> None:
    """The person asked says yes or no. Raises AgentNotFound, for others' too; RealNameNeeded, AlreadyAgent."""
    await levels.require(by.number, Act.ORGANISATION)
    try:
        async with database.transaction():
            row = await OrganisationAgent.select_for_update().get_or_none(
                id=agent_id, state="asked", until__gte=clock.today()
            )
            if row is None or not await _is(row, by.number):
                raise AgentNotFound
            row.state, row.decided_at, row.name_sealed = "active" if agree else "declined", clock.now(), ""
            row.citizen_id = by.number
            await row.save(update_fields=["state", "decided_at", "name_sealed", "citizen_id"])
            action = "organisation.agent_agreed" if agree else "organisation.agent_declined"
            await audit.record(action, subject=f"organisation_agent:{row.id}", by=by)
    except IntegrityError:
        raise AlreadyAgent from None


async def end(*, agent_id: int, by: Actor) -> None:
    """The agent leaves, or who manages the organisation lets them go, at once; bookings, bills and cases stay its own.

    An administrator does not let the legal person go. Raises AgentNotFound, NotAdministrator.
    """
    async with database.transaction():
        row = await OrganisationAgent.select_for_update().get_or_none(id=agent_id, state__in=("active", "asked"))
        if row is None:
            raise AgentNotFound
        if row.citizen_id != by.number:  # type: ignore[attr-defined]
            own = await _managing(row.organisation_id, by, missing=AgentNotFound)  # type: ignore[attr-defined]
            if row.role != "agent" and own.role != "legal_person":
                raise NotAdministrator
        if row.state == "asked":
            await row.delete()
        else:
            row.state, row.ended_at = "ended", clock.now()
            await row.save(update_fields=["state", "ended_at"])
        await audit.record("organisation.agent_ended", subject=f"organisation_agent:{agent_id}", by=by)


AGENTS = Question(
    Agent,
    """
select a.id, coalesce(c.real_name_sealed, a.name_sealed) as name_sealed, a.role, a.scope, a.until, a.state,
       a.citizen_id is not distinct from asked.who as mine
  from organisation_agent own join organisation_agent a on a.organisation_id = own.organisation_id
  left join citizen c on c.id = a.citizen_id
 where own.organisation_id = asked.organisation and own.citizen_id = asked.who and own.state = 'active'
   and own.until >= asked.today and a.state in ('active', 'asked', 'claimed')
   and (own.role in ('legal_person', 'administrator') or a.id = own.id)
 order by a.id""",
    organisation="bigint",
    who="bigint",
    today="date",
)
MANDATE = """
select a.id, o.id as organisation_id, o.subject_id, o.name as organisation, o.credit_code, a.role, a.scope, a.until,
       a.state"""
MANDATES = Question(
    Mandate,
    f"""{MANDATE}
  from organisation_agent a join organisation o on o.id = a.organisation_id
 where a.citizen_id = asked.who and a.state in ('active', 'claimed') and a.until >= asked.today order by a.id""",
    who="bigint",
    today="date",
)
ASKED = f"""{MANDATE}, a.name_sealed as asked_sealed, c.real_name_sealed as own_sealed{access.OF_WHOM_FROM}
  join organisation_agent a on a.id_type = c.id_type and a.state = 'asked' and a.until >= asked.today
  join organisation o on o.id = a.organisation_id{access.OF_WHOM_WHERE} and c.id_number_sealed <> '' and"""


def _asked(asked_sealed: str, own_sealed: str, **columns: Any) -> Mandate | None:
    """None where it asks for somebody of another name."""
    asked, own = crypto.open_sealed(asked_sealed), crypto.open_sealed(own_sealed)
    return Mandate(**columns) if realname.same_name(asked, own) else None


ASKED_OF = Question(_asked, f"{ASKED} a.id_fingerprint = c.id_fingerprint order by a.id", who="bigint", today="date")
ASKED_OF_PRINTS = Question(
    _asked, f"{ASKED} a.id_fingerprint = any(asked.prints) order by a.id", who="bigint", today="date", prints="text[]"
)


def of_organisation(organisation_id: int, *, by: Actor) -> Asking[list[Agent]]:
    """Everybody who acts for it or was asked to. The answer raises OrganisationNotFound, NotAdministrator."""
    return AGENTS.asking(organisation_id, by.number, clock.today(), then=_to_manage)


def mandates_of(citizen_id: int) -> Asking[list[Mandate]]:
    """For whom this person acts today, and what still waits for a window."""
    return MANDATES.asking(citizen_id, clock.today(), then=list)


def asked_of(citizen_id: int) -> Asking[list[Mandate]]:
    """Which organisations ask this person to act for them, by the fingerprint that is kept of their document; to be
    completed by `all_waiting`.
    """
    return ASKED_OF.asking(citizen_id, clock.today(), then=_for_them)


async def waiting_for(citizen_id: int) -> list[Mandate]:
    """Which organisations ask this person to act for them."""
    return await all_waiting(await asked_of(citizen_id), citizen_id)


async def all_waiting(found: list[Mandate], citizen_id: int) -> list[Mandate]:
    """What `asked_of` found, and while a key is being rotated what it could not find."""
    if not crypto.fingerprints_differ():
        return found
    prints = await own_record.fingerprints(citizen_id)
    return _for_them(await ASKED_OF_PRINTS.rows(citizen_id, clock.today(), prints))


HELD = """
select 1 from organisation_agent a join organisation o on o.id = a.organisation_id
 where o.subject_id = $1 and a.citizen_id = $2 and a.state = 'active' and a.until >= $3 and a.scope ? $4
"""


async def may_act(*, agent: int, subject: int, scope: str) -> bool:
    """Whether this person acts for the organisation behind `subject` today."""
    return await database.fetchval(HELD, subject, agent, clock.today(), scope) is not None


async def hold(*, agent: int, subject: int, scope: str, day: date) -> bool:
    """Within a transaction: as `may_act`, on `day`; who ends it waits until this transaction ends."""
    return await database.joined().fetchval(f"{HELD} for share of a", subject, agent, day, scope) is not None


async def _managing(
    organisation_id: int, by: Actor, *, missing: type[OrganisationNotFound | AgentNotFound] = OrganisationNotFound
) -> OrganisationAgent:
    """The row by which `by` manages the organisation; what it may do stays so until the transaction ends."""
    row = await OrganisationAgent.filter(
        organisation_id=organisation_id, citizen_id=by.number, state="active", until__gte=clock.today()
    ).first()
    if row is None:
        raise missing
    if row.role not in MANAGE:
        raise NotAdministrator
    return row


async def _room_for(organisation_id: int, identity: Identity) -> int | None:
    """Who has this document, if anybody. The organisation's row is locked from here: two additions at once see each
    other.
    """
    await Organisation.select_for_update().get(id=organisation_id)
    live = OrganisationAgent.filter(organisation_id=organisation_id, state__in=("active", "asked", "claimed"))
    if await live.count() >= MOST:
        raise TooManyAgents(detail={"most": MOST})
    if await live.filter(id_fingerprint__in=identity.fingerprints, state="asked").exists():
        raise AlreadyAgent
    known = await realname.citizen_with(identity)
    if known is not None and await live.filter(citizen_id=known).exists():
        raise AlreadyAgent
    return known


async def _is(row: OrganisationAgent, citizen_id: int) -> bool:
    """A wrong name asks nobody."""
    own = await access.profile(citizen_id, seen_by=Actor.citizen(citizen_id))
    if own.identity is None or own.identity.id_type != row.id_type:
        return False
    fits = row.id_fingerprint in own.identity.fingerprints
    return fits and realname.same_name(crypto.open_sealed(row.name_sealed), own.name)


def _to_manage(found: list[Agent]) -> list[Agent]:
    """Who manages it was given all, whoever else acts for it their own row."""
    if not found:
        raise OrganisationNotFound
    if not any(one.mine and one.state == "active" and one.role in MANAGE for one in found):
        raise NotAdministrator
    return found


def _for_them(found: list[Mandate | None]) -> list[Mandate]:
    return [one for one in found if one]
