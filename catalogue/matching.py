"""A tree with lines laid against a msgspec Struct: every fault is found, none stops the search."""

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any, TypeAlias

import msgspec
from msgspec import inspect

from catalogue.lines import Node

Found: TypeAlias = tuple[int, str, str]
"""Line, field path, message."""

_KINDS = {
    "text": "文字",
    "whole": "整数",
    "decimal": "小数",
    "truth": "是否（true/false）",
    "nothing": "空值",
    "list": "列表",
    "map": "一组字段",
}
_WANTED: dict[type, tuple[str, ...]] = {
    inspect.StrType: ("text",),
    inspect.IntType: ("whole",),
    inspect.FloatType: ("decimal", "whole"),
    inspect.BoolType: ("truth",),
    inspect.DateType: ("text",),
    inspect.LiteralType: ("text",),
    inspect.NoneType: ("nothing",),
    inspect.ListType: ("list",),
    inspect.DictType: ("map",),
    inspect.StructType: ("map",),
}
_ADVICE = {
    "text": "如是数字或 true/false，请加引号；如留空，请删去整行",
    "whole": "请写不带引号、不带小数点的整数",
    "decimal": "请写不带引号的数字",
    "truth": "请写 true 或 false，不加引号",
    "list": "请写成“- ”开头的若干行",
    "map": "请写成“字段: 内容”的若干行",
    "nothing": "请删去内容",
}


def faults_of(node: Node, sheet: type[msgspec.Struct]) -> Iterator[Found]:
    """Every place where the tree is not what `sheet` asks for."""
    yield from _match(node, _form_of(sheet), "")


@cache
def _form_of(sheet: type[msgspec.Struct]) -> inspect.Type:
    """Of a kind of file, found out once: a city has hundreds of each."""
    return inspect.type_info(sheet)


def plain(node: Node) -> Any:
    """The tree as plain dicts, lists and scalars."""
    if node.kind == "list":
        return [plain(item) for item in node.items]
    if node.kind == "map":
        return {entry.key: plain(entry.node) for entry in node.entries}
    return node.value


def _match(node: Node, wanted: Any, at: str) -> Iterator[Found]:
    while isinstance(wanted, inspect.Metadata):
        wanted, hint = wanted.type, (wanted.extra_json_schema or {}).get("description", "")
        yield from _constraints(node, wanted, at, hint)
    if isinstance(wanted, inspect.UnionType):
        choices = [choice for choice in wanted.types if not isinstance(_bare(choice), inspect.NoneType)]
        if node.kind != "nothing":
            yield from _match(node, choices[0], at)
    elif node.kind not in _WANTED[type(wanted)]:
        kind = _WANTED[type(wanted)][0]
        yield node.line, at, f"应为{_KINDS[kind]}，现为{_KINDS[node.kind]}；{_ADVICE[kind]}"
    else:
        yield from _inside(node, wanted, at)


def _bare(wanted: Any) -> Any:
    while isinstance(wanted, inspect.Metadata):
        wanted = wanted.type
    return wanted


def _inside(node: Node, wanted: Any, at: str) -> Iterator[Found]:
    if isinstance(wanted, inspect.StructType):
        yield from _struct(node, wanted, at)
    elif isinstance(wanted, inspect.DictType):
        yield from _duplicates(node, at)
        for entry in node.entries:
            yield from _match(Node("text", entry.line, entry.key), wanted.key_type, _under(at, entry.key))
            yield from _match(entry.node, wanted.value_type, _under(at, entry.key))
    elif isinstance(wanted, inspect.ListType):
        yield from _list(node, wanted, at)
    elif isinstance(wanted, inspect.LiteralType) and node.value not in wanted.values:
        choices = "、".join(map(str, wanted.values))
        yield node.line, at, f"“{_short(node.value)}”不在可选范围内，请从中选一个：{choices}"
    elif isinstance(wanted, inspect.DateType) and not _is_date(str(node.value)):
        yield node.line, at, f"“{_short(node.value)}”不是有效日期，请写成 2025-05-10 的样子"


def _struct(node: Node, wanted: inspect.StructType, at: str) -> Iterator[Found]:
    fields = {field.encode_name: field for field in wanted.fields}
    yield from _duplicates(node, at)
    for entry in node.entries:
        if entry.key not in fields:
            known = "、".join(fields)
            yield entry.line, _under(at, entry.key), f"没有这个字段，请删去或改正拼写；可用的字段：{known}"
        else:
            yield from _match(entry.node, fields[entry.key].type, _under(at, entry.key))
    written = {entry.key for entry in node.entries}
    for name, field in fields.items():
        if field.required and name not in written:
            yield node.line, _under(at, name), "缺少必填字段，请补上"


def _duplicates(node: Node, at: str) -> Iterator[Found]:
    first: dict[str, int] = {}
    for entry in node.entries:
        if entry.key in first:
            yield entry.line, _under(at, entry.key), f"字段重复，第 {first[entry.key]} 行已写过，请只保留一处"
        first.setdefault(entry.key, entry.line)


def _list(node: Node, wanted: inspect.ListType, at: str) -> Iterator[Found]:
    fewest = wanted.min_length or 0
    if len(node.items) < fewest:
        yield node.line, at, f"至少要有 {fewest} 项，现有 {len(node.items)} 项，请补充"
    if wanted.max_length is not None and len(node.items) > wanted.max_length:
        yield node.line, at, f"最多 {wanted.max_length} 项，现有 {len(node.items)} 项，请删减"
    for number, item in enumerate(node.items):
        yield from _match(item, wanted.item_type, f"{at}[{number}]")


def _constraints(node: Node, wanted: Any, at: str, hint: str) -> Iterator[Found]:
    value = node.value
    if isinstance(wanted, inspect.StrType) and isinstance(value, str):
        longest = wanted.max_length or len(value)
        shaped = wanted.pattern is None or re.search(wanted.pattern, value)
        if len(value) > longest or not shaped:
            yield node.line, at, f"“{_short(value)}”不符合要求，应为{hint}"
    elif isinstance(wanted, inspect.IntType | inspect.FloatType) and node.kind in ("whole", "decimal"):
        low, high = wanted.ge, wanted.le
        if not (low is None or value >= low) or not (high is None or value <= high):  # type: ignore[operator]
            yield node.line, at, f"{value} 超出范围，应为{hint}"


def _is_date(text: str) -> bool:
    try:
        return re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII) is not None and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _under(at: str, name: str) -> str:
    return f"{at}.{_short(name)}" if at else _short(name)


def _short(value: object) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= 30 else text[:30] + "…"
