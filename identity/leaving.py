"""注销账号: asked for, carried out when the days to think it over are past, and taken back until then."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec import Struct
from tortoise.exceptions import IntegrityError

from foundation import audit, clock, database, jobs, logs, personal_data, settings
from foundation.actor import Actor
from foundation.errors import Refusal
from foundation.questions import Asking, Question
from identity import delegation, privacy
from identity.policy_errors import AlreadyLeaving, NotLeaving
from identity.privacy_models import Leaving

BY = Actor.system("identity.leaving")
ONCE_MORE = timedelta(days=1)

log = logs.logger(__name__)


class _NotYet(Exception):
    """Ends the trial, so that nothing of it stays."""


class Asked(Struct, frozen=True):
    """`hindered` tells that it was due and something still stood in the way."""

    asked_at: datetime
    due_at: datetime
    hindered: bool


WAITING = Question(
    Asked,
    """
select asked_at, due_at, hindered_by <> '' as hindered
  from leaving where citizen_id = asked.who and state = 'waiting'""",
    who="bigint",
)


@dataclass(frozen=True)
class Kept:
    """What stays when somebody leaves, why and for how long."""

    title: str
    why: str


async def ask(*, citizen_id: int, by: Actor) -> Asked:
    """The account is closed after the days to think it over. Who cannot leave now hears so now.

    Raises AlreadyLeaving, NoSuchCitizen, NotYourRecord and what rooms refuse with, such as money under way.
    """
    delegation.must_be(by, citizen_id)
    await _try(citizen_id, by)
    now = clock.now()
    due = now + timedelta(days=settings.current().privacy.leaving_days)
    try:
        async with database.transaction():
            await Leaving.create(citizen_id=citizen_id, asked_at=now, due_at=due)
            await audit.record("citizen.leaving", subject=f"citizen:{citizen_id}", by=by, detail={"due": due})
    except IntegrityError:
        raise AlreadyLeaving from None
    return Asked(now, due, hindered=False)


async def take_back(*, citizen_id: int, by: Actor) -> None:
    """Raises NotLeaving, also once it has been carried out; NotYourRecord."""
    delegation.must_be(by, citizen_id)
    async with database.transaction():
        waiting = Leaving.filter(citizen_id=citizen_id, state="waiting")
        if not await waiting.update(state="withdrawn", ended_at=clock.now()):
            raise NotLeaving
        await audit.record("citizen.stays", subject=f"citizen:{citizen_id}", by=by)


def of(citizen_id: int) -> Asking[Asked | None]:
    """The wish that waits, if there is one."""
    return WAITING.asking(citizen_id, then=lambda found: found[0] if found else None)


def kept() -> list[Kept]:
    """What every room keeps by law or need, in its own words."""
    rooms = [one for _, one in sorted(personal_data.collectors.items())]
    return [Kept(held.title, held.kept) for one in rooms for held in one.holds if held.kept]


@jobs.scheduled("5,35 * * * *")
async def carry_out() -> None:
    """Close what is due, one account after the other; what stands in the way puts it off by a day."""
    rows = await Leaving.filter(state="waiting", due_at__lte=clock.now()).order_by("due_at").limit(200)
    for row in rows:
        await _close(row.id)


async def _close(leaving_id: int) -> None:
    """Compare and set within the deletion's own transaction: who takes it back at this moment stays, or is gone."""
    try:
        async with database.transaction():
            row = await Leaving.select_for_update().get_or_none(id=leaving_id, state="waiting")
            if row is None:
                return
            citizen_id: int = row.citizen_id  # type: ignore[attr-defined]
            await privacy.let_go(citizen_id, by=BY, reason="用户注销")
            await Leaving.filter(id=leaving_id).update(state="done", ended_at=clock.now())
    except Refusal as refusal:
        log.warning("leaving_put_off", leaving=leaving_id, why=refusal.code)
        await Leaving.filter(id=leaving_id, state="waiting").update(
            hindered_by=refusal.code, due_at=clock.now() + ONCE_MORE
        )


async def _try(citizen_id: int, by: Actor) -> None:
    """Carry it out and take it back: whatever would refuse refuses now."""
    try:
        async with database.transaction():
            await privacy.let_go(citizen_id, by=by)
            raise _NotYet
    except _NotYet:
        return
