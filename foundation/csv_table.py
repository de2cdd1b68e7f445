"""A table as CSV for a spreadsheet: taken for UTF-8, numbers as numbers, and no cell that would run as a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

BOM = "\ufeff"  # spreadsheets take the file for UTF-8 only with it
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # full-width ones too, where Chinese is typed


def text(head: Sequence[str], rows: Iterable[Iterable[Any]]) -> str:
    """The file, a line per row under `head`."""
    made = io.StringIO()
    writer = csv.writer(made)
    writer.writerow(map(cell, head))
    writer.writerows(map(cell, row) for row in rows)
    return BOM + made.getvalue()


def cell(value: Any) -> Any:
    """A text that a spreadsheet would run as a formula is given as text."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        value = "；".join(value)
    runs = isinstance(value, str) and (value.startswith(FORMULA) or value.lstrip().startswith(FORMULA))
    return f"'{value}" if runs else value
