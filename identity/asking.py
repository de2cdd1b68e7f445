"""委托申请: an agent asks a person by name and number; the person, once signed in and verified, agrees or not.

Whoever asks learns nothing of the person: the answer is the same whether we know them or not.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from foundation import audit, clock, crypto, database
from foundation.actor import Actor
from foundation.events import tell
from foundation.together import Asking, Question
from identity import access, delegation, own_record, realname
from identity.errors import DelegationFault
from identity.events import DelegationAsked
from identity.family_errors import RequestNotFound, TooManyAsked
from identity.family_models import DelegationRequest
from identity.idnumber import Identity
from identity.own_record import Document
from identity.realname import masked_name

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


def _asked_by(name_sealed: str, scope: str, items: str, **columns: Any) -> Request:
    name = masked_name(crypto.open_sealed(name_sealed))
    return Request(name=name, scope=json.loads(scope), items=json.loads(items), **columns)


def _asked_of(asked_for_sealed: str, **columns: Any) -> tuple[Request, str]:
    """A request as the person sees it, and the name by which it asks for them."""
    return _asked_by(**columns), crypto.open_sealed(asked_for_sealed)


ASKED_BY = Question(
    _asked_by,
    """
select id, name_sealed, scope, until, items from delegation_request
 where agent_id = asked.who and state = 'asked' and good_until > asked.now order by id""",
    who="bigint",
    now="timestamptz",
)
# By the fingerprints of one document under every key in use, with commas between.
ASKED_OF = Question(
    _asked_of,
    """
select r.id, a.real_name_sealed as name_sealed, r.scope, r.until, r.items, r.name_sealed as asked_for_sealed
  from delegation_request r join citizen a on a.id = r.agent_id
 where r.id_fingerprint = any(string_to_array(asked.prints, ',')) and r.id_type = asked.id_type
   and r.state = 'asked' and r.good_until > asked.now order by r.id""",
    prints="text",
    id_type="text",
    now="timestamptz",
)


async def waiting_for(principal_id: int) -> list[Request]:
    """Who asks to act for me."""
    return await waiting_for_whom(await own_record.document(principal_id))


async def waiting_for_whom(own: Document) -> list[Request]:
    """As `waiting_for`, of the person whose document this is."""
    identity = own.identity
    if identity is None:
        return []
    rows = await ASKED_OF.rows(",".join(identity.fingerprints), identity.id_type, clock.now())
    return [request for request, asked_for in rows if realname.same_name(asked_for, own.name)]


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
