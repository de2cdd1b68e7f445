"""YAML and JSON read into one tree that remembers the line of every key and value.

Only plain data is read: tags, anchors and aliases are refused, so a small file cannot grow into a huge one.
Plain scalars follow JSON (YAML 1.2 core), so `14:30`, `no` and `2025-05-10` stay text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import yaml

LONGEST = 400_000
DEEPEST = 24

Kind = Literal["text", "whole", "decimal", "truth", "nothing", "list", "map"]


@dataclass(frozen=True)
class Entry:
    key: str
    line: int
    node: "Node"


@dataclass
class Node:
    """A value with its line: `value` for scalars, `items` of a list, `entries` of a map (duplicates kept)."""

    kind: Kind
    line: int
    value: object = None
    items: list["Node"] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)

    def line_at(self, *path: str | int) -> int:
        """Line of the value under keys and indexes; of the nearest thing above it where it is not written."""
        node, line = self, self.line
        for step in path:
            if isinstance(step, int):
                found = node.items[step] if step < len(node.items) else None
                line = found.line if found else line
            else:
                entry = next((entry for entry in node.entries if entry.key == step), None)
                found, line = (entry.node, entry.line) if entry else (None, line)
            if found is None:
                return line
            node = found
        return line


@dataclass(frozen=True)
class Blemish:
    line: int
    message: str


class Unreadable(Exception):
    """文件无法读取。"""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.blemish = Blemish(line, message)


_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z")
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?\Z")
_WORDS: dict[str, tuple[Kind, object]] = {
    "true": ("truth", True),
    "false": ("truth", False),
    "null": ("nothing", None),
    "~": ("nothing", None),
    "": ("nothing", None),
}


def plain_scalar(text: str, line: int) -> Node:
    """An unquoted scalar: true/false, null, a number, else text."""
    if text in _WORDS:
        kind, value = _WORDS[text]
        return Node(kind, line, value)
    if len(text) <= 18 and _WHOLE.match(text):
        return Node("whole", line, int(text))
    if len(text) <= 24 and _DECIMAL.match(text):
        return Node("decimal", line, float(text))
    return Node("text", line, text)


class YamlReader:
    """Builds the tree from YAML events, noting whatever is not plain data."""

    def __init__(self, text: str) -> None:
        self.blemishes: list[Blemish] = []
        loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
        self._events: Iterator[yaml.Event] = yaml.parse(text, Loader=loader)

    def read(self) -> Node:
        root: Node | None = None
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                if root is not None:
                    raise Unreadable(_line(event), "一个文件只能有一份内容，请删去多余的“---”分隔线")
                root = self._node(next(self._events), depth=0)
        if root is None:
            raise Unreadable(1, "文件是空的，请填写内容")
        return root

    def _node(self, event: yaml.Event, *, depth: int) -> Node:
        line = _line(event)
        if depth > DEEPEST:
            raise Unreadable(line, f"层次太深（超过 {DEEPEST} 层），请检查括号或缩进")
        self._refuse_magic(event, line)
        if isinstance(event, yaml.SequenceStartEvent):
            return Node("list", line, items=list(self._items(depth)))
        if isinstance(event, yaml.MappingStartEvent):
            return Node("map", line, entries=list(self._entries(depth)))
        if isinstance(event, yaml.ScalarEvent):
            plain = not event.style  # libyaml says "", the pure parser None
            return plain_scalar(event.value, line) if plain else Node("text", line, event.value)
        return Node("nothing", line)

    def _refuse_magic(self, event: yaml.Event, line: int) -> None:
        if isinstance(event, yaml.AliasEvent):
            self.blemishes.append(Blemish(line, f"不支持引用“*{event.anchor}”，请把内容完整写出"))
        elif anchor := getattr(event, "anchor", None):
            self.blemishes.append(Blemish(line, f"不支持锚点“&{anchor}”，请删去"))
        if tag := getattr(event, "tag", None):
            self.blemishes.append(Blemish(line, f"不支持类型标签“{tag}”，请删去，只写普通内容"))

    def _items(self, depth: int) -> Iterator[Node]:
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            yield self._node(event, depth=depth + 1)

    def _entries(self, depth: int) -> Iterator[Entry]:
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._node(event, depth=depth + 1)
            if not isinstance(event, yaml.ScalarEvent):
                self.blemishes.append(Blemish(key.line, "字段名必须是一个词，不能是列表、表格或引用"))
            name = event.value if isinstance(event, yaml.ScalarEvent) else ""
            yield Entry(name, key.line, self._node(next(self._events), depth=depth + 1))


def read_yaml(text: str) -> tuple[Node, list[Blemish]]:
    """The tree and its blemishes; Unreadable when the text is no YAML at all."""
    try:
        reader = YamlReader(text)
        return reader.read(), reader.blemishes
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise Unreadable(line, "写法有误，请检查这一行的缩进、冒号后的空格、引号和括号是否成对") from None
    except yaml.YAMLError as error:
        position = getattr(error, "position", 0)
        raise Unreadable(line_of(text, position), "含有不可见的控制字符，请删去后重新保存为 UTF-8") from None


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def line_of(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1
