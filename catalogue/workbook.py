"""The items of a catalogue as an Excel workbook: one page of items, one for each element that has rows.

Row 1 of a page is for people, row 2 names the fields and is what is read; data begin in row 3. Several lines of one
cell are several entries of a list. What looks like a formula is text.
"""

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from catalogue import field_names
from catalogue.shape import SHAPE, Shape
from foundation import money

ITEMS = "事项"
FIRST = 3  # the first row of data
HEAD = PatternFill("solid", fgColor="DCE9F5")
WIDE = {"box": 48, "lines": 36, "line": 22}
Column = tuple[str, str, Shape]  # path, what people read, shape


def columns(shape: Shape, under: str = "", told: str = "") -> Iterator[Column]:
    """The columns of an item or a row; the fields of a part stand beside the others, named after it."""
    for name, _, inner in shape.inner:
        label = told + field_names.NAMES.get(name, name)
        if inner.kind == "part":
            yield from columns(inner, f"{under}{name}.", f"{label}·")
        elif inner.kind != "rows":
            yield f"{under}{name}", label, inner


def pages() -> Iterator[tuple[str, str, Shape]]:
    """(name of the page, field, shape of a row) of every element that has rows."""
    return ((field_names.NAMES[name], name, inner) for name, _, inner in SHAPE.inner if inner.kind == "rows")


def written(sheets: list[dict[str, Any]]) -> bytes:
    """The workbook of these item sheets."""
    book = openpyxl.Workbook(write_only=True)
    own: list[Column] = [("slug", field_names.NAMES["slug"], Shape(kind="line"))]
    version: Column = ("version", field_names.NAMES["version"], Shape(kind="number"))
    _page(book.create_sheet(ITEMS), [*own, version, *columns(SHAPE)], [(one, one) for one in sheets])
    for title, field, shape in pages():
        rows = [(one, row) for one in sheets for row in one.get(field, [])]
        _page(book.create_sheet(title), [*own, *columns(shape)], rows)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def _page(page: Any, wanted: list[Column], rows: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    page.freeze_panes = "B3"
    for number, (_, _, shape) in enumerate(wanted):
        page.column_dimensions[get_column_letter(number + 1)].width = WIDE.get(shape.kind, 14)
    page.append([_head(page, label) for _, label, _ in wanted])
    page.append([_head(page, path) for path, _, _ in wanted])
    for item, row in rows:
        page.append([_cell(page, _value(path, {**row, "slug": item["slug"]})) for path, _, _ in wanted])


def _head(page: Any, text: str) -> Cell:
    cell = WriteOnlyCell(page, text)
    cell.font, cell.fill = Font(bold=True), HEAD
    return cell


def _cell(page: Any, value: Any) -> Cell:
    cell = WriteOnlyCell(page, value)
    if isinstance(value, str):
        cell.data_type = "s"  # "=1+1" is what somebody wrote, not a formula
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


def _value(path: str, row: dict[str, Any]) -> Any:
    value: Any = row
    for step in path.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    if isinstance(value, list):
        return "\n".join(str(one) for one in value)
    if isinstance(value, bool):
        return "是" if value else "否"
    return money.yuan(value) if path.endswith("_fen") and isinstance(value, int) else value


def is_one(raw: bytes) -> bool:
    """Whether these bytes are a workbook at all."""
    return zipfile.is_zipfile(io.BytesIO(raw)) and "xl/workbook.xml" in zipfile.ZipFile(io.BytesIO(raw)).namelist()
