"""Two versions of a guide side by side: what was added, what was taken away, what stays for orientation."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from catalogue import field_names
from catalogue.item_sheet import ItemFile

UNTOLD = {"slug", "version"}
FIELDS = [name for name in ItemFile.__struct_fields__ if name not in UNTOLD]


@dataclass(frozen=True)
class Line:
    """`mark`: ``+`` only in the new one, ``-`` only in the old one, ``=`` in both."""

    mark: str
    text: str


@dataclass(frozen=True)
class Difference:
    """An element that differs, with all of its lines."""

    field: str
    name: str
    lines: list[Line]


@dataclass(frozen=True)
class Part:
    """What somebody wrote under one heading, as lines."""

    field: str
    name: str
    lines: list[str]


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
    """The elements of two sheets that differ, in the order of the sheet; an old one may be empty."""
    return [
        Difference(field, field_names.NAMES[field], _compared(field, old.get(field), new.get(field)))
        for field in FIELDS
        if field_names.lines(field, old.get(field)) != field_names.lines(field, new.get(field))
    ]


def between(old: Sequence[Part], new: Sequence[Part]) -> list[Difference]:
    """The parts of two things that differ; both have the same parts."""
    pairs = zip(old, new, strict=True)
    return [Difference(b.field, b.name, _lines(a.lines, b.lines)) for a, b in pairs if a.lines != b.lines]


def _compared(field: str, old: Any, new: Any) -> list[Line]:
    return _lines(field_names.lines(field, old), field_names.lines(field, new))


def _lines(before: list[str], after: list[str]) -> list[Line]:
    compared: list[Line] = []
    for tag, old_from, old_to, new_from, new_to in difflib.SequenceMatcher(None, before, after, False).get_opcodes():
        if tag == "equal":
            compared += [Line("=", text) for text in before[old_from:old_to]]
            continue
        compared += _pairs(before[old_from:old_to], after[new_from:new_to])
    return compared


def _pairs(taken: list[str], added: list[str]) -> list[Line]:
    """As many new ones in the place of old ones are read one by one, each below the one it replaces."""
    gone, come = [Line("-", text) for text in taken], [Line("+", text) for text in added]
    return [line for pair in zip(gone, come, strict=True) for line in pair] if len(gone) == len(come) else gone + come
