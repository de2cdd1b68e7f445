"""变更预览与应用: a change of the plan is shown first; what was shown is what is applied, or nothing is.

`propose` makes the change, looks at what would come of it, and takes it back. `apply` makes it again, looks again under
the slots' locks, and refuses when other people or other slots are affected than were shown. For every person somebody
has decided: keep the place (beyond the capacity, or in a slot that is no longer in the plan), move, or cancel with
notice.
"""

import hashlib
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from appointments import affected, booking, changes, closure, difference, following, limits, moving, proposal_body
from appointments.affected import Person
from appointments.changes import Known, Reach
from appointments.choices import Choice, decided
from appointments.difference import Difference
from appointments.errors import ReasonNeeded
from appointments.opening import openings
from appointments.planning import plan
from appointments.planning_errors import AlreadyApplied, PreviewAgain, ProposalNotFound, ProposalOver
from appointments.proposal_models import Proposal
from foundation import audit, clock, database
from foundation.actor import Actor

HOLDS = timedelta(minutes=30)
KEPT_UNAPPLIED, KEPT_PERSONS = timedelta(days=1), timedelta(days=30)

LOCK_TYPES = """
select pg_advisory_xact_lock(hashtextextended('appointment_type:' || id, 1)) from unnest($1::bigint[]) as id
"""
# The slots that may change and those that people are moved to, all in the one order.
LOCK_SLOTS = """
select 1 from slot where type_id = any($1) and (day between $2 and $3 or starts_at = any($4)) order by id for update
"""


@dataclass(frozen=True)
class Found:
    """What a change would do: to slots, and to whom."""

    differences: Sequence[Difference]
    persons: Sequence[Person]

    @property
    def fingerprint(self) -> str:
        """Of the slots before and after and of the persons; not of moments that pass by themselves."""
        slots = sorted(_told(one) for one in self.differences)
        persons = sorted([one.id, one.state, one.slot_id] for one in self.persons)
        return hashlib.sha256(json.dumps([slots, persons]).encode()).hexdigest()


@dataclass(frozen=True)
class Applied:
    """What was done: to how many slots, and how many people were kept, moved and cancelled."""

    slots: int
    kept: int
    moved: int
    cancelled: int


class _Tried(Exception):
    """The change was only tried."""


@database.retry_on_deadlock
async def propose(change: Known, *, by: Actor) -> Proposal:
    """Show what a change would do; nothing of it is done. Raises what the change itself raises."""
    hall = await changes.hall_of(change)
    async with _taken_back():
        reach = await changes.make(change, by=by)
        found = await _look(reach)
        body = await proposal_body.of(reach, found.differences, found.persons)
    return await Proposal.create(
        hall=hall, change=changes.written(change), body=body, fingerprint=found.fingerprint, made_by=str(by),
        expires_at=clock.now() + HOLDS,
    )  # fmt: skip


async def find(proposal_id: int) -> Proposal:
    """With its hall. Raises ProposalNotFound."""
    found = await Proposal.get_or_none(id=proposal_id).select_related("hall")
    if found is None:
        raise ProposalNotFound
    return found


@database.retry_on_deadlock
async def apply(
    *, proposal_id: int, by: Actor, choices: Mapping[int, Choice] | None = None, otherwise: Choice | None = None,
    reason: str = "",
) -> Applied:  # fmt: skip
    """Do exactly what was shown. `choices` says per appointment what becomes of it, `otherwise` of those not named.

    Raises ProposalNotFound, ProposalOver, AlreadyApplied, PreviewAgain, ChoiceMissing with the codes, ReasonNeeded when
    somebody is moved or cancelled, CannotMove; then nothing was done. Who is cancelled is offered another place first.
    """
    async with database.transaction():
        shown = await _to_apply(proposal_id)
        persons = proposal_body.persons(shown.body)
        decisions = decided(persons, choices or {}, otherwise)
        if not reason.strip() and any(one.what != "keep" for one in decisions.values()):
            raise ReasonNeeded
        await limits.lock_persons(*(one["citizen_id"] for one in persons))
        reach = await changes.make(changes.read(shown.change), by=by)
        await _lock(reach, [one.starts_at for one in decisions.values() if one.starts_at])
        found = await _look(reach)
        if found.fingerprint != shown.fingerprint:
            raise PreviewAgain
        await following.bring_about(found.differences)
        for one in found.persons:
            await _decide(one, decisions[one.id], by=by, reason=reason)
        await following.serve(found.differences)
        if cancelled := [one.id for one in found.persons if decisions[one.id].what == "cancel"]:
            await closure.for_cancelled(cancelled, reason=reason, by=by)
        done = _counted(found, decisions)
        await _keep(shown, decisions, done, by)
    return done


