"""繁體: an answer of data in traditional characters, for who asks for them by Accept-Language.

What we keep and say is simplified; OpenCC turns each Chinese text of an answer, and of a refusal, as readers of
traditional characters write (s2hk: 裏, 為), but for some words of offices. What a client sends back as it got it stays
(`foundation.words.VERBATIM`); codes, tokens and numbers are ASCII and stay anyway.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

import msgspec
import msgspec.inspect as mi
import opencc
from sanic import HTTPResponse, Request

from foundation.words import VERBATIM

HEADER = "Accept-Language"
TRADITIONAL = "zh-Hant"
REGIONS = {"hant", "tw", "hk", "mo"}
LONGEST_HEADER = 200
SHORT = 200  # texts up to here come again and again: names, labels, sentences
BODIES = 64  # whole public answers that are remembered, each of at most 64 KB
BODY_AT_MOST = 64 * 1024
# What OpenCC takes for other words: to renew a permit, or to give out a card, has nothing to do with hair, 并发消息 no
# illness, and 簽注 is how the permits to Hong Kong and Macao are written.
OFFICIAL = {"換髮": "換發", "髮卡": "發卡", "併發": "並發", "簽註": "簽注"}
MISTAKEN = re.compile("換髮|髮卡|併發(?!症)|簽註")


@dataclass(frozen=True, eq=False)
class Plan:
    """What of a value is turned: ALL, NOTHING, or its fields, where some have a plan of their own."""

    fields: Mapping[str, "Plan"] = field(default_factory=dict)


ALL, NOTHING = Plan(), Plan()


def is_asked(request: Request) -> bool:
    """Whether the reader wants traditional characters."""
    return in_traditional(request.headers.get(HEADER, ""))


@lru_cache(500)
def in_traditional(header: str) -> bool:
    """Whether the best liked Chinese of an Accept-Language header is traditional; a header that says nothing is not."""
    if not header or len(header) > LONGEST_HEADER:
        return False
    liked = [(weight, tag) for weight, tag in map(_range, header.split(",")) if weight > 0 and tag[0] == "zh"]
    best = max(liked, key=lambda one: one[0], default=None)  # the first of equals
    return best is not None and not REGIONS.isdisjoint(best[1]) and "hans" not in best[1]


def _range(text: str) -> tuple[float, list[str]]:
    tag, _, weight = text.partition(";")
    try:
        weighs = float(weight.strip().removeprefix("q=")) if weight else 1.0
    except ValueError:
        weighs = 0.0
    return weighs, tag.strip().lower().split("-")


def turned(response: HTTPResponse, plan: Plan, *, remember: bool = False) -> HTTPResponse:
    """The answer with its Chinese in traditional characters; `remember` the whole of it, since everybody gets it."""
    body = response.body or b""
    response.body = (_remembered if remember and len(body) <= BODY_AT_MOST else _turned)(body, plan)
    response.headers["Content-Language"] = TRADITIONAL
    return response


@lru_cache(BODIES)
def _remembered(body: bytes, plan: Plan) -> bytes:
    return _turned(body, plan)


def _turned(body: bytes, plan: Plan) -> bytes:
    if body.isascii():
        return body
    return msgspec.json.encode(_value(msgspec.json.decode(body), plan))


def _value(value: Any, plan: Plan) -> Any:
    if plan is NOTHING:
        return value
    if isinstance(value, str):
        return value if value.isascii() else text(value)
    if isinstance(value, list):
        return [_value(one, plan) for one in value]
    if isinstance(value, dict):
        return {name: _value(one, plan.fields.get(name, ALL)) for name, one in value.items()}
    return value


def text(simplified: str) -> str:
    """`simplified` in traditional characters."""
    return _short(simplified) if len(simplified) <= SHORT else _converted(simplified)


@lru_cache(8000)
def _short(simplified: str) -> str:
    return _converted(simplified)


def _converted(simplified: str) -> str:
    return MISTAKEN.sub(lambda found: OFFICIAL[found[0]], _converter().convert(simplified))


@cache
def _converter() -> Any:
    return opencc.OpenCC("s2hk")


def as_known(given: str, known: Iterable[str]) -> str:
    """The one of `known` that a reader of traditional characters saw as `given`, else `given` itself."""
    return given if given.isascii() else next((one for one in known if given in (one, text(one))), given)


def plan_of(kind: Any) -> Plan:
    """What of an answer of this type is turned."""
    return ALL if kind is None else _plan(mi.type_info(kind), ())


def _plan(node: mi.Type, inside: tuple[type, ...]) -> Plan:
    if isinstance(node, mi.Metadata):
        return NOTHING if (node.extra or {}).get(VERBATIM) else _plan(node.type, inside)
    if isinstance(node, mi.UnionType):
        return _of_several([_plan(one, inside) for one in node.types])
    if isinstance(node, mi.ListType | mi.SetType | mi.FrozenSetType | mi.VarTupleType):
        return _plan(node.item_type, inside)
    if isinstance(node, mi.StructType | mi.DataclassType) and node.cls not in inside:
        fields = {one.encode_name: _plan(one.type, (*inside, node.cls)) for one in node.fields}
        own = {name: plan for name, plan in fields.items() if plan is not ALL}
        return Plan(own) if own else ALL
    return ALL


def _of_several(plans: list[Plan]) -> Plan:
    """Of a value that may be of several types: what one of them keeps is kept."""
    if NOTHING in plans:
        return NOTHING
    own = {name: one for plan in plans for name, one in plan.fields.items()}
    return Plan(own) if own else ALL
