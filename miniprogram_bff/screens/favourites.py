"""收藏: the items I keep at hand."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from catalogue import favourites
from catalogue.errors import ItemNotFound
from catalogue.favourite_errors import TooManyFavourites
from foundation.web import Routes
from identity.sessions import Session
from miniprogram_bff.fields import Department, ItemCode, ItemName, Slug
from miniprogram_bff.session import CITIZEN

routes = Routes("收藏", tag="favourites")


class FavouriteView(Struct):
    slug: Slug
    item_code: ItemCode
    name: ItemName
    department: Department
    since: datetime
    in_force: Annotated[bool, Meta(description="现在有办事指南；没有的不能打开")]


@routes.get("/v1/me/favourites", access=CITIZEN, summary="我的收藏")
async def mine(who: Session) -> list[FavouriteView]:
    """最近收藏的在前，至多 200 个；办事指南页据此显示是否已收藏。"""
    return [
        FavouriteView(one.slug, one.item_code, one.name, one.department, one.since, one.in_force)
        for one in await favourites.of(who.citizen_id)
    ]


@routes.put(
    "/v1/me/favourites/<slug>",
    access=CITIZEN,
    summary="收藏一个事项",
    errors=(ItemNotFound, TooManyFavourites),
    status=204,
)
async def add(slug: Slug, who: Session) -> None:
    """`slug` 也可以是实施编码；重复收藏无妨。"""
    await favourites.add(citizen_id=who.citizen_id, item=slug)


@routes.delete("/v1/me/favourites/<slug>", access=CITIZEN, summary="取消收藏", status=204)
async def remove(slug: Slug, who: Session) -> None:
    """重复取消无妨。"""
    await favourites.remove(citizen_id=who.citizen_id, item=slug)
