"""Learning (待学习): questions that were missed or disliked, gathered by what they mean, and what is made of them.

A group becomes an everyday name or a common question in the draft of a guide, which a second person publishes, or a
synonym, which is in use at once. What that would change is shown before by `assistant.effect`.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from assistant import alike
from assistant.alike import Groups
from assistant.answering import Kind
from assistant.learning_errors import ClusterDecided, ClusterNotFound, ClusterOpen, LearningReasonNeeded
from assistant.learning_models import QuestionCluster
from assistant.models import Turn
from foundation import audit, clock, database
from foundation.actor import Actor

ONE_AT_A_TIME = "select pg_advisory_xact_lock(hashtextextended('assistant.learning', 21))"
MOST_AT_ONCE = 500
"""Turns that one transaction gathers, so that it stays short; the next takes the rest."""
MOST_COMPARED = 3_000
"""The latest groups a question is compared with."""
SHOWN = 100
_MISSED = f"""
    select id, question from turn
     where cluster_id is null
       and (band = '{Kind.UNKNOWN}' or (band = '{Kind.PERSON}' and confidence = 0) or helpful is false)
     order by id limit $1
"""
_EMPTIED = """
    delete from question_cluster c where not exists (select from turn t where t.cluster_id = c.id)
"""
_LISTED = """
    select c.id, c.said, c.state, c.note, c.outcome, c.decided_by_id, c.decided_at, count(t.id) as asked,
           count(t.id) filter (where t.helpful is false) as disliked,
           count(t.id) filter (where t.at > c.decided_at) as since, max(t.at) as last_at
      from question_cluster c join turn t on t.cluster_id = c.id
     where c.state = $1 group by c.id order by asked desc, c.id limit $2
"""
_DECIDED = """
    select coalesce(outcome ->> 'what', state) as what, count(*) as count from question_cluster
     where (decided_at at time zone 'Asia/Shanghai')::date between $1 and $2 group by what order by what
"""


@dataclass(frozen=True, kw_only=True)
class Group:
    """A group of questions as it is listed; `since` counts those that came after it was decided."""

    cluster: QuestionCluster
    asked: int
    disliked: int
    since: int
    last_at: datetime

    @property
    def unanswered(self) -> int:
        return self.asked - self.disliked


async def gather() -> int:
    """Sort what was missed or disliked since into groups; how many turns that were. Groups without turns go."""
    gathered = 0
    while taken := await _gather_some():
        gathered += taken
    async with database.transaction() as tx:
        await tx.execute(ONE_AT_A_TIME)
        await tx.execute(_EMPTIED)
    return gathered


async def _gather_some() -> int:
    async with database.transaction() as tx:
        await tx.execute(ONE_AT_A_TIME)
        missed = [(int(row["id"]), str(row["question"])) for row in await tx.fetch(_MISSED, MOST_AT_ONCE)]
        if not missed:
            return 0
        known = sorted(await QuestionCluster.all().order_by("-id").limit(MOST_COMPARED), key=lambda one: one.id)
        topics, places = await asyncio.to_thread(_placed, missed, [one.topic for one in known])
        new = [await QuestionCluster.create(said=said, topic=topic) for said, topic in topics]
        ids = [one.id for one in (*known, *new)]
        await tx.execute_many(
            "update turn set cluster_id = $2 where id = $1",
            [(turn, ids[place]) for (turn, _), place in zip(missed, places, strict=True)],
        )
        return len(missed)


def _placed(missed: Sequence[tuple[int, str]], known: Sequence[str]) -> tuple[list[tuple[str, str]], list[int]]:
    """The groups to begin, as question and topic, and of each turn the place of its group among all."""
    groups, new, places = Groups(known), [], []
    for _, said in missed:
        topic = alike.topic_of(said)[:500]
        place = groups.like(topic)
        if place is None:
            place = groups.begin(topic)
            new.append((said, topic))
        places.append(place)
    return new, places


async def groups(state: str = "open") -> list[Group]:
    """The groups in that state, those asked most first."""
    rows = await database.fetch(_LISTED, state, SHOWN)
    clusters = await QuestionCluster.in_bulk([row["id"] for row in rows], "id")
    return [
        Group(
            cluster=clusters[row["id"]], asked=row["asked"], disliked=row["disliked"], since=row["since"],
            last_at=row["last_at"],
        )
        for row in rows
    ]  # fmt: skip


async def decided_between(start: date, end: date) -> dict[str, int]:
    """How many groups were decided from `start` to `end`, by what was made of them."""
    rows = await database.fetch(_DECIDED, start, end)
    return {str(row["what"]): int(row["count"]) for row in rows}


async def find(cluster_id: int) -> QuestionCluster:
    """Raises ClusterNotFound."""
    cluster = await QuestionCluster.get_or_none(id=cluster_id)
    if cluster is None:
        raise ClusterNotFound
    return cluster


async def examples(cluster_id: int, *, limit: int = 30) -> list[Turn]:
    """Its latest questions, in all their wordings."""
    return await Turn.filter(cluster_id=cluster_id).order_by("-id").limit(limit)


async def decide(cluster_id: int, *, state: str, by: Actor, outcome: dict[str, Any], note: str = "") -> QuestionCluster:
    """Within a transaction: an open group becomes done or ignored. Raises ClusterNotFound, ClusterDecided."""
    changed = await QuestionCluster.filter(id=cluster_id, state="open").update(
        state=state, note=note, outcome=outcome, decided_by_id=by.number, decided_at=clock.now()
    )
    cluster = await find(cluster_id)
    if not changed:
        raise ClusterDecided
    detail = {name: value for name, value in outcome.items() if name != "what"}
    await _record(f"learning.{outcome.get('what', state)}", cluster, by, note, detail)
    return cluster


async def ignore(*, cluster_id: int, reason: str, by: Actor) -> QuestionCluster:
    """Nothing is to be learnt from it; what is like it joins it. Raises LearningReasonNeeded and what `decide` does."""
    if not reason.strip():
        raise LearningReasonNeeded
    async with database.transaction():
        return await decide(cluster_id, state="ignored", by=by, outcome={}, note=reason.strip())


async def reopen(*, cluster_id: int, reason: str, by: Actor) -> QuestionCluster:
    """Look at a group again. Raises LearningReasonNeeded, ClusterNotFound, ClusterOpen."""
    if not reason.strip():
        raise LearningReasonNeeded
    async with database.transaction():
        changed = await QuestionCluster.filter(id=cluster_id, state__in=("done", "ignored")).update(
            state="open", note=reason.strip(), outcome={}, decided_by_id=None, decided_at=None
        )
        cluster = await find(cluster_id)
        if not changed:
            raise ClusterOpen
        await _record("learning.reopened", cluster, by, reason.strip(), {})
        return cluster


async def _record(action: str, cluster: QuestionCluster, by: Actor, reason: str, detail: dict[str, Any]) -> None:
    await audit.record(action, subject=f"cluster:{cluster.id}", by=by, reason=reason, detail=detail)
