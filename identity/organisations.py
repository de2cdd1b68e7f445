"""单位登记: an organisation becomes known by its code; its legal person, or who a window let, acts for it from then on.

An organisation is a citizen row of its own (`subject`), so that bookings, bills and cases are its own and outlive who
handled them.
"""

import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta

from foundation import audit, clock, crypto, database
from foundation.actor import Actor
from identity import access, delegation, levels, organisation_register, realname
from identity.access import Profile, Role, StaffMember
from identity.errors import RealNameNeeded
from identity.idnumber import Identity, IdType
from identity.levels import Act
from identity.looks import Look, record_access
from identity.models import Citizen
from identity.organisation_errors import (
    AgentNotFound,
    AlreadyAgent,
    NotLegalPerson,
    OrganisationFault,
    OrganisationMismatch,
)
from identity.organisation_models import Organisation, OrganisationAgent
from identity.organisation_register import Register

LONGEST = timedelta(days=3 * 366)
EVERYTHING = sorted(delegation.Scope)
REVIEWERS = (Role.WINDOW, Role.HALL_MANAGER, Role.ADMIN)
NAME_LENGTH = (4, 120)


@dataclass(frozen=True, kw_only=True)
class Claim:
    """Somebody says that an organisation authorised them, and a window must see the paper; masked."""

    id: int
    organisation: str
    credit_code: str
    name: str
    number: str
    asked_on: date


async def register(*, citizen_id: int, credit_code: str, name: str, by: Actor, ask: Register | None = None) -> int:
    """The organisation's id, registered by its legal person, who acts for it from now on.

    A legal person who comes after another takes their place. Raises WrongCreditCode, OrganisationFault, LevelNeeded,
    RealNameNeeded, OrganisationMismatch, NotLegalPerson, VerifierUnavailable, NotYourRecord.
    """
    delegation.must_be(by, citizen_id)
    await levels.require(citizen_id, Act.LEGAL_PERSON)
    code, clean, answer = await _asked(citizen_id, credit_code, name, by, ask)
    if not answer.legal_person:
        raise NotLegalPerson
    return await _registered(citizen_id, code, clean, by)


async def claim(*, citizen_id: int, credit_code: str, name: str, by: Actor, ask: Register | None = None) -> int:
    """Ask to administer an organisation with a paper of authority, which a window looks at; the claim's id.

    Raises as `register` but NotLegalPerson and LevelNeeded; AlreadyAgent.
    """
    delegation.must_be(by, citizen_id)
    await levels.require(citizen_id, Act.ORGANISATION)
    code, clean, _ = await _asked(citizen_id, credit_code, name, by, ask)
    async with database.transaction():
        known = await _known_or_new(code, clean, by)
        if await OrganisationAgent.exists(organisation=known, citizen_id=citizen_id, state__in=("active", "claimed")):
            raise AlreadyAgent
        row = await OrganisationAgent.create(
            organisation=known, citizen_id=citizen_id, role="administrator", scope=EVERYTHING, state="claimed",
            until=clock.today() + timedelta(days=365), added_by=str(by),
        )  # fmt: skip
        await audit.record("organisation.claimed", subject=f"organisation:{known.id}", by=by, detail={"agent": row.id})
    return int(row.id)


async def claims(*, staff: StaffMember) -> list[Claim]:
    """What waits for a window; whose names were read can see it. Raises RoleNeeded."""
    access.require(staff, *REVIEWERS)
    rows = await OrganisationAgent.filter(state="claimed").order_by("id").limit(200).prefetch_related("organisation")
    whose = {row.citizen_id for row in rows}  # type: ignore[attr-defined]
    known = await access.profiles(whose, seen_by=staff.actor, what=Look.ORGANISATION, why="审核单位授权")
    return [_claim(row, known[row.citizen_id]) for row in rows if row.citizen_id in known]  # type: ignore[attr-defined]


