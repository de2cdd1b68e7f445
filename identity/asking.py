"""委托申请: an agent asks a person by name and number; the person, once signed in and verified, agrees or not.

Whoever asks learns nothing of the person: the answer is the same whether we know them or not.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from foundation import audit, clock, crypto, database
from foundation.actor import Actor
from foundation.events import tell
from foundation.questions import Asking, Question
from identity import access, delegation, own_record, realname
from identity.errors import DelegationFault
from identity.events import DelegationAsked
from identity.family_errors import RequestNotFound, TooManyAsked
from identity.family_models import DelegationRequest
from identity.idnumber import Identity
from identity.realname import masked_sealed

GOOD_FOR = timedelta(days=7)
MOST_OPEN = 5


@dataclass(frozen=True, kw_only=True)
class Request:
    """An open request as one of its two people sees it; `name` is the other's, masked."""

    id: int
    name: str
    scope: list[str]
    until: date
    items: list[str]


async def ask(
    *,
    agent_id: int,
    name: str,
    id_type: str,
    number: str,
    scope: Collection[str],
    until: date,
    by: Actor,
    items: Collection[str] = (),
) -> int:
    """Ask to act for the person with this name and number; the request's id, whoever that is.

    Raises NumberFault and its kinds, NameFault, DelegationFault, RealNameNeeded, TooManyAsked, NotYourRecord.
    """
    delegation.must_be(by, agent_id)
    name, identity, wanted = (
        realname.clean_name(name),
        Identity.person(id_type, number),
        delegation.checked(scope, until, items),
    )
    own = await access.profile(agent_id, seen_by=by)
    await access.require_real_name(agent_id)
    if own.identity == identity:
        raise DelegationFault
    async with database.transaction():
        await database.joined().execute("select 1 from citizen where id = $1 for update", agent_id)
        if (
            await DelegationRequest.filter(agent_id=agent_id, state="asked", good_until__gt=clock.now()).count()
            >= MOST_OPEN
        ):
            raise TooManyAsked(detail={"most": MOST_OPEN})
        row = await DelegationRequest.create(
            agent_id=agent_id, name_sealed=crypto.seal(name), id_type=identity.id_type,
            id_fingerprint=identity.fingerprint, scope=wanted.scope, items=wanted.items,
            until=until, good_until=clock.now() + GOOD_FOR,
        )  # fmt: skip
        detail = {"scope": wanted.scope, "items": wanted.items, "until": until}
        await audit.record("delegation.asked", subject=f"delegation_request:{row.id}", by=by, detail=detail)
        known = await realname.owner_of(identity, name=name)
        if known is not None and await _is_of(row, known):
            await tell(DelegationAsked(request_id=row.id, citizen_id=known))
    return int(row.id)


def _asked_by(name_sealed: str, **columns: Any) -> Request:
    name = masked_sealed(name_sealed)
    return Request(name=name, **columns)


def _asked_of(asked_for_sealed: str, own_name_sealed: str, **columns: Any) -> Request | None:
    """A request as the person sees it, None where it asks for somebody of another name."""
    asked_for, own = crypto.open_sealed(asked_for_sealed), crypto.open_sealed(own_name_sealed)
    return _asked_by(**columns) if realname.same_name(asked_for, own) else None


ASKED_BY = Question(
    _asked_by,
    """
select id, name_sealed, scope, until, items from delegation_request
 where agent_id = asked.who and state = 'asked' and good_until > asked.now order by id""",
    who="bigint",
    now="timestamptz",
)
WAITING = f"""
select r.id, a.real_name_sealed as name_sealed, r.scope, r.until, r.items, r.name_sealed as asked_for_sealed,
       c.real_name_sealed as own_name_sealed{access.OF_WHOM_FROM}
  join delegation_request r on r.id_type = c.id_type and r.state = 'asked' and r.good_until > asked.now
  join citizen a on a.id = r.agent_id{access.OF_WHOM_WHERE} and c.id_number_sealed <> '' and"""
