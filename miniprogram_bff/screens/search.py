"""搜索: items found for words, and suggestions while typing."""

from typing import Annotated

from msgspec import Meta, Struct

from assistant import knowledge
from catalogue import items
from catalogue.items import ItemCard
from foundation.web import PUBLIC, PUBLIC_MINUTE, Asked, Limit, Routes

routes = Routes("搜索", tag="search")

MOST = 20


class Words(Asked):
    """`q`：文字、拼音或首字母；为空时列出全部事项."""

    q: Annotated[str, Meta(max_length=100, examples=["身份证"])] = ""


class ItemRow(Struct):
    item_code: str
    slug: str
    name: str
    department: str
    audience: str


class Found(Struct):
    q: str
    items: list[ItemRow]


class Suggestion(Struct):
    name: str
    slug: str


@routes.get("/v1/search", access=PUBLIC, summary="搜索事项", limit=Limit(ip=240), cache=PUBLIC_MINUTE)
async def search(query: Words) -> Found:
    """容错别字、拼音、首字母、繁体和口语说法。"""
    by_code = {one.item_code: one for one in await items.published()}
    words = query.q.strip()
    if words:
        snapshot = await knowledge.current()
        found = [result.document.item_code for result in snapshot.search(words, limit=MOST)]
    else:
        found = list(by_code)
    return Found(query.q, [row_of(by_code[code]) for code in found if code in by_code])


@routes.get("/v1/suggestions", access=PUBLIC, summary="输入联想", limit=Limit(ip=600), cache=PUBLIC_MINUTE)
async def suggestions(query: Words) -> list[Suggestion]:
    snapshot = await knowledge.current()
    slugs = {one.item_code: one.slug for one in await items.published()}
    return [
        Suggestion(one.text, slugs[one.item_code])
        for one in snapshot.suggester.suggest(query.q)
        if one.item_code in slugs
    ]


def row_of(one: ItemCard) -> ItemRow:
    """An item as every list shows it."""
    return ItemRow(one.item_code, one.slug, one.name, one.department, "、".join(one.audience))
