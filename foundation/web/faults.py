"""Every fault of what was sent, at once and in Chinese. msgspec alone stops at the first one, in English."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import msgspec.inspect as mi

TEXT_AT_MOST = 2000  # where a type names no bound of its own
ITEMS_AT_MOST = 500
BIGGEST, SMALLEST = 2**63 - 1, -(2**63)
UNSAFE = re.compile("[\x00\ud800-\udfff]")  # PostgreSQL holds no NUL, UTF-8 no lone surrogate

TEXTUAL: dict[type, tuple[Any, str]] = {
    mi.DateType: (date, "应为日期，例如 2026-01-31"),
    mi.DateTimeType: (datetime, "应为时间，例如 2026-01-31T09:00:00+08:00"),
    mi.TimeType: (time, "应为时刻，例如 09:00:00"),
    mi.UUIDType: (UUID, "应为 UUID"),
    mi.DecimalType: (Decimal, "应为十进制数"),
    mi.BytesType: (bytes, "应为 Base64 文本"),
}


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: where (``materials.0.name``, empty for the whole) and what."""

    field: str
    problem: str


def find(value: Any, node: mi.Type, at: str = "") -> Iterator[Fault]:
    """All faults of `value` (as JSON gave it) against the type `node`."""
    if isinstance(node, mi.Metadata):
        yield from find(value, node.type, at)
    elif isinstance(node, mi.UnionType):
        yield from _in_union(value, node, at)
    elif isinstance(node, mi.StructType):
        yield from _in_object(value, node, at)
    elif isinstance(node, mi.ListType | mi.SetType | mi.FrozenSetType | mi.VarTupleType):
        yield from _in_list(value, node, at)
    elif isinstance(node, mi.DictType):
        yield from _in_mapping(value, node, at)
    elif problem := _problem(value, node):
        yield Fault(at, problem)


def _in_union(value: Any, node: mi.UnionType, at: str) -> Iterator[Fault]:
    if value is None and node.includes_none:
        return
    choices = [one for one in node.types if not isinstance(one, mi.NoneType)]
    for one in choices:
        tag = getattr(one, "tag_field", None)
        if tag and isinstance(value, dict) and value.get(tag) == getattr(one, "tag", None):
            yield from find(value, one, at)
            return
    each = [list(find(value, one, at)) for one in choices]
    yield from min(each, key=len)


def _in_object(value: Any, node: mi.StructType, at: str) -> Iterator[Fault]:
    if not isinstance(value, dict):
        yield Fault(at, "应为对象")
        return
    known = {one.encode_name: one for one in node.fields}
    for name, one in known.items():
        if name in value:
            yield from find(value[name], one.type, _join(at, name))
        elif one.required:
            yield Fault(_join(at, name), "缺少必填项")
    if node.forbid_unknown_fields:
        for name in value.keys() - known.keys() - {node.tag_field}:
            yield Fault(_join(at, _shown(name)), "没有这一项，请去掉")


def _in_list(value: Any, node: Any, at: str) -> Iterator[Fault]:
    if not isinstance(value, list):
        yield Fault(at, "应为列表")
        return
    most = ITEMS_AT_MOST if node.max_length is None else node.max_length
    if len(value) > most:
        yield Fault(at, f"最多 {most} 项")
        return
    if node.min_length is not None and len(value) < node.min_length:
        yield Fault(at, f"至少 {node.min_length} 项")
    for number, one in enumerate(value):
        yield from find(one, node.item_type, _join(at, str(number)))


def _in_mapping(value: Any, node: mi.DictType, at: str) -> Iterator[Fault]:
    if not isinstance(value, dict):
        yield Fault(at, "应为对象")
        return
    if len(value) > (node.max_length or ITEMS_AT_MOST):
        yield Fault(at, f"最多 {node.max_length or ITEMS_AT_MOST} 项")
        return
    for key, one in value.items():
        yield from find(key, node.key_type, _join(at, _shown(key)))
        yield from find(one, node.value_type, _join(at, _shown(key)))


def _problem(value: Any, node: mi.Type) -> str | None:
    if isinstance(node, mi.StrType):
        return _of_text(value, node)
    if isinstance(node, mi.IntType):
        whole = isinstance(value, int) and not isinstance(value, bool)
        return _of_number(value, node) if whole else "应为整数"
    if isinstance(node, mi.FloatType):
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return _of_number(value, node) if number else "应为数字"
    if isinstance(node, mi.BoolType):
        return None if isinstance(value, bool) else "应为 true 或 false"
    if isinstance(node, mi.NoneType):
        return None if value is None else "应为 null"
    if isinstance(node, mi.LiteralType | mi.EnumType):
        choices = node.values if isinstance(node, mi.LiteralType) else [one.value for one in node.cls]
        known = any(value == one and type(value) is type(one) for one in choices)
        return None if known else f"只能是 {'、'.join(map(str, choices))}"
    if type(node) in TEXTUAL:
        return _of_textual(value, node)
    return _of_anything(value)


def _of_text(value: Any, node: mi.StrType) -> str | None:
    if not isinstance(value, str):
        return "应为文本"
    if UNSAFE.search(value):
        return "含有不能使用的字符"
    most = TEXT_AT_MOST if node.max_length is None else node.max_length
    if len(value) > most:
        return f"超过 {most} 个字"
    if node.min_length and len(value) < node.min_length:
        return "不能为空" if node.min_length == 1 else f"至少 {node.min_length} 个字"
    if node.pattern and not re.search(node.pattern, value):
        return "格式不正确"
    return None


def _of_number(value: Any, node: mi.IntType | mi.FloatType) -> str | None:
    least = node.ge if node.ge is not None else SMALLEST
    most = node.le if node.le is not None else BIGGEST
    if value < least or (node.gt is not None and value <= node.gt):
        return f"不能小于 {least}" if node.gt is None else f"应大于 {node.gt}"
    if not value <= most or (node.lt is not None and value >= node.lt):
        return f"不能大于 {most}" if node.lt is None else f"应小于 {node.lt}"
    if node.multiple_of and value % node.multiple_of:
        return f"应为 {node.multiple_of} 的倍数"
    return None


def _of_textual(value: Any, node: mi.Type) -> str | None:
    kind, problem = TEXTUAL[type(node)]
    if not isinstance(value, str) or UNSAFE.search(value):
        return problem
    zone = getattr(node, "tz", None)
    try:
        msgspec.convert(value, kind)
        parsed = msgspec.convert(value, datetime) if kind is datetime else None
    except msgspec.ValidationError:
        return problem
    if parsed is not None and zone is not None and (parsed.tzinfo is not None) != zone:
        return "时间要带时区，例如 2026-01-31T09:00:00+08:00" if zone else "时间不要带时区"
    return None


def _of_anything(value: Any) -> str | None:
    """Free JSON is still searched for what nobody can store."""
    if isinstance(value, str) and UNSAFE.search(value):
        return "含有不能使用的字符"
    if isinstance(value, dict):
        return next(filter(None, (_of_anything(one) for pair in value.items() for one in pair)), None)
    if isinstance(value, list):
        return next(filter(None, map(_of_anything, value)), None)
    return None


def _join(at: str, name: str) -> str:
    return f"{at}.{name}" if at else name


def _shown(name: Any) -> str:
    """A name that the caller chose, safe to send back."""
    return UNSAFE.sub("?", str(name))[:60]
