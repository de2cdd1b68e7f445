"""What Alipay's bills share: a zip of GBK texts, tables between lines that start with `#`, fields ending in TABs.

Who and when stands above a table, the totals below it; the names of the columns are the first line without a `#`.
"""

import csv
import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from re import Pattern
from typing import BinaryIO, TypeVar, cast

from channels.bills import fen
from channels.errors import BillDamaged, BillUnreadable

Row = TypeVar("Row")
DETAILS = ("业务明细.csv", "账务明细.csv")  # their summaries end in (汇总).csv or 账务汇总.csv


def archived_rows(path: Path, read: Callable[[BinaryIO], Iterator[Row]]) -> Iterator[Row]:
    """The rows of the details in the archive at `path`, which was found whole. Raises BillUnreadable."""
    with zipfile.ZipFile(path, metadata_encoding="gbk") as archive, archive.open(details(archive)) as file:
        yield from read(cast(BinaryIO, file))


def details(archive: zipfile.ZipFile) -> str:
    """Which of the texts in the archive holds the details. Raises BillDamaged."""
    found = [name for name in archive.namelist() if name.endswith(DETAILS)]
    if len(found) != 1:
        raise BillDamaged
    return found[0]


class Table:
    """One table with those of its columns that are called `names`: newer bills may have more, in another order."""

    def __init__(self, file: BinaryIO, names: Sequence[str]) -> None:
        # gb18030 reads all of GBK; a letter of a subject that neither has must not stop the books
        text = io.TextIOWrapper(file, encoding="gb18030", errors="replace", newline="")
        self._lines = _lines(csv.reader(text))
        head = next((fields for fields in self._lines if fields and not fields[0].startswith("#")), [])
        self._width = len(head)
        try:
            self._places = [[name.strip() for name in head].index(name) for name in names]
        except ValueError:
            raise BillUnreadable(detail={"what": "columns"}) from None

    def rows(self) -> Iterator[list[str]]:
        """The named fields of each row, down to the line that ends the table."""
        for fields in self._lines:
            if not fields or fields[0].startswith("#"):
                return
            if len(fields) != self._width:
                raise BillUnreadable(detail={"what": "row"})
            yield [fields[place].strip() for place in self._places]

    def check_totals(self, *expected: tuple[Pattern[str], int, int]) -> None:
        """Below the rows each pattern must tell this count and this sum, whatever its sign.

        A bill that broke off in the middle has no totals below it.
        """
        below = "\n".join(",".join(fields) for fields in self._lines)
        for pattern, count, sum_fen in expected:
            said = pattern.search(below)
            if said is None or (int(said[1]), abs(fen(said[2]))) != (count, abs(sum_fen)):
                raise BillUnreadable(detail={"what": "totals"})


def _lines(file: Iterator[list[str]]) -> Iterator[list[str]]:
    try:
        yield from file
    except csv.Error:  # a line without end
        raise BillUnreadable(detail={"what": "row"}) from None
