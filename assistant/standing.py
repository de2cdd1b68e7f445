"""How a conversation with a person stands, as its asker sees it: place in the queue, what was said, what is typed."""

from dataclasses import dataclass
from datetime import date, datetime
from math import ceil

from assistant import conversations, live, office_hours
from assistant.handover_models import Handover, HandoverLine
from assistant.models import Conversation
from foundation import database
from foundation.actor import Actor

LINES_AT_ONCE = 200
USUAL_MINUTES = 5.0  # of one conversation, as long as none was finished
LOOKED_BACK = 20

BEFORE = "select count(*) from handover where state = 'waiting' and (asked_at, id) < ($1, $2)"
PACE = f"""
select (select avg(extract(epoch from ended_at - taken_at)) / 60
          from (select ended_at, taken_at from handover where state = 'ended' and taken_at is not null
                 order by ended_at desc limit {LOOKED_BACK}) as latest) as minutes,
       (select count(distinct agent_id) from handover where state = 'held') as agents"""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the conversation."""

    id: int
    said_by: str
    text: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Standing:
    """`state`: none, waiting (`ahead` before them, about `minutes`), message (answered by `due_on`), held, ended."""

    state: str
    outcome: str = ""
    question: str = ""
    ahead: int = 0
    minutes: int = 0
    due_on: date | None = None
    hours: str = ""


async def of(*, conversation: str, by: Actor | None, after: int = 0) -> tuple[Standing, list[Line]]:
    """How it stands, and the lines after the one with id `after`. Raises ConversationNotFound."""
    talk = await conversations.own(conversation, by)
    return await now(talk), await lines(talk, after=after)


async def now(talk: Conversation) -> Standing:
    one = await Handover.filter(conversation=talk).order_by("-id").first()
    hours = office_hours.words()
    if one is None:
        return Standing(state="none", hours=hours)
    ahead = int(await database.fetchval(BEFORE, one.asked_at, one.id)) if one.state == "waiting" else 0
    return Standing(
        state=one.state,
        outcome=one.outcome,
        question=one.question,
        ahead=ahead,
        minutes=await _minutes(ahead) if one.state == "waiting" else 0,
        due_on=one.due_on,
        hours=hours,
    )


async def lines(talk: Conversation, *, after: int = 0) -> list[Line]:
    """The first lines after `after`, over all times a person was asked for."""
    found = await HandoverLine.filter(handover__conversation=talk, id__gt=after).order_by("id").limit(LINES_AT_ONCE)
    return [Line(id=one.id, said_by=one.said_by, text=one.text, at=one.at) for one in found]


def agent_types(talk: Conversation) -> bool:
    return live.types(talk.id, "agent")


async def _minutes(ahead: int) -> int:
    """Those before them and their own, at the pace of the latest, shared by the agents at work."""
    pace = await database.fetchrow(PACE)
    assert pace is not None
    each = float(pace["minutes"]) if pace["minutes"] is not None else USUAL_MINUTES
    return max(1, ceil((ahead + 1) * each / max(1, int(pace["agents"]))))
