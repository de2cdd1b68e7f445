"""Tables for spreadsheets: what was text stays text, what was a number stays one."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation import csv_table


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠A1", "  =1", "\u3000=1"]
)
def test_no_cell_is_a_formula(text: str) -> None:
    assert csv_table.cell(text) == f"'{text}"


def test_other_cells_stay_as_they_are() -> None:
    assert [csv_table.cell(one) for one in ("身份证", "", -1.5, None, True, ["9901", "9902"])] == [
        "身份证", "", -1.5, None, "是", "9901；9902",
    ]  # fmt: skip


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), min_size=1, max_size=5))
def test_every_text_comes_back_as_one_cell_that_runs_nothing(texts: list[str]) -> None:
    file = csv_table.text(["名称"], [[one] for one in texts])
    head, *rows = csv.reader(io.StringIO(file.removeprefix(csv_table.BOM), newline=""))
    assert head == ["名称"]
    read = [one[0] if one else "" for one in rows]
    assert [one.removeprefix("'") for one in read] == [one.removeprefix("'") for one in texts]
    assert not any(one.lstrip().startswith(csv_table.FORMULA) for one in read)


def test_numbers_are_not_quoted_and_a_head_runs_nothing() -> None:
    assert csv_table.text(["=名称", "人数"], [["甲,乙", -2], ["丙", 1.5]]) == (
        '\ufeff\'=名称,人数\r\n"甲,乙",-2\r\n丙,1.5\r\n'
    )
