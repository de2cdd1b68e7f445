"""Reading a workbook of items: every fault is told with its page, its row and its column."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from catalogue import field_names, workbook, workbook_shape
from catalogue.faults import Fault, FormatFaults
from catalogue.format import parse_item
from catalogue.item_sheet import ItemFile
from catalogue.shape import SHAPE, Shape
from foundation import money

LARGEST = 200 * 1024 * 1024  # unpacked
ROWS = 50_000  # of one page
TRUTHS = {"是": True, "true": True, "1": True, "否": False, "false": False, "0": False, "": False}
Place = tuple[str, int, str]  # page, row, column


@dataclass
class Read:
    """An item as its cells say it; `places` tells where each field stands."""

    sheet: dict[str, Any] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    twice: bool = False  # the rows of two items are mixed in it: what else is wrong with it means nothing


def items(name: str, raw: bytes) -> list[ItemFile]:
    """The checked items of a workbook. Raises FormatFaults with every fault of every page."""
    return read(name, raw)[0]


def read(name: str, raw: bytes) -> tuple[list[ItemFile], Callable[[str, Fault], Fault]]:
    """The checked items, and where in the workbook a fault of one stands. Raises FormatFaults with every fault."""
    found, faults = _items(name, raw)
    sheets: list[ItemFile] = []
    for slug, one in found.items():
        if one.twice:
            continue
        try:
            sheets.append(parse_item(json.dumps(one.sheet, ensure_ascii=False, default=str), slug))
        except FormatFaults as wrong:
            faults += [_placed(name, one, fault) for fault in wrong.faults]
    if not found:
        faults = [Fault(path=f"{name}·{workbook.ITEMS}", line=workbook.FIRST, field="", message="没有一项事项，请填写")]
    if faults:
        raise FormatFaults(faults)
    return sheets, lambda slug, fault: _placed(name, found[slug], fault)


def _items(name: str, raw: bytes) -> tuple[dict[str, Read], list[Fault]]:
    """What stands in the rows, with what is wrong with rows. Raises FormatFaults where pages or columns are missing."""
    book = _opened(name, raw)
    if wrong := [*workbook_shape.faults(name, book), *workbook_shape.uncounted(name, raw, book)]:
        raise FormatFaults(wrong)
    found: dict[str, Read] = {}
    faults: list[Fault] = []
    for row, cells in _rows(book[workbook.ITEMS]):
        one = Read({}, {})
        _fill(one.sheet, one.places, "", SHAPE, workbook.ITEMS, row, cells)
        slug = str(cells.get("slug", ("", ""))[1] or "").strip()
        one.sheet |= {"slug": slug, "version": _whole(cells.get("version", ("", ""))[1])}
        if slug in found:
            faults.append(Fault(path=f"{name}·{workbook.ITEMS}", line=row, field="短名", message=f"“{slug}”重复了"))
            found[slug].twice = True
        found.setdefault(slug, one).places.setdefault("", (workbook.ITEMS, row, ""))
    for title, element, shape in workbook.pages():
        faults += list(_add_rows(name, found, title, element, shape, book[title]))
    return found, faults


def _add_rows(name: str, found: dict[str, Read], title: str, element: str, shape: Shape, page: Any) -> Iterator[Fault]:
    for row, cells in _rows(page):
        slug = str(cells.get("slug", ("", ""))[1] or "").strip()
        if slug not in found:
            said = f"“{workbook.ITEMS}”页没有短名“{slug}”，请核对"
            yield Fault(path=f"{name}·{title}", line=row, field="短名", message=said)
            continue
        one = found[slug]
        listed = one.sheet.setdefault(element, [])
        made: dict[str, Any] = {}
        _fill(made, one.places, f"{element}[{len(listed)}].", shape, title, row, cells)
        listed.append(made)


def _opened(name: str, raw: bytes) -> Any:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            if sum(one.file_size for one in packed.infolist()) > LARGEST:
                raise _unreadable(name, "工作簿太大，请拆分")
        return openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError):
        raise _unreadable(name, "打不开，请确认是 .xlsx 工作簿") from None


def _unreadable(name: str, said: str) -> FormatFaults:
    return FormatFaults([Fault(path=name, line=1, field="", message=said)])


def _rows(page: Any) -> Iterator[tuple[int, dict[str, tuple[str, Any]]]]:
    """(row, field → (column, value)) of every row in which something stands."""
    names: dict[int, str] = {}
    for row, cells in enumerate(page.iter_rows(max_row=ROWS, values_only=True), 1):
        if row == workbook.FIRST - 1:
            names = {place: str(text).strip() for place, text in enumerate(cells) if text}
        if row < workbook.FIRST or all(cell in (None, "") for cell in cells):
            continue
        yield row, {names[n]: (get_column_letter(n + 1), cell) for n, cell in enumerate(cells) if n in names}


def _fill(
    into: dict[str, Any], places: dict[str, Place], under: str, shape: Shape, title: str, row: int,
    cells: dict[str, tuple[str, Any]],
) -> None:  # fmt: skip
    for path, _, inner in workbook.columns(shape):
        column, cell = cells.get(path, ("", None))
        value = _meant(path, inner, cell)
        places[under + path] = (title, row, column)
        if value in (None, "", []):
            continue
        *parts, name = path.split(".")
        target = into
        for part in parts:
            target = target.setdefault(part, {})
        target[name] = value


def _meant(path: str, shape: Shape, cell: Any) -> Any:
    text = "" if cell is None else str(cell).strip()
    if shape.kind in ("lines", "some"):
        return [line.strip() for line in text.splitlines() if line.strip()]
    if shape.kind == "tick":
        return TRUTHS.get(text.lower(), text)
    if shape.kind == "date" and isinstance(cell, datetime | date):
        return cell.strftime("%Y-%m-%d")
    if path.endswith("_fen"):
        return _fen(text)
    return _whole(cell) if shape.kind == "number" else text


def _fen(text: str) -> Any:
    try:
        return money.fen(text) if text else None
    except money.NotAnAmount:
        return text


def _whole(cell: Any) -> Any:
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    text = "" if cell is None else str(cell).strip()
    return int(text) if text.isdecimal() and len(text) < 12 else (cell if isinstance(cell, int) else text or None)


def _placed(name: str, one: Read, fault: Fault) -> Fault:
    """The fault at its cell, or at the row of what it belongs to."""
    path = fault.field
    while path and path not in one.places:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    page, row, column = one.places.get(path) or next(
        (place for at, place in one.places.items() if path and at.startswith(f"{path}.")), one.places[""]
    )
    at = f"{column} 列 " if column else ""
    said = at + field_names.label(fault.field) if fault.field else ""
    return Fault(path=f"{name}·{page}", line=row, field=said, message=fault.message)
