"""The form of an item sheet, made from the sheet's own types: a new element of a guide needs no new form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from catalogue import field_names
from catalogue.shape import SHAPE, Choices, Shape
from foundation import money


@dataclass(frozen=True, kw_only=True)
class Field:
    """One control. `kind`: line, box, number, date, tick, one (of `choices`), some (of `choices`), lines, part, rows.

    A part holds `parts`; rows hold one list of fields each and `blank`, the row to add.
    """

    kind: str
    name: str
    label: str
    required: bool = False
    value: Any = ""
    hint: str = ""
    longest: int | None = None
    choices: Choices = ()
    parts: list["Field"] = field(default_factory=list)
    rows: list[list["Field"]] = field(default_factory=list)
    blank: list["Field"] = field(default_factory=list)


def fields_of(sheet: Mapping[str, Any], choices: Mapping[str, Choices]) -> list[Field]:
    """The controls of a sheet that may have faults; `choices` names what fields of codes may hold."""
    return [_field(name, name, needed, shape, sheet.get(name), choices) for name, needed, shape in SHAPE.inner]


def _field(name: str, path: str, needed: bool, shape: Shape, value: Any, choices: Mapping[str, Choices]) -> Field:
    known = _chosen_first(choices.get(name) or shape.choices, value)
    kind = {"line": "one", "lines": "some"}.get(shape.kind, shape.kind) if choices.get(name) else shape.kind
    common: dict[str, Any] = {
        "kind": kind, "name": path, "label": field_names.NAMES.get(name, name), "required": needed,
        "hint": "" if known else shape.hint, "longest": shape.longest, "choices": known,
    }  # fmt: skip
    if kind == "part":
        inside = value if isinstance(value, dict) else {}
        parts = [_field(n, f"{path}.{n}", needs, s, inside.get(n), choices) for n, needs, s in shape.inner]
        return Field(**common, parts=parts)
    if kind == "rows":
        rows = [_row(f"{path}.{number}", shape, row, choices) for number, row in enumerate(_list(value))]
        return Field(**common, rows=rows, blank=_row(f"{path}.NEW", shape, {}, choices))
    return Field(**common, value=_shown(name, kind, value))


def _chosen_first(known: Choices, value: Any) -> Choices:
    """What is chosen stands first, in the order of the sheet: a form keeps no other order of what it lets choose."""
    chosen = [str(one) for one in _list(value)]
    if not chosen:
        return known
    return sorted(known, key=lambda one: chosen.index(one[0]) if one[0] in chosen else len(chosen))


def _row(path: str, shape: Shape, row: Any, choices: Mapping[str, Choices]) -> list[Field]:
    inside = row if isinstance(row, dict) else {}
    return [_field(n, f"{path}.{n}", needs, s, inside.get(n, _usual(n)), choices) for n, needs, s in shape.inner]


def _usual(name: str) -> Any:
    """What a new row says when nothing is said: the default of the sheet."""
    return {"copies": 1, "format": ["原件"], "source": "申请人自备", "online": True}.get(name)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _shown(name: str, kind: str, value: Any) -> Any:
    if kind in ("some", "lines"):
        return [str(one) for one in _list(value)]
    if kind == "tick":
        return value is True
    if name.endswith("_fen") and isinstance(value, int):
        return money.yuan(value)
    return "" if value is None else str(value)


def sheet_of(pairs: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """What a form says, as a sheet: empty optional fields and empty rows are left out; faults stay to be found."""
    return _part("", SHAPE, pairs) or {}


def _part(path: str, shape: Shape, pairs: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    read = {name: _value(f"{path}{name}", name, inner, pairs) for name, _, inner in shape.inner}
    return {name: value for name, value in read.items() if value not in (None, "", [], {})}


def _value(path: str, name: str, shape: Shape, pairs: Mapping[str, Sequence[str]]) -> Any:
    given = list(pairs.get(path, []))
    if shape.kind == "part":
        return _part(f"{path}.", shape, pairs)
    if shape.kind == "rows":
        rows = [_part(f"{path}.{number}.", shape, pairs) for number in _numbers(path, pairs)]
        return [row for row in rows if _says(row)]
    if shape.kind == "tick":
        return given == ["true"]
    if shape.kind in ("lines", "some"):
        return [line.strip() for one in given for line in one.splitlines() if line.strip()]
    return _single(name, shape.kind, given[0].strip() if given else "")


def _numbers(path: str, pairs: Mapping[str, Sequence[str]]) -> list[int]:
    """The rows in the order in which they stand in the form, which may have been changed."""
    starts = dict.fromkeys(name[len(path) + 1 :].split(".")[0] for name in pairs if name.startswith(f"{path}."))
    return [int(one) for one in starts if one.isdigit() and len(one) < 6]


def _says(row: dict[str, Any]) -> bool:
    """Whether more stands in a row than what every new row says."""
    return any(value not in (False, _usual(name)) for name, value in row.items())


def _single(name: str, kind: str, text: str) -> Any:
    if name.endswith("_fen"):
        try:
            return money.fen(text) if text else None
        except money.NotAnAmount:
            return text
    if kind == "number" and text.lstrip("-").isdecimal() and len(text) < 12:
        return int(text)
    return text.replace("\r\n", "\n")
