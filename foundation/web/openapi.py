"""The OpenAPI 3.1 document of a door, made from the very signatures that serve it."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import msgspec

from foundation.database import DatabaseGone
from foundation.errors import Malformed, NotFound, Refusal, TooManyRequests
from foundation.web import faults, told
from foundation.web.answer import Answer
from foundation.web.answers import BY_STATUS, InternalError
from foundation.web.examples import example_of
from foundation.web.reading import InvalidFields, NotAForm, NotJson, TooLarge
from foundation.web.routes import Route

REF = "#/components/schemas/{name}"
REASONS = {
    200: "成功",
    201: "已创建",
    202: "已受理",
    204: "成功，无内容",
    400: "请求无法识别",
    401: "未登录或签名不正确",
    403: "没有权限",
    404: "没有找到",
    409: "与当前状态冲突",
    413: "内容太大",
    415: "内容类型不正确",
    422: "内容有误",
    426: "客户端版本过旧",
    429: "太频繁",
    500: "系统出现问题",
    502: "对方系统没有办成",
    503: "暂时不可用",
}
ERROR: dict[str, Any] = {
    "type": "object",
    "title": "Error",
    "description": "每个拒绝都是这个样子。code 不会改变，可据此判断；message 可直接给人看。",
    "required": ["code", "message", "request_id"],
    "properties": {
        "code": {"type": "string", "description": "错误代码，如 SlotFull"},
        "message": {"type": "string", "description": "给人看的中文说明"},
        "detail": {"description": "补充内容，随错误而定"},
        "request_id": {"type": "string", "description": "请求编号，联系我们时请提供"},
    },
}
FAULTS_EXAMPLE = [{"field": "name", "problem": "缺少必填项"}, {"field": "slot_id", "problem": "应为整数"}]


def document(door: Any) -> dict[str, Any]:
    """The whole document of a `Door` as plain data."""
    sections = list(door.sections)
    routes = [route for section in sections for route in section if route.documented]
    schemas, components = _schemas(routes)
    paths: dict[str, dict[str, Any]] = defaultdict(dict)
    refusals: dict[str, type[Refusal]] = {}
    for route in routes:
        visits = door.visits if door.visits and door.visits.asks_of(route) else None
        paths[route.template][route.method.lower()] = _operation(route, visits, schemas, components)
        refusals |= {one.__name__: one for one in refusals_of(route, visits)}
    schemes = {one.access.name: one.access.scheme for one in routes if one.access.scheme}
    used = {route.tag for route in routes}
    return {
        "openapi": "3.1.0",
        "info": {"title": door.title, "description": door.description, "version": door.version},
        "servers": [{"url": "/"}],
        "tags": [{"name": one.tag, "description": one.title} for one in sections if one.tag in used],
        "paths": dict(paths),
        "components": {
            "schemas": {**components, "Error": _error(refusals)},
            "responses": {code: _response(kind) for code, kind in sorted(refusals.items())},
            "examples": {code: {"value": _example(kind)} for code, kind in sorted(refusals.items())},
            "securitySchemes": schemes,
        },
    }


def _error(refusals: Iterable[str]) -> dict[str, Any]:
    """The one shape of all refusals, with every code that the door can say."""
    code = {**ERROR["properties"]["code"], "enum": sorted({*refusals, *(one.__name__ for one in BY_STATUS.values())})}
    return {**ERROR, "properties": {**ERROR["properties"], "code": code}}


def refusals_of(route: Route, visits: Any = None) -> list[type[Refusal]]:
    """Every refusal a route can give: its own, its caller's, those that its shape and its door bring along."""
    found = [*route.errors, *(one.missing for one in route.headers), *route.access.errors]
    found += visits.errors if visits else ()
    if route.path_readers:
        found += [NotFound, TooLarge]  # an address beyond the server's bound is too large as well
    if route.body or route.query or route.form:
        found += [Malformed, InvalidFields, TooLarge]
    if route.body or route.form:
        found.append(NotJson if route.body else NotAForm)
    if route.limit:
        found.append(TooManyRequests)
    return list(dict.fromkeys([*found, InternalError, DatabaseGone]))


