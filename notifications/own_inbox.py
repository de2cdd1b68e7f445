"""消息, as their reader sees them: each with the channels it went out on as well, and why it came, in one statement."""

from datetime import datetime

from msgspec import Struct

from foundation.questions import Question
from notifications import topics
from notifications.kinds import CHANNELS
from notifications.ledger import STATES, problem_of

PAGE = 50


class Way(Struct, frozen=True):
    """One channel a message took beside the inbox, and what became of it there."""

    channel: str
    channel_name: str
    state_name: str
    problem: str
    at: datetime


class InboxMessage(Struct, frozen=True, kw_only=True):
    """`topics`: the subscriptions of theirs for which it was sent, so that one tap ends them where it is read."""

    id: int
    occasion: str
    title: str
    text: str
    page: str
    created_at: datetime
    read_at: datetime | None
    ways: list[Way]
    topics: list[topics.Offered]


class _Sent(Struct, frozen=True, array_like=True):
    channel: str
    state: str
    problem: str
    at: datetime


class _Row(Struct, frozen=True):
    id: int
    occasion: str
    title: str
    text: str
    page: str
    created_at: datetime
    read_at: datetime | None
    sent: list[_Sent] | None
    subscribed: list[tuple[str, str]] | None


MINE = Question(
    _Row,
    """
select m.id, m.occasion, m.title, m.text, m.page, m.created_at, m.read_at,
       (select json_agg(json_build_array(w.channel, w.state, w.problem, coalesce(w.sent_at, w.created_at))
                        order by w.id) filter (where w.channel <> 'inbox')
          from message w where w.citizen_id = asked.who and w.occasion = m.occasion) as sent,
       (select json_agg(json_build_array(s.topic, s.code) order by s.id)
          from mass_send d cross join lateral jsonb_array_elements(d.topics) as one
          join topic_subscription s
            on s.citizen_id = asked.who and s.topic = one ->> 0 and s.code = one ->> 1
         where d.mark = m.occasion) as subscribed
  from message m
 where m.citizen_id = asked.who and m.channel = 'inbox' and (asked.before = 0 or m.id < asked.before)
 order by m.id desc limit asked.most""",
    who="bigint",
    before="bigint",
    most="int",
)


async def of(citizen_id: int, *, before: int = 0, limit: int = PAGE) -> list[InboxMessage]:
    """The latest first; those before one of them for the next page."""
    return [await _message(one) for one in await MINE.rows(citizen_id, before, limit)]


async def _message(row: _Row) -> InboxMessage:
    return InboxMessage(
        id=row.id,
        occasion=row.occasion,
        title=row.title,
        text=row.text,
        page=row.page,
        created_at=row.created_at,
        read_at=row.read_at,
        ways=[_way(one) for one in row.sent or ()],
        topics=await topics.theirs(row.subscribed) if row.subscribed else [],
    )


def _way(one: _Sent) -> Way:
    return Way(one.channel, CHANNELS[one.channel], STATES[one.state], problem_of(one.state, one.problem), one.at)
