"""委托 / 亲友代办: one citizen lets another act for them, within a scope and until a date."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from foundation import audit, clock, database
from foundation.actor import Actor
from foundation.events import tell
from foundation.questions import Asking, Question
from identity.errors import DelegationFault, NoSuchCitizen, NoSuchDelegation, NotYourRecord, RealNameNeeded
from identity.events import DelegationGranted, DelegationRevoked
from identity.models import Citizen, Delegation
from identity.realname import masked_sealed

LONGEST = timedelta(days=366)
MOST_ITEMS = 20


class Scope(StrEnum):
    """What an agent may do."""

    BOOK = "book"  # 预约
    PROGRESS = "progress"  # 办件: filing, supplements, progress
    PAY = "pay"  # 缴费


SCOPE_NAMES = {Scope.BOOK: "预约", Scope.PROGRESS: "办件", Scope.PAY: "缴费"}


class DelegationView(Struct, frozen=True, kw_only=True):
    """One delegation as its two people see it: names are masked, each opened when it is asked for.

    `items` are codes; none named is all of them.
    """

    id: int
    principal_id: int
    principal_sealed: str
    agent_id: int
    agent_sealed: str
    scope: list[str]
    until: date
    items: list[str]

    @property
    def principal(self) -> str:
        return masked_sealed(self.principal_sealed)

    @property
    def agent(self) -> str:
        return masked_sealed(self.agent_sealed)


class Past(DelegationView, frozen=True, kw_only=True):
    """A delegation that is over; `ended` is when it was revoked, or empty for one whose last day is past."""

    began: datetime
    ended: datetime | None
    ended_by: str  # the text of an Actor


@dataclass(frozen=True)
class Terms:
    """What one lets another do: in which rooms, for which items, until when."""

    scope: list[str]
    until: date
    items: list[str]


async def grant(
    *, principal_id: int, agent_id: int, scope: Collection[str], until: date, by: Actor, items: Collection[str] = ()
) -> int:
    """The new delegation's id. Both must be verified. Raises DelegationFault, NoSuchCitizen, RealNameNeeded,
    NotYourRecord when it is not the principal who asks.
    """
    must_be(by, principal_id)
    terms = checked(scope, until, items)
    async with database.transaction():
        return await granted(principal_id=principal_id, agent_id=agent_id, terms=terms, by=by)


def checked(scope: Collection[str], until: date, items: Collection[str] = ()) -> Terms:
    """The terms in order. Raises DelegationFault, also for a date that is over or too far."""
    wanted, named = sorted(set(scope)), sorted({one.strip() for one in items} - {""})
    in_time = clock.today() <= until <= clock.today() + LONGEST
    fits = len(named) <= MOST_ITEMS and all(len(one) <= 64 for one in named)
    if not wanted or not set(wanted) <= set(Scope) or not in_time or not fits:
        raise DelegationFault
    return Terms(wanted, until, named)


async def granted(*, principal_id: int, agent_id: int, terms: Terms, by: Actor) -> int:
    """Within a transaction, once both have agreed: the new delegation's id. Raises as `grant`."""
    if principal_id == agent_id:
        raise DelegationFault
    for citizen_id in sorted((principal_id, agent_id)):
        await _verified(citizen_id)
    row = await Delegation.create(
        principal_id=principal_id, agent_id=agent_id, scope=terms.scope, items=terms.items, until=terms.until
    )
    detail = {"agent": agent_id, "scope": terms.scope, "items": terms.items, "until": terms.until}
    await audit.record("delegation.granted", subject=f"delegation:{row.id}", by=by, detail=detail)
    await tell(DelegationGranted(delegation_id=row.id, principal_id=principal_id, agent_id=agent_id))
    return int(row.id)


async def revoke(*, delegation_id: int, by: Actor) -> None:
    """End it at once; either of the two people may. Raises NoSuchDelegation, for others' too."""
    async with database.transaction():
        row = await Delegation.select_for_update().get_or_none(id=delegation_id, revoked_at=None)
        if row is None or by not in (Actor.citizen(row.principal_id), Actor.citizen(row.agent_id)):  # type: ignore[attr-defined]
            raise NoSuchDelegation
        row.revoked_at, row.revoked_by = clock.now(), str(by)
        await row.save(update_fields=["revoked_at", "revoked_by"])
        await audit.record("delegation.revoked", subject=f"delegation:{row.id}", by=by)
        principal_id, agent_id = row.principal_id, row.agent_id  # type: ignore[attr-defined]
        await tell(DelegationRevoked(delegation_id=row.id, principal_id=principal_id, agent_id=agent_id))


HELD = """
select 1 from delegation where agent_id = $1 and principal_id = $2 and revoked_at is null and until >= $3 and scope ? $4
   and ($5::text[] is null or items = '[]'::jsonb or items ?| $5)
"""


async def may_act(*, agent: int, principal: int, scope: str, items: Collection[str] | None = None) -> bool:
    """True for oneself, and for an agent whose delegation covers `scope` today, and one of `items` where some are named
    (None: what is done names no item).
    """
    if agent == principal:
        return True
    named = None if items is None else list(items)
    return await database.fetchval(HELD, agent, principal, clock.today(), scope, named) is not None


async def hold(*, agent: int, principal: int, scope: str, day: date, items: Collection[str] | None = None) -> bool:
    """Within a transaction: as `may_act`, on `day`; a revocation waits until this transaction ends."""
    named = None if items is None else list(items)
    held = await database.joined().fetchval(f"{HELD} for share", agent, principal, day, scope, named)
    return held is not None


READ = """
select d.id, d.principal_id, p.real_name_sealed as principal_sealed, d.agent_id, a.real_name_sealed as agent_sealed,
       d.scope, d.until, d.items"""
OF_BOTH = """
  from delegation d join citizen p on p.id = d.principal_id join citizen a on a.id = d.agent_id"""
LIVE = f"{READ}{OF_BOTH}\n where d.revoked_at is null and d.until >= asked.today and"
GIVEN = Question(DelegationView, f"{LIVE} d.principal_id = asked.who order by d.id desc", who="bigint", today="date")
TAKEN_ON = Question(DelegationView, f"{LIVE} d.agent_id = asked.who order by d.id desc", who="bigint", today="date")
OVER = Question(
    Past,
    f"""{READ}, d.created_at as began, d.revoked_at as ended, d.revoked_by as ended_by{OF_BOTH}
 where (d.principal_id = asked.who or d.agent_id = asked.who) and (d.revoked_at is not null or d.until < asked.today)
 order by d.id desc limit asked.most""",
    who="bigint",
    today="date",
    most="int",
)


def granted_by(principal_id: int) -> Asking[list[DelegationView]]:
    """Who may act for me."""
    return GIVEN.asking(principal_id, clock.today(), then=list)


def granted_to(agent_id: int) -> Asking[list[DelegationView]]:
    """For whom I may act."""
    return TAKEN_ON.asking(agent_id, clock.today(), then=list)


def past_of(citizen_id: int, *, limit: int = 50) -> Asking[list[Past]]:
    """委托历史: what is over of those given by and to this person, the latest first."""
    return OVER.asking(citizen_id, clock.today(), limit, then=list)


async def _verified(citizen_id: int) -> None:
    citizen = await Citizen.select_for_update().get_or_none(id=citizen_id, state="active")
    if citizen is None:
        raise NoSuchCitizen
    if citizen.verified_at is None:
        raise RealNameNeeded


def must_be(by: Actor, citizen_id: int) -> None:
    """Raises NotYourRecord when somebody else asks."""
    if by != Actor.citizen(citizen_id):
        raise NotYourRecord
