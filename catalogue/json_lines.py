"""JSON read into the same tree as YAML, with the line of every key and value."""

import json
import re
from json.decoder import scanstring  # type: ignore[attr-defined]

from catalogue.lines import DEEPEST, Entry, Node, Unreadable, line_of, plain_scalar

_BLANK = re.compile(r"[ \t\r\n]*")
_BARE = re.compile(r"[-+.0-9A-Za-z]+")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?\Z")


class JsonReader:
    """A small recursive reader; the standard one forgets the lines."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def read(self) -> Node:
        node = self._value(depth=0)
        if self._peek():
            self._refuse("内容结束后还有多余的文字，请删去")
        return node

    def _peek(self) -> str:
        found = _BLANK.match(self._text, self._at)
        self._at = found.end() if found else self._at
        return self._text[self._at : self._at + 1]

    def _refuse(self, message: str) -> None:
        raise Unreadable(line_of(self._text, self._at), message)

    def _take(self, sign: str) -> None:
        if self._peek() != sign:
            self._refuse(f"此处应为“{sign}”，请检查逗号、引号和括号是否成对")
        self._at += 1

    def _value(self, *, depth: int) -> Node:
        sign, line = self._peek(), line_of(self._text, self._at)
        if depth > DEEPEST:
            self._refuse(f"层次太深（超过 {DEEPEST} 层），请检查括号")
        if sign == "{":
            return self._map(line, depth)
        if sign == "[":
            return self._list(line, depth)
        return Node("text", line, self._string()) if sign == '"' else self._bare(line)

    def _string(self) -> str:
        self._take('"')
        try:
            value, self._at = scanstring(self._text, self._at, True)
        except json.JSONDecodeError as error:
            self._at = min(error.pos, len(self._text))
            self._refuse("引号里的文字写法有误，请检查引号是否成对、换行是否写成 \\n")
        return str(value)

    def _bare(self, line: int) -> Node:
        found = _BARE.match(self._text, self._at)
        word = found.group() if found else ""
        if word not in ("true", "false", "null") and not _NUMBER.match(word):
            self._refuse("此处应为一个值；文字请加双引号")
        self._at += len(word)
        return plain_scalar(word, line)

    def _list(self, line: int, depth: int) -> Node:
        node = Node("list", line)
        self._take("[")
        while self._peek() != "]":
            if node.items:
                self._take(",")
            node.items.append(self._value(depth=depth + 1))
        self._take("]")
        return node

    def _map(self, line: int, depth: int) -> Node:
        node = Node("map", line)
        self._take("{")
        while self._peek() != "}":
            if node.entries:
                self._take(",")
            self._peek()
            at = line_of(self._text, self._at)
            key = self._string()
            self._take(":")
            node.entries.append(Entry(key, at, self._value(depth=depth + 1)))
        self._take("}")
        return node
