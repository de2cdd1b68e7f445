"""``/docs``: the document as a page for people and as JSON for machines. Nothing is loaded from elsewhere."""

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
import msgspec
from sanic import HTTPResponse, Request

from foundation.web import openapi
from foundation.web.access import PUBLIC
from foundation.web.caching import PUBLIC_MINUTE
from foundation.web.routes import Routes

if TYPE_CHECKING:
    from foundation.web.door import Door

METHOD_NAMES = {"get": "查询", "post": "提交", "put": "替换", "patch": "修改", "delete": "删除"}


def routes_for(door: "Door") -> Routes:
    """The two routes that show `door`."""
    routes = Routes("文档", tag="docs")

    @functools.cache
    def made() -> dict[str, Any]:
        return openapi.document(door)

    @routes.page("/docs", access=PUBLIC, cache=PUBLIC_MINUTE)
    async def page(request: Request) -> HTTPResponse:
        return HTTPResponse(_page(made()), content_type="text/html; charset=utf-8")

    @routes.page("/docs/openapi.json", access=PUBLIC, cache=PUBLIC_MINUTE)
    async def document(request: Request) -> HTTPResponse:
        return HTTPResponse(msgspec.json.encode(made()), content_type="application/json")

    return routes


def _page(document: dict[str, Any]) -> str:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["kind"] = kind_of
    environment.filters["pretty"] = lambda value: msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
    environment.globals["resolve"] = lambda one: _resolve(document, one)
    return environment.get_template("docs.html").render(document=document, method_names=METHOD_NAMES)


def _resolve(document: dict[str, Any], one: dict[str, Any]) -> dict[str, Any]:
    """What a ``$ref`` points to; anything else is itself."""
    found: Any = document
    if "$ref" not in one:
        return one
    for step in one["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return dict(found)


def kind_of(schema: dict[str, Any]) -> str:
    """A schema in few words, as a reader wants it: ``整数 1–50``, ``SlotView 的列表``."""
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return " 或 ".join(kind_of(one) for one in schema[key])
    if "enum" in schema:
        return " / ".join(map(str, schema["enum"]))
    kind = schema.get("type")
    if kind == "array":
        return f"{kind_of(schema.get('items') or {})} 的列表"
    names = {"integer": "整数", "number": "数字", "string": "文本", "boolean": "是/否", "object": "对象", "null": "空"}
    formats = {"date": "日期", "date-time": "时间", "time": "时刻", "uuid": "UUID", "decimal": "十进制数"}
    name = formats.get(schema.get("format", ""), names.get(kind or "", "任意"))
    return f"{name}{_bounds(schema)}"


def _bounds(schema: dict[str, Any]) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if schema.get("type") == "integer" and (low is not None or high is not None):
        low, high = (None if abs(one or 0) >= 2**62 else one for one in (low, high))
        return f" {low}–{high}" if low is not None and high is not None else f" ≥{low}" if low is not None else ""
    if "maxLength" in schema:
        return f"，最多 {schema['maxLength']} 字"
    return ""