def _schemas(routes: list[Route]) -> tuple[dict[Any, Any], dict[str, Any]]:
    """Schema of each type that a route reads or answers (by the type's identity), and the named components."""
    wanted: list[Any] = []
    for route in routes:
        readers = [one.wanted for one in (route.query, route.body, route.form) if one]
        wanted += [*readers, *route.path_types.values()]
        if _is_data(route.answers_with):
            wanted.append(route.answers_with)
    found, components = msgspec.json.schema_components(wanted, ref_template=REF)
    read = [schema for schema, kind in zip(found, wanted, strict=True) if _is_read(kind, routes)]
    taken_in = _reachable(read, components)
    for schema in [*read, *(components[name] for name in taken_in)]:
        _tell_bounds(schema)
    told.kinds_of_enums([found, components])
    told.moments(wanted, components)
    told.what_is_always_there(wanted, components, but=taken_in)
    return {_key(kind): schema for kind, schema in zip(wanted, found, strict=True)}, components


def _is_read(kind: Any, routes: list[Route]) -> bool:
    in_path = any(kind in one.path_types.values() for one in routes)
    return in_path or any(
        reader and reader.wanted is kind for one in routes for reader in (one.query, one.body, one.form)
    )


def _reachable(schemas: list[Any], components: dict[str, Any]) -> set[str]:
    """Names of the components that `schemas` lead to."""
    seen: set[str] = set()
    waiting = list(schemas)
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            name = str(one.get("$ref", "")).rpartition("/")[2]
            if name and name not in seen:
                seen.add(name)
                waiting.append(components[name])
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
    return seen


def _tell_bounds(schema: Any) -> None:
    """Say the bounds that hold where a type names none (`faults`), so that the document promises what is kept."""
    if isinstance(schema, list):
        for one in schema:
            _tell_bounds(one)
    if not isinstance(schema, dict):
        return
    kind = schema.get("type")
    if kind == "integer":
        schema.setdefault("format", "int64")
        if "exclusiveMinimum" not in schema:
            schema.setdefault("minimum", faults.SMALLEST)
        if "exclusiveMaximum" not in schema:
            schema.setdefault("maximum", faults.BIGGEST)
    elif kind == "string" and not schema.keys() & {"format", "enum", "maxLength"}:
        schema["maxLength"] = faults.TEXT_AT_MOST
    elif kind == "array":
        schema.setdefault("maxItems", faults.ITEMS_AT_MOST)
    for key in ("items", "properties", "anyOf", "oneOf", "additionalProperties"):
        inner = schema.get(key)
        _tell_bounds(list(inner.values()) if key == "properties" and isinstance(inner, dict) else inner)


def _key(kind: Any) -> Any:
    try:
        hash(kind)
    except TypeError:
        return id(kind)
    return kind


def _is_data(kind: Any) -> bool:
    if kind in (None, type(None), Any, Answer):
        return False
    return not (isinstance(kind, type) and kind.__module__.startswith("sanic"))


def _sample(kind: Any, schema: dict[str, Any], components: dict[str, Any]) -> Any:
    """The example that a type brings along as `__example__`, else one put together from its fields."""
    if hasattr(kind, "__example__"):
        return msgspec.to_builtins(kind.__example__)
    return example_of(schema, components)


