"""中介服务: who issues what a guide may ask for. People choose freely; nobody is recommended."""

from collections import Counter
from typing import Annotated

from msgspec import Meta, Struct

from assistant.analysis import canon
from catalogue import directory, items
from catalogue.directory import Provider
from catalogue.directory_errors import ProviderNotFound
from foundation.web import PUBLIC, PUBLIC_MINUTE, Asked, Limit, Routes
from foundation.web.language import as_known
from miniprogram_bff.fields import Address, Hours, ItemName, Slug, Telephone

routes = Routes("中介服务", tag="intermediaries")

ProviderCode = Annotated[str, Meta(max_length=40, examples=["notary-east"])]
ProviderName = Annotated[str, Meta(examples=["示例市东岸公证处（演示）"])]
KindName = Annotated[str, Meta(examples=["公证"])]


class ProvidersAsked(Asked):
    """`kind`：类别；`item`：事项短名；`q`：名称、地区或服务."""

    kind: Annotated[str, Meta(max_length=20, examples=["公证"])] = ""
    item: Annotated[str, Meta(max_length=60)] = ""
    q: Annotated[str, Meta(max_length=60)] = ""


class ProviderRow(Struct):
    code: ProviderCode
    name: ProviderName
    kind: KindName
    region: str
    services: list[str]


class KindCount(Struct):
    """`count`：名录里这一类的机构数，不受查找条件影响."""

    kind: KindName
    count: int


class Directory(Struct):
    kinds: list[KindCount]
    providers: list[ProviderRow]


class NamedItem(Struct):
    slug: Slug
    name: ItemName


class ProviderView(Struct):
    """`fees`：收费由谁定；`items`：可能用到其文书的事项."""

    code: ProviderCode
    name: ProviderName
    kind: KindName
    credit_code: str
    region: str
    address: Address
    phone: Telephone
    hours: Hours
    services: list[str]
    fees: str
    items: list[NamedItem]


@routes.get("/v1/intermediaries", access=PUBLIC, summary="中介服务机构名录", cache=PUBLIC_MINUTE, limit=Limit(ip=240))
async def everyone(query: ProvidersAsked) -> Directory:
    """按名录的次序列出，由市民自主选择。"""
    counts = Counter(one.kind for one in await directory.everyone())
    found = await directory.matching(kind=as_known(query.kind, counts), words=canon(query.q), item=query.item)
    return Directory([KindCount(kind, count) for kind, count in counts.items()], [row_of(one) for one in found])


@routes.get(
    "/v1/intermediaries/<code>", access=PUBLIC, summary="一家中介服务机构", errors=(ProviderNotFound,),
    cache=PUBLIC_MINUTE,
)  # fmt: skip
async def one(code: ProviderCode) -> ProviderView:
    """电话、地址、服务和收费说明。"""
    found = await directory.find(code)
    names = {card.slug: card.name for card in await items.published()}
    told = {name: getattr(found, name) for name in ProviderView.__struct_fields__ if name != "items"}
    return ProviderView(**told, items=[NamedItem(slug, names[slug]) for slug in found.items if slug in names])


def row_of(one: Provider) -> ProviderRow:
    """As every list shows it."""
    return ProviderRow(one.code, one.name, one.kind, one.region, one.services)