async def decide(*, claim_id: int, accept: bool, reason: str, staff: StaffMember) -> None:
    """A window has seen the paper of authority, or not. Raises RoleNeeded, AgentNotFound, AgentFault."""
    access.require(staff, *REVIEWERS)
    async with database.transaction():
        row = await OrganisationAgent.select_for_update().get_or_none(id=claim_id, state="claimed")
        if row is None:
            raise AgentNotFound
        now = clock.now()
        row.state, row.decided_at, row.reason = "active" if accept else "declined", now, reason.strip()[:200]
        await row.save(update_fields=["state", "decided_at", "reason"])
        action = "organisation.claim_accepted" if accept else "organisation.claim_rejected"
        await audit.record(action, subject=f"organisation_agent:{row.id}", by=staff.actor, reason=reason)
        await record_access([row.citizen_id], what=Look.ORGANISATION, why="审核单位授权", by=staff.actor)  # type: ignore[attr-defined]


async def _asked(
    citizen_id: int, credit_code: str, name: str, by: Actor, ask: Register | None
) -> tuple[Identity, str, organisation_register.Answer]:
    """The register is asked with no transaction open."""
    code, clean = Identity(IdType.CREDIT_CODE, credit_code), _clean(name)
    own = await access.profile(citizen_id, seen_by=by)
    if own.identity is None:
        raise RealNameNeeded
    answer = await (ask or organisation_register.ask)(
        credit_code=code.number, name=clean, person=(own.name, own.identity)
    )
    if not answer.match:
        raise OrganisationMismatch
    return code, clean, answer


@database.retry_on_deadlock
async def _registered(citizen_id: int, code: Identity, name: str, by: Actor) -> int:
    async with database.transaction():
        known = await _known_or_new(code, name, by)
        await _step_down(known, citizen_id)
        await OrganisationAgent.create(
            organisation=known, citizen_id=citizen_id, role="legal_person", scope=EVERYTHING, state="active",
            until=clock.today() + LONGEST, added_by=str(by), decided_at=clock.now(),
        )  # fmt: skip
        await audit.record("organisation.registered", subject=f"organisation:{known.id}", by=by)
    return int(known.id)


async def _known_or_new(code: Identity, name: str, by: Actor) -> Organisation:
    """Two who register one organisation at the same moment make one: the code is locked first, then the row."""
    await realname.lock_number(code)
    known = await Organisation.select_for_update().get_or_none(credit_code=code.number)
    now = clock.now()
    if known is not None:
        if known.name != name:  # the register says so
            known.name = name
            await Citizen.filter(id=known.subject_id).update(real_name_sealed=crypto.seal(name))  # type: ignore[attr-defined]
        known.verified_at = now
        await known.save(update_fields=["name", "verified_at"])
        return known
    subject = await Citizen.create()
    await realname.seal_name(subject.id, name, code, by)
    return await Organisation.create(subject=subject, credit_code=code.number, name=name, verified_at=now)


async def _step_down(of: Organisation, citizen_id: int) -> None:
    """The legal person before, and what the new one was until now, are over."""
    over = OrganisationAgent.filter(organisation=of, state__in=("active", "claimed"))
    for row in await over.select_for_update().order_by("id"):
        if row.role == "legal_person" or row.citizen_id == citizen_id:  # type: ignore[attr-defined]
            await OrganisationAgent.filter(id=row.id).update(state="ended", ended_at=clock.now())


def _clean(name: str) -> str:
    text = "".join(unicodedata.normalize("NFKC", name).split()).replace("(", "（").replace(")", "）")
    if not NAME_LENGTH[0] <= len(text) <= NAME_LENGTH[1]:
        raise OrganisationFault
    return text


def _claim(row: OrganisationAgent, person: Profile) -> Claim:
    return Claim(
        id=row.id,
        organisation=row.organisation.name,
        credit_code=row.organisation.credit_code,
        name=person.masked_name,
        number=person.masked_number,
        asked_on=clock.shanghai(row.created_at).date(),
    )
