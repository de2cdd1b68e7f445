"""Open data: items, halls and the directory of intermediaries, for everybody, as JSON and as CSV."""

from collections.abc import Sequence
from typing import Any, Literal, TypeVar, cast

from msgspec import Struct
from sanic import HTTPResponse

from catalogue import directory, halls, items
from foundation import csv_table
from foundation.web import PUBLIC, PUBLIC_HOUR, Asked, Limit, Routes

routes = Routes("开放数据", tag="opendata")

OFTEN = Limit(ip=60, seconds=60)
T = TypeVar("T", bound=Struct)


class Wanted(Asked):
    """`format`：json（默认）或 csv."""

    format: Literal["json", "csv"] = "json"


class OpenItem(Struct):
    """政务服务事项；`promised_days` 为工作日，`fee_fen` 单位为分."""

    item_code: str
    name: str
    summary: str
    department: str
    kind: str
    audience: list[str]
    themes: list[str]
    halls: list[str]
    online: bool
    bookable: bool
    fee_fen: int
    promised_days: int


class OpenHall(Struct):
    """政务服务大厅；`parent` 为上级大厅编码."""

    code: str
    name: str
    level: str
    parent: str | None
    address: str
    longitude: float | None
    latitude: float | None
    phone: str
    opening_hours: str
    windows: int


class OpenIntermediary(Struct):
    """中介和公共服务机构；`items` 为可能用到其文书的事项短名，`fees` 说明收费由谁定."""

    code: str
    name: str
    kind: str
    credit_code: str
    region: str
    address: str
    phone: str
    hours: str
    services: list[str]
    fees: str
    items: list[str]


@routes.get(
    "/opendata/v1/items", access=PUBLIC, summary="政务服务事项", cache=PUBLIC_HOUR, limit=OFTEN, also=("text/csv",)
)
async def open_items(query: Wanted) -> list[OpenItem]:
    return _as(query.format, "items", OpenItem, await items.published())


@routes.get(
    "/opendata/v1/halls", access=PUBLIC, summary="政务服务大厅", cache=PUBLIC_HOUR, limit=OFTEN, also=("text/csv",)
)
async def open_halls(query: Wanted) -> list[OpenHall]:
    return _as(query.format, "halls", OpenHall, await halls.everywhere())


@routes.get(
    "/opendata/v1/intermediaries",
    access=PUBLIC,
    summary="中介和公共服务机构名录",
    cache=PUBLIC_HOUR,
    limit=OFTEN,
    also=("text/csv",),
)
async def open_intermediaries(query: Wanted) -> list[OpenIntermediary]:
    return _as(query.format, "intermediaries", OpenIntermediary, await directory.everyone())


def _as(wanted: str, name: str, kind: type[T], found: Sequence[object]) -> list[T]:
    rows = [kind(**{field: getattr(one, field) for field in kind.__struct_fields__}) for one in found]
    if wanted == "json":
        return rows
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return cast(Any, HTTPResponse(_csv(kind, rows), headers=headers, content_type="text/csv; charset=utf-8"))


def _csv(kind: type[Struct], rows: Sequence[Struct]) -> str:
    fields = kind.__struct_fields__
    return csv_table.text(fields, ([getattr(row, field) for field in fields] for row in rows))