async def _to_apply(proposal_id: int) -> Proposal:
    shown = await Proposal.select_for_update().get_or_none(id=proposal_id)
    if shown is None:
        raise ProposalNotFound
    if shown.applied_at is not None:
        raise AlreadyApplied
    if clock.now() >= shown.expires_at:
        raise ProposalOver
    return shown


@asynccontextmanager
async def _taken_back() -> AsyncIterator[None]:
    """A transaction that leaves nothing."""
    try:
        async with database.transaction():
            yield
            raise _Tried
    except _Tried:
        pass


async def _lock(reach: Reach, targets: Sequence[datetime]) -> None:
    ids = sorted(one.id for one in reach.types)
    await database.execute(LOCK_TYPES, ids)
    await database.execute(LOCK_SLOTS, ids, reach.start, reach.end, list(targets))


async def _look(reach: Reach) -> Found:
    """What lies between the plan, with the change made, and the slots."""
    differences = await (_difference(*reach.slot) if reach.slot else _differences(reach))
    return Found(differences, await affected.by(differences))


async def _difference(slot_id: int, places: int) -> list[Difference]:
    row = await difference.one_slot(slot_id)
    return [difference.with_places(row, places)] if row else []


async def _differences(reach: Reach) -> list[Difference]:
    start, now = max(reach.start, clock.today()), clock.now()
    days = await openings(reach.types, start=start, end=reach.end)
    present: dict[int, list[difference.Seen]] = {one.id: [] for one in reach.types}
    for row in await difference.there(list(present), start=start, end=reach.end, after=now, lock=False):
        present[row.type_id].append(row)
    return [
        one
        for of in reach.types
        for one in difference.compare(
            of.id, plan(of, days[of.id], start=start, end=reach.end), present[of.id], now=now, firmly=True
        )
    ]


async def _decide(one: Person, choice: Choice, *, by: Actor, reason: str) -> None:
    if choice.what == "cancel":
        await booking.withdraw(one.id, by=by, reason=reason)
    elif choice.what == "move":
        slot_id = await _slot_at(one.places_of, choice)
        await moving.move_within(one.id, slot_id=slot_id, by=by, reason=reason)
    else:
        detail = {"why": one.why}
        await audit.record("booking.kept", subject=f"appointment:{one.id}", by=by, reason=reason, detail=detail)


async def _slot_at(type_id: int, choice: Choice) -> int:
    """The slot people are moved to is known by its time: the change itself may have made it."""
    found = await database.fetchval(
        "select id from slot where type_id = $1 and starts_at = $2 and share = $3 and state = 'open'",
        type_id, choice.starts_at, choice.share,
    )  # fmt: skip
    if found is None:
        raise PreviewAgain
    return int(found)


async def _keep(shown: Proposal, decisions: Mapping[int, Choice], done: Applied, by: Actor) -> None:
    shown.applied_at, shown.applied_by = clock.now(), str(by)
    shown.choices = {str(number): one.what for number, one in decisions.items()}
    await shown.save(update_fields=["applied_at", "applied_by", "choices"])
    detail: dict[str, Any] = {"proposal": shown.id, "what": shown.body["title"], **done.__dict__}
    await audit.record("proposal.applied", subject=str(shown.body["subject"]), by=by, detail=detail)


def _counted(found: Found, decisions: Mapping[int, Choice]) -> Applied:
    whats = [decisions[one.id].what for one in found.persons]
    return Applied(len(found.differences), whats.count("keep"), whats.count("move"), whats.count("cancel"))


def _told(one: Difference) -> list[Any]:
    """What matters of a difference, as JSON."""
    before = [one.before.id, one.before.capacity, one.before.ends_at.isoformat()] if one.before else []
    after = [one.after.capacity, one.after.ends_at.isoformat()] if one.after else []
    return [one.type_id, one.key[0].isoformat(), one.key[1], before, after]


async def forget_old() -> int:
    """What was shown and never applied goes after a day; who was affected by what was applied, after a month."""
    now = clock.now()
    gone = await Proposal.filter(applied_at=None, expires_at__lt=now - KEPT_UNAPPLIED).delete()
    await database.execute(
        "update proposal set body = jsonb_set(body, '{persons}', '[]') where applied_at < $1", now - KEPT_PERSONS
    )
    return gone
