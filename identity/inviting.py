"""委托邀请: a principal makes a code and hands it over; who brings it within a day becomes the agent. Once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from foundation import audit, clock, crypto, database, ratelimit
from foundation.actor import Actor
from foundation.questions import Asking, Question
from identity import access, delegation
from identity.family_errors import InvitationOver, TooManyAsked
from identity.family_models import DelegationInvitation

CODE_LENGTH = 10
GOOD_FOR = timedelta(days=1)
MOST_OPEN = 5
GUESSES = (10, 3600)


@dataclass(frozen=True)
class Invitation:
    """`code` is shown this once."""

    id: int
    code: str
    good_until: datetime


@dataclass(frozen=True, kw_only=True)
class OpenInvitation:
    """One nobody has answered yet."""

    id: int
    scope: list[str]
    items: list[str]
    until: date
    good_until: datetime


async def invite(
    *, principal_id: int, scope: Collection[str], until: date, by: Actor, items: Collection[str] = ()
) -> Invitation:
    """A code that makes its bringer the principal's agent. Raises DelegationFault, RealNameNeeded, TooManyAsked."""
    wanted = delegation.checked(scope, until, items)
    delegation.must_be(by, principal_id)
    await access.require_real_name(principal_id)
    code = crypto.random_code(CODE_LENGTH)
    async with database.transaction():
        await database.joined().execute("select 1 from citizen where id = $1 for update", principal_id)
        if len(await open_of(principal_id)) >= MOST_OPEN:
            raise TooManyAsked(detail={"most": MOST_OPEN})
        row = await DelegationInvitation.create(
            principal_id=principal_id, code_fingerprint=_fingerprints(code)[0], scope=wanted.scope,
            items=wanted.items, until=until,
            good_until=clock.now() + GOOD_FOR,
        )  # fmt: skip
        detail = {"scope": wanted.scope, "items": wanted.items, "until": until}
        await audit.record("delegation.invited", subject=f"delegation_invitation:{row.id}", by=by, detail=detail)
    return Invitation(row.id, code, row.good_until)


@database.retry_on_deadlock
async def accept(*, code: str, by: Actor) -> int:
    """Become the agent of who gave the code; the delegation's id.

    Raises InvitationOver, TooManyRequests, DelegationFault for one's own code, RealNameNeeded.
    """
    await ratelimit.check(("invitation", by.number, *GUESSES))
    async with database.transaction():
        row = await _locked(code)
        principal_id: int = row.principal_id  # type: ignore[attr-defined]
        terms = delegation.Terms(row.scope, row.until, row.items)
        made = await delegation.granted(principal_id=principal_id, agent_id=by.number, terms=terms, by=by)
        await DelegationInvitation.filter(id=row.id).update(used_at=clock.now())
    return made


OPEN = Question(
    OpenInvitation,
    """
select id, scope, items, until, good_until from delegation_invitation
 where principal_id = asked.who and used_at is null and good_until > asked.now order by id""",
    who="bigint",
    now="timestamptz",
)


def open_of(principal_id: int) -> Asking[list[OpenInvitation]]:
    """Invitations that wait for somebody."""
    return OPEN.asking(principal_id, clock.now(), then=list)


async def take_back(*, invitation_id: int, by: Actor) -> None:
    """The code is worth nothing from now on. Raises InvitationOver, for others' too."""
    async with database.transaction():
        if not await DelegationInvitation.filter(
            id=invitation_id, principal_id=by.number, used_at=None, good_until__gt=clock.now()
        ).delete():
            raise InvitationOver
        await audit.record("delegation.invitation_withdrawn", subject=f"delegation_invitation:{invitation_id}", by=by)


async def _locked(code: str) -> DelegationInvitation:
    """The open invitation; whoever brings the same code waits, and finds it used."""
    row = await DelegationInvitation.select_for_update().get_or_none(
        code_fingerprint__in=_fingerprints(crypto.read_code(code)), used_at=None, good_until__gt=clock.now()
    )
    if row is None:
        raise InvitationOver
    return row


def _fingerprints(code: str) -> list[str]:
    return crypto.fingerprints(code, purpose="identity.invitation")