def _operation(route: Route, visits: Any, schemas: dict[Any, Any], components: dict[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": f"{route.module.rpartition('.')[2]}_{route.handler.__name__}",
        "summary": route.summary,
        "tags": [route.tag],
        "parameters": [*_parameters(route, schemas), *([visits.header.parameter()] if visits else [])],
        "responses": _responses(route, visits, schemas, components),
        "security": [{route.access.name: []}] if route.access.scheme else [],
        "x-access": f"{route.access.name}: {route.access.description}",
    }
    if route.description:
        operation["description"] = route.description
    for reader, media in ((route.body, "application/json"), (route.form, "application/x-www-form-urlencoded")):
        if reader:
            content: dict[str, Any] = {"schema": schemas[_key(reader.wanted)]}
            content["example"] = _sample(reader.wanted, content["schema"], components)
            operation["requestBody"] = {"required": True, "content": {media: content}}
    return operation


def _parameters(route: Route, schemas: dict[Any, Any]) -> list[dict[str, Any]]:
    found = [
        {"name": name, "in": "path", "required": True, "schema": schemas[_key(kind)]}
        for name, kind in route.path_types.items()
    ]
    found += [one.parameter() for one in route.headers]
    if route.query is None:
        return found
    _, components = msgspec.json.schema_components([route.query.wanted], ref_template=REF)
    schema = components[route.query.wanted.__name__]
    _tell_bounds(schema)
    told.kinds_of_enums(components)
    for name, one in schema["properties"].items():
        entry = {"name": name, "in": "query", "required": name in schema.get("required", []), "schema": _unnulled(one)}
        if "description" in one:
            entry["description"] = one["description"]
        found.append(entry)
    return found


def _unnulled(schema: dict[str, Any]) -> dict[str, Any]:
    """A query cannot say null: what may be left out is simply not required."""
    others = [one for one in schema.get("anyOf", []) if one.get("type") != "null"]
    if len(others) != 1 or len(others) == len(schema.get("anyOf", [])):
        return schema
    kept = {key: value for key, value in schema.items() if key not in ("anyOf", "default")}
    return {**others[0], **kept}


def _responses(route: Route, visits: Any, schemas: dict[Any, Any], components: dict[str, Any]) -> dict[str, Any]:
    success: dict[str, Any] = {"description": REASONS.get(route.status, "成功")}
    if _is_data(route.answers_with):
        content: dict[str, Any] = {"schema": schemas[_key(route.answers_with)]}
        content["example"] = _sample(route.answers_with, content["schema"], components)
        others = {media: {"schema": {"type": "string"}} for media in route.also}
        success["content"] = {"application/json": content, **others}
    elif route.answers_with is Answer:
        success["content"] = {"application/json": {}}
    nothing = route.answers_with in (None, type(None)) and route.status == 200
    responses: dict[str, Any] = {"204" if nothing else str(route.status): success}
    if nothing:
        success["description"] = REASONS[204]
    by_status: dict[int, list[type[Refusal]]] = defaultdict(list)
    for kind in refusals_of(route, visits):
        by_status[kind.status].append(kind)
    for status, kinds in sorted(by_status.items()):
        responses[str(status)] = _refusing(status, kinds)
    return responses


def _refusing(status: int, kinds: list[type[Refusal]]) -> dict[str, Any]:
    if len(kinds) == 1:
        return {"$ref": f"#/components/responses/{kinds[0].__name__}"}
    told = "\n".join(f"* `{one.__name__}` {one.sentence()}" for one in kinds)
    examples = {one.__name__: {"$ref": f"#/components/examples/{one.__name__}"} for one in kinds}
    return {
        "description": f"{REASONS.get(status, '请求无法完成')}\n\n{told}",
        "content": {"application/json": {"schema": {"$ref": REF.format(name="Error")}, "examples": examples}},
        **_headers(status),
    }


def _response(kind: type[Refusal]) -> dict[str, Any]:
    return {
        "description": kind.sentence(),
        "content": {
            "application/json": {
                "schema": {"$ref": REF.format(name="Error")},
                "examples": {kind.__name__: {"$ref": f"#/components/examples/{kind.__name__}"}},
            }
        },
        **_headers(kind.status),
    }


def _headers(status: int) -> dict[str, Any]:
    if status not in (429, 503):
        return {}
    return {"headers": {"Retry-After": {"description": "多少秒后再试", "schema": {"type": "integer", "minimum": 1}}}}


def _example(kind: type[Refusal]) -> dict[str, Any]:
    body: dict[str, Any] = {"code": kind.__name__, "message": kind.sentence(), "request_id": "5f1c0e9ab27d4e63a1f0c2d8"}
    if kind is InvalidFields:
        body["detail"] = FAULTS_EXAMPLE
    elif hasattr(kind, "example"):
        body["detail"] = kind.example
    return body
