"""消息台账 as it is read: what was sent to somebody, where, when, and what became of it.

A citizen reads their own. Staff read what concerns halls of theirs (whoever works for the whole city reads all), and
every look is a look at the person's record, audited by `identity.access`.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from foundation import database
from foundation.actor import Actor
from identity import access
from notifications.kinds import CHANNELS
from notifications.unreached import PROBLEMS

STATES = {
    "queued": "等待发送",
    "sending": "正在发送",
    "sent": "已发送",
    "reached": "已送达",
    "refused": "未接收",
    "failed": "未成功",
    "unknown": "结果不明",
    "delivered": "已送达",
}


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One message on one channel."""

    occasion: str
    channel: str
    channel_name: str
    title: str
    text: str
    state: str
    state_name: str
    problem: str
    segments: int
    created_at: datetime
    sent_at: datetime | None
    read_at: datetime | None


OF_PERSON = """
select occasion, channel, title, text, state, problem, segments, created_at, sent_at, read_at from message
 where citizen_id = $1 and exists (select from unnest($2::text[]) as prefix where starts_with(hall_path, prefix))
 order by id desc limit $3"""

STATES_LATELY = """
select channel, state, count(*) as n, coalesce(sum(segments), 0) as segments from message
 where channel <> 'inbox' and created_at > $1 group by channel, state"""

WAITING = """
select channel, urgency, count(*) as n, min(due_at) as since from message where state = 'queued'
 group by channel, urgency order by channel, urgency"""


async def of_person(citizen_id: int, *, within: Collection[str], by: Actor, limit: int = 100) -> list[Sent]:
    """What was sent to one person about halls under `within`, the latest first. Raises NoSuchCitizen."""
    known = await access.profile(citizen_id, seen_by=by)
    return [_sent(row) for row in await database.fetch(OF_PERSON, known.citizen_id, list(within), limit)]


@dataclass(frozen=True, kw_only=True)
class Figures:
    """One channel over a while, without persons."""

    channel_name: str
    states: dict[str, int]
    segments: int

    @property
    def total(self) -> int:
        return sum(self.states.values())


async def figures(since: datetime) -> list[Figures]:
    rows = await database.fetch(STATES_LATELY, since)
    return [
        Figures(
            channel_name=name,
            states={row["state"]: row["n"] for row in rows if row["channel"] == channel},
            segments=sum(row["segments"] for row in rows if row["channel"] == channel),
        )
        for channel, name in CHANNELS.items()
        if channel != "inbox"
    ]


@dataclass(frozen=True, kw_only=True)
class Waiting:
    channel_name: str
    urgency: int
    number: int
    since: datetime


async def waiting() -> list[Waiting]:
    """What has not left yet, per channel and urgency; `since` is when the first of them was due."""
    return [
        Waiting(channel_name=CHANNELS[row["channel"]], urgency=row["urgency"], number=row["n"], since=row["since"])
        for row in await database.fetch(WAITING)
    ]


def problem_of(state: str, problem: str) -> str:
    """Why a message did not arrive, in words; empty when it did."""
    return "" if state in ("sent", "reached", "delivered") else PROBLEMS.get(problem, problem)


def _sent(row: asyncpg.Record) -> Sent:
    return Sent(
        **{**row, "problem": problem_of(row["state"], row["problem"])},
        channel_name=CHANNELS[row["channel"]],
        state_name=STATES[row["state"]],
    )
