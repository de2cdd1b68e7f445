"""Tables to take away as CSV, for a spreadsheet: what somebody typed is text there, never a formula."""

import csv as csv_format
import io
from collections.abc import Iterable, Sequence

from sanic import HTTPResponse

# What a spreadsheet takes for the beginning of a formula (OWASP: CSV injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv(name: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> HTTPResponse:
    """A file to download; it begins with the mark by which a spreadsheet knows UTF-8."""
    written = io.StringIO()
    table = csv_format.writer(written)
    table.writerow(columns)
    table.writerows([harmless(str(cell)) for cell in row] for row in rows)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return HTTPResponse("\ufeff" + written.getvalue(), headers=headers, content_type="text/csv; charset=utf-8")


def harmless(text: str) -> str:
    """As it is, with an apostrophe before it where a spreadsheet would calculate."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) else text
