"""Signposts (指路): who says what a scenario, a life event or a theme is called is shown the way there, in answers and
in searches. What editors rename, add and end holds from the next edition of the catalogue on."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

from assistant import analysis, question
from assistant.answering import Answer, Kind
from assistant.navigation import Card, CardKind
from catalogue import items, scenarios, shelf

ABOUT_A_MATTER = (Kind.ANSWER, Kind.CHOOSE, Kind.UNKNOWN)
STEP_BY_STEP = "没有哪一份指南直接回答这句话，可以从下面进去，一步一步看要办什么。"
_WHAT_TO_DO = re.compile(
    r"(?:都|应该|需要|要|该|得)*(?:怎么办|咋办|(?:办理?|做|走)(?:哪些|什么|啥)(?:手续|事情?|事项|证|流程)?|(?:哪些|什么|啥)(?:手续|流程)|(?:有)?(?:哪些|什么)事项?要办)$"
)


@dataclass(frozen=True, slots=True)
class Signpost:
    """`address` is where the client finds it: ``scenario/new-baby``, ``theme/life_event/birth``."""

    address: str
    kind: str
    name: str
    summary: str


async def towards(said: str) -> tuple[Signpost, ...]:
    """What is called as somebody says, scenarios first."""
    known = await shelf.keep("signposts", _read)
    plain = _key(said)
    return known.get(plain) or known.get(_WHAT_TO_DO.sub("", plain), ())


async def beside(answer: Answer, said: str) -> Answer:
    """`answer`, with the ways there first among its next steps."""
    if answer.kind not in ABOUT_A_MATTER:
        return answer
    ways = await towards(said)
    if not ways:
        return answer
    note = STEP_BY_STEP if answer.kind is Kind.UNKNOWN else answer.note
    return replace(answer, note=note, cards=(*map(_card, ways), *answer.cards))


def _card(way: Signpost) -> Card:
    return Card(CardKind.SCREEN, f"{way.kind}：{way.name}", way.address)


async def _read() -> dict[str, tuple[Signpost, ...]]:
    found: dict[str, tuple[Signpost, ...]] = {}
    async for names, way in _all():
        for key in dict.fromkeys(map(_key, names)):
            found[key] = (*found.get(key, ()), way)
    return found


async def _all() -> AsyncIterator[tuple[list[str], Signpost]]:
    for row in await scenarios.everyone():
        yield [row.name, *row.aliases], Signpost(f"scenario/{row.code}", "场景导办", row.name, row.summary)
    for kind, told, shelves in (("life_event", "人生事件", items.life_events), ("theme", "主题", items.themes)):
        for one in await shelves():
            yield [one.name, *one.aliases], Signpost(f"theme/{kind}/{one.code}", told, one.name, one.summary)


def _key(said: str) -> str:
    return "".join(analysis.units(question.plain(question.clean(said))))
