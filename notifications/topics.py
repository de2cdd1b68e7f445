"""资讯订阅: themes whose guides, and halls whose notices, a person wants to hear of. One tap in, one tap out."""

import contextlib
from collections.abc import Sequence
from typing import Literal, cast

import msgspec
from msgspec import Struct

from catalogue import halls, items, shelf
from catalogue.errors import HallNotFound
from foundation import clock, database
from foundation.questions import Question
from notifications.errors import TopicUnknown
from notifications.preference_models import TopicSubscription

Topic = Literal["theme", "life_event", "hall"]
NAMES = {"theme": "主题", "life_event": "人生事件", "hall": "大厅公告"}

SUBSCRIBE = """
insert into topic_subscription (citizen_id, topic, code, since) values ($1, $2, $3, $4)
on conflict (citizen_id, topic, code) do nothing"""


class Offered(Struct, frozen=True, kw_only=True):
    """One topic as it is offered, and whether it is theirs."""

    topic: Topic
    code: str
    name: str
    subscribed: bool


class _Subscribed(Struct, frozen=True):
    topic: str
    code: str


SUBSCRIBED = Question(
    _Subscribed, "select topic, code from topic_subscription where citizen_id = asked.who", who="bigint"
)


async def offered(citizen_id: int) -> list[Offered]:
    """Everything there is to subscribe to, in the order of the catalogue."""
    theirs = {(one.topic, one.code) for one in await SUBSCRIBED.rows(citizen_id)}
    every = await shelf.keep("topics", _every)
    return [msgspec.structs.replace(one, subscribed=True) if (one.topic, one.code) in theirs else one for one in every]


async def _every() -> list[Offered]:
    every: list[tuple[Topic, str, str]] = [
        *[("theme", one.code, one.name) for one in await items.themes()],
        *[("life_event", one.code, one.name) for one in await items.life_events()],
        *[("hall", one.code, one.name) for one in await halls.everywhere()],
    ]
    return [Offered(topic=topic, code=code, name=name, subscribed=False) for topic, code, name in every]


async def theirs(subscribed: Sequence[tuple[str, str]]) -> list[Offered]:
    """Topics somebody subscribed to, by kind and code, with their names; without those that are no more."""
    found = []
    for topic, code in subscribed:
        with contextlib.suppress(TopicUnknown):
            name = await name_of(topic, code)
            found.append(Offered(topic=cast(Topic, topic), code=code, name=name, subscribed=True))
    return found


async def name_of(topic: str, code: str) -> str:
    """Raises TopicUnknown."""
    if topic == "hall":
        try:
            return (await halls.find(code)).name
        except HallNotFound:
            raise TopicUnknown from None
    shelves = {"theme": items.themes, "life_event": items.life_events}
    found = [one.name for one in await shelves[topic]() if one.code == code] if topic in shelves else []
    if not found:
        raise TopicUnknown
    return found[0]


async def subscribe(*, citizen_id: int, topic: str, code: str) -> None:
    """Again is harmless. Raises TopicUnknown."""
    await name_of(topic, code)
    await database.execute(SUBSCRIBE, citizen_id, topic, code, clock.now())


async def unsubscribe(*, citizen_id: int, topic: str, code: str) -> None:
    """Again is harmless; a topic that is no more can be left all the same."""
    await TopicSubscription.filter(citizen_id=citizen_id, topic=topic, code=code).delete()
