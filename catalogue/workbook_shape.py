"""Whether a workbook has the pages and columns of an exported one: what it lacks would be taken for empty."""

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter

from catalogue import field_names, workbook
from catalogue.faults import Fault
from catalogue.shape import SHAPE, Shape

NAMES = workbook.FIRST - 1  # the row that names the fields
FORMULA = re.compile(rb"<f[ >/]")


def faults(name: str, book: Any) -> Iterator[Fault]:
    """Pages and columns that are missing, and columns nobody knows; each told once, not row by row."""
    for title, wanted in _wanted().items():
        if title not in book.sheetnames:
            yield Fault(path=name, line=1, field="", message=f"缺少“{title}”页，请用导出的工作簿修改")
            continue
        row = next(book[title].iter_rows(min_row=NAMES, max_row=NAMES, values_only=True), ())
        here = {str(text).strip(): get_column_letter(place) for place, text in enumerate(row, 1) if text}
        for path, label in wanted.items():
            if path not in here:
                yield _fault(name, title, label, f"缺少这一列（第 {NAMES} 行应有 {path}），请用导出的工作簿修改")
        for path, column in here.items():
            if path not in wanted:
                yield _fault(name, title, f"{column} 列", f"不认识“{path}”，请删去这一列或清空第 {NAMES} 行的这一格")


def _wanted() -> dict[str, dict[str, str]]:
    """Page → field → what people call it."""
    slug = ("slug", field_names.NAMES["slug"], Shape(kind="line"))
    version = ("version", field_names.NAMES["version"], Shape(kind="number"))
    pages = {workbook.ITEMS: [slug, version, *workbook.columns(SHAPE)]}
    pages |= {title: [slug, *workbook.columns(shape)] for title, _, shape in workbook.pages()}
    return {title: {path: label for path, label, _ in columns} for title, columns in pages.items()}


def uncounted(name: str, raw: bytes, book: Any) -> Iterator[Fault]:
    """Formulas whose value the file does not hold: their cells would be read as empty."""
    if not _has_formulas(raw):
        return
    written = openpyxl.load_workbook(io.BytesIO(raw), read_only=True)
    for title in _wanted():
        rows = zip(book[title].iter_rows(values_only=True), written[title].iter_rows(), strict=False)
        for number, (values, cells) in enumerate(rows, 1):
            for place, (value, cell) in enumerate(zip(values, cells, strict=False), 1):
                if value is None and cell.data_type == "f":
                    said = "这一格是没有算出结果的公式，请改成文字或数字"
                    yield _fault(name, title, f"{get_column_letter(place)} 列", said, number)


def _has_formulas(raw: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(raw)) as packed:
        pages = [one for one in packed.namelist() if one.startswith("xl/worksheets/")]
        return any(FORMULA.search(packed.read(one)) for one in pages)


def _fault(name: str, title: str, field: str, said: str, line: int = NAMES) -> Fault:
    return Fault(path=f"{name}·{title}", line=line, field=field, message=said)
