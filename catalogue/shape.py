"""What an item sheet is made of, laid bare from its own types: for forms and workbooks that need not be told twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from msgspec import inspect

from catalogue import field_names
from catalogue.item_sheet import ItemFile

FIXED = {"slug", "version"}
LONG = 200  # a text that may be longer is written in a box
Choices = Sequence[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Shape:
    """A type of a sheet.

    `kind`: line, box, number, date, tick, one (of `choices`), some (of `choices`), lines, part, rows; `inner` are the
    (name, must be written, shape) of what a part or a row holds.
    """

    kind: str
    hint: str = ""
    longest: int | None = None
    choices: Choices = ()
    inner: tuple[tuple[str, bool, "Shape"], ...] = ()


def _shape(wanted: Any, name: str = "") -> Shape:
    hint, longest = "", None
    while isinstance(wanted, inspect.Metadata):
        hint = (wanted.extra_json_schema or {}).get("description", "") or hint
        wanted = wanted.type
    if isinstance(wanted, inspect.UnionType):
        return _shape(next(one for one in wanted.types if not isinstance(one, inspect.NoneType)), name)
    if isinstance(wanted, inspect.StructType):
        inner = tuple(
            (one.encode_name, one.required, _shape(one.type, one.encode_name))
            for one in wanted.fields
            if one.encode_name not in FIXED
        )
        return Shape(kind="part", inner=inner)
    if isinstance(wanted, inspect.ListType):
        return _of_list(_shape(wanted.item_type, name))
    if isinstance(wanted, inspect.LiteralType):
        words = field_names.CHOICES if name == "channels" else {}
        return Shape(kind="one", choices=[(str(one), words.get(str(one), str(one))) for one in wanted.values])
    if isinstance(wanted, inspect.StrType):
        longest = wanted.max_length
        told = "" if longest else hint  # how long it may be is seen while typing
        return Shape(kind="box" if (longest or 0) > LONG else "line", hint=told, longest=longest)
    kinds: dict[type, str] = {inspect.IntType: "number", inspect.BoolType: "tick", inspect.DateType: "date"}
    return Shape(kind=kinds[type(wanted)], hint=hint)


def _of_list(item: Shape) -> Shape:
    if item.kind == "part":
        return Shape(kind="rows", inner=item.inner)
    if item.kind == "one":
        return Shape(kind="some", choices=item.choices)
    return Shape(kind="lines", hint=item.hint)


SHAPE = _shape(inspect.type_info(ItemFile))
"""An item sheet, without what nobody may change."""