ASKED_OF = Question(
    _asked_of, f"{WAITING} r.id_fingerprint = c.id_fingerprint order by r.id", who="bigint", now="timestamptz"
)
ASKED_OF_PRINTS = Question(
    _asked_of,
    f"{WAITING} r.id_fingerprint = any(asked.prints) order by r.id",
    who="bigint",
    now="timestamptz",
    prints="text[]",
)


async def waiting_for(principal_id: int) -> list[Request]:
    """Who asks to act for me."""
    return await all_waiting(await asked_of(principal_id), principal_id)


async def all_waiting(found: list[Request], principal_id: int) -> list[Request]:
    """What `asked_of` found, and while a key is being rotated what it could not find."""
    if not crypto.fingerprints_differ():
        return found
    prints = await own_record.fingerprints(principal_id)
    return _for_them(await ASKED_OF_PRINTS.rows(principal_id, clock.now(), prints))


def asked_of(principal_id: int) -> Asking[list[Request]]:
    """Who asks to act for me, by the fingerprint that is kept of my document; to be completed by `all_waiting`."""
    return ASKED_OF.asking(principal_id, clock.now(), then=_for_them)


def _for_them(found: list[Request | None]) -> list[Request]:
    return [one for one in found if one]


def asked_by(agent_id: int) -> Asking[list[Request]]:
    """Whom I have asked and who has not answered."""
    return ASKED_BY.asking(agent_id, clock.now(), then=list)


@database.retry_on_deadlock
async def agree(*, request_id: int, by: Actor) -> int:
    """The person agrees; the delegation's id. Raises RequestNotFound, for others' too; RealNameNeeded."""
    async with database.transaction():
        row = await _closed(request_id, to="granted", by=by)
        agent_id: int = row.agent_id  # type: ignore[attr-defined]
        terms = delegation.Terms(row.scope, row.until, row.items)
        return await delegation.granted(principal_id=by.number, agent_id=agent_id, terms=terms, by=by)


async def decline(*, request_id: int, by: Actor) -> None:
    """The person does not agree. Raises RequestNotFound, for others' too."""
    async with database.transaction():
        await _closed(request_id, to="declined", by=by)


async def withdraw(*, request_id: int, by: Actor) -> None:
    """Who asked thinks better of it. Raises RequestNotFound, for others' too."""
    async with database.transaction():
        row = await _locked(request_id)
        if row.agent_id != by.number:  # type: ignore[attr-defined]
            raise RequestNotFound
        await _close(row, to="withdrawn", by=by)


async def _closed(request_id: int, *, to: str, by: Actor) -> DelegationRequest:
    row = await _locked(request_id)
    if not await _is_of(row, by.number):
        raise RequestNotFound
    await _close(row, to=to, by=by)
    return row


async def _locked(request_id: int) -> DelegationRequest:
    row = await DelegationRequest.select_for_update().get_or_none(
        id=request_id, state="asked", good_until__gt=clock.now(), until__gte=clock.today()
    )
    if row is None:
        raise RequestNotFound
    return row


async def _close(row: DelegationRequest, *, to: str, by: Actor) -> None:
    await DelegationRequest.filter(id=row.id).update(state=to, name_sealed="")
    await audit.record(f"delegation.request_{to}", subject=f"delegation_request:{row.id}", by=by)


async def _is_of(row: DelegationRequest, citizen_id: int) -> bool:
    own = await access.profile(citizen_id, seen_by=Actor.citizen(citizen_id))
    if own.identity is None or own.identity.id_type != row.id_type:
        return False
    return row.id_fingerprint in own.identity.fingerprints and _names(row, own.name)


def _names(row: DelegationRequest, name: str) -> bool:
    """A wrong name asks nobody, whatever the document: else a number alone would find its holder."""
    return realname.same_name(crypto.open_sealed(row.name_sealed), name)
