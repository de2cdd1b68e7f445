"""办件订阅: who is told when a case moves, besides its applicant.

An agent is told as long as the delegation holds, which is asked again each time. Who proved to know number and factor
reads in a message no more than the look-up shows: item and stage.
"""

from dataclasses import dataclass

from msgspec import Struct

from cases import lookup
from cases.errors import TooManyFollowed
from cases.models import Case
from cases.progress_models import CaseSubscription
from cases.timeline import LABELS, Kind
from foundation import audit, database
from foundation.actor import Actor
from foundation.questions import Asking, Question
from identity import delegation

MOST = 50


@dataclass(frozen=True)
class Followed:
    """A case somebody follows, in what the look-up shows of it."""

    case_no: str
    item_name: str
    stage_label: str
    proved_by: str


class Subscribed(Struct, frozen=True):
    """A subscription with its case; `owner` is the applicant, if they are known."""

    case_no: str
    item_name: str
    stage: str
    owner: int | None
    proved_by: str


THEIRS = Question(
    Subscribed,
    """
select c.case_no, c.item_name, c.stage, c.citizen_id as owner, s.proved_by
  from case_subscription s join case_file c on c.id = s.case_id
 where s.citizen_id = asked.who order by s.id desc limit asked.most""",
    who="bigint",
    most="int",
)


async def follow(*, case_no: str, citizen_id: int) -> None:
    """One's own case, or a principal's. Raises CaseNotFound, TooManyFollowed."""
    case = await lookup.mine_or_entrusted(case_no=case_no, citizen_id=citizen_id)
    own = case.citizen_id == citizen_id  # type: ignore[attr-defined]
    await _follow(case.id, citizen_id, "applicant" if own else "agent")


async def follow_by_number(*, case_no: str, last_four: str, citizen_id: int, address: str) -> None:
    """Whoever knows number and factor. Raises CaseNotFound, TooManyRequests, TooManyFollowed."""
    case_id = await lookup.proved(case_no=case_no, last_four=last_four, address=address)
    await _follow(case_id, citizen_id, "number")


@database.retry_on_deadlock
async def _follow(case_id: int, citizen_id: int, proved_by: str) -> None:
    async with database.transaction() as tx:
        await tx.execute(
            "select pg_advisory_xact_lock(hashtextextended('case-follower:' || $1::bigint, 26))", citizen_id
        )
        if await CaseSubscription.exists(case_id=case_id, citizen_id=citizen_id):
            return
        if await CaseSubscription.filter(citizen_id=citizen_id, case__closed_at=None).count() >= MOST:
            raise TooManyFollowed
        await CaseSubscription.create(case_id=case_id, citizen_id=citizen_id, proved_by=proved_by)
        await audit.record(
            "case.followed", subject=f"case:{case_id}", by=Actor.citizen(citizen_id), detail={"proved_by": proved_by}
        )


async def leave(*, case_no: str, citizen_id: int) -> None:
    """Be told no more; of what one does not follow there is nothing to leave."""
    async with database.transaction():
        case = await Case.get_or_none(case_no=case_no)
        if case and await CaseSubscription.filter(case_id=case.id, citizen_id=citizen_id).delete():
            await audit.record("case.unfollowed", subject=f"case:{case.id}", by=Actor.citizen(citizen_id))


def subscribed(citizen_id: int) -> Asking[list[Subscribed]]:
    """What somebody subscribed to, the latest first, whether or not they may still follow it: see `still_theirs`."""
    return THEIRS.asking(citizen_id, 2 * MOST, then=list)


async def still_theirs(found: list[Subscribed], citizen_id: int) -> list[Followed]:
    """Those of them that the citizen may still follow."""
    return [
        Followed(one.case_no, one.item_name, LABELS[Kind(one.stage)], one.proved_by)
        for one in found
        if await _still(one.proved_by, agent=citizen_id, owner=one.owner)
    ]


async def followers(case_id: int) -> list[int]:
    """Who is to be told of this case besides its applicant: those who still may."""
    case = await Case.get(id=case_id)
    rows = await CaseSubscription.filter(case_id=case_id).order_by("id")
    owner: int | None = case.citizen_id  # type: ignore[attr-defined]
    return [
        one.citizen_id  # type: ignore[attr-defined]
        for one in rows
        if one.citizen_id != owner  # type: ignore[attr-defined]
        and await _still(one.proved_by, agent=one.citizen_id, owner=owner)  # type: ignore[attr-defined]
    ]


async def _still(proved_by: str, *, agent: int, owner: int | None) -> bool:
    """A number that was proved stays proved; an agent's case must still be entrusted, one's own still one's own."""
    if proved_by == "number":
        return True
    return owner is not None and await delegation.may_act(agent=agent, principal=owner, scope="progress")
