"""搜索: the ways there and items found for words, and suggestions while typing."""

from typing import Annotated

from msgspec import Meta, Struct

from assistant import knowledge, signposts
from assistant.snapshot import Result
from catalogue import items
from catalogue.items import ItemCard
from foundation.web import PUBLIC, PUBLIC_MINUTE, Asked, Limit, Routes
from miniprogram_bff.fields import Department, ItemCode, ItemName, Slug

routes = Routes("搜索", tag="search")

MOST = 10
NEAR = 0.58  # what ranks further below the best only mentions the words in passing
LEAST = 0.25  # confidence below which the words are about something else altogether


class SearchWords(Asked):
    """`q`：文字、拼音或首字母；为空时列出全部事项."""

    q: Annotated[str, Meta(max_length=100, examples=["身份证"])] = ""


class ItemRow(Struct):
    item_code: ItemCode
    slug: Slug
    name: ItemName
    department: Department
    audience: Annotated[str, Meta(examples=["自然人"])]


class FoundWay(Struct):
    """叫这个名字的场景、人生事件或主题：一步一步看要办什么，或看其中全部事项。"""

    to: Annotated[str, Meta(examples=["scenario/new-baby"])]
    kind: Annotated[str, Meta(examples=["场景导办"])]
    name: Annotated[str, Meta(examples=["新生儿"])]
    summary: str


class Found(Struct):
    q: str
    ways: list[FoundWay]
    items: list[ItemRow]


class Suggestion(Struct):
    name: ItemName
    slug: Slug


@routes.get("/v1/search", access=PUBLIC, summary="搜索事项", limit=Limit(ip=240), cache=PUBLIC_MINUTE)
async def search(query: SearchWords) -> Found:
    """容错别字、拼音、首字母、繁体和口语说法。"""
    by_code = {one.item_code: one for one in await items.published()}
    words = query.q.strip()
    if words:
        found = _near_the_best((await knowledge.current()).search(words, limit=MOST))
    else:
        found = list(by_code)
    ways = [FoundWay(one.address, one.kind, one.name, one.summary) for one in await signposts.towards(words)]
    return Found(query.q, ways, [row_of(by_code[code]) for code in found if code in by_code])


@routes.get("/v1/suggestions", access=PUBLIC, summary="输入联想", limit=Limit(ip=600), cache=PUBLIC_MINUTE)
async def suggestions(query: SearchWords) -> list[Suggestion]:
    snapshot = await knowledge.current()
    slugs = {one.item_code: one.slug for one in await items.published()}
    return [
        Suggestion(one.item_name, slugs[one.item_code])
        for one in snapshot.suggester.suggest(query.q)
        if one.item_code in slugs
    ]


def _near_the_best(results: list[Result]) -> list[str]:
    """Item codes of the results worth showing, best first."""
    return [one.document.item_code for one in results if one.confidence >= LEAST and one.rank >= NEAR * results[0].rank]


def row_of(one: ItemCard) -> ItemRow:
    """An item as every list shows it."""
    return ItemRow(one.item_code, one.slug, one.name, one.department, "、".join(one.audience))
