import io
import zipfile

import msgspec
import openpyxl
import pytest

from catalogue import workbook, workbook_reading
from catalogue.faults import FormatFaults
from catalogue.format import load_catalogue, parse_item
from catalogue.item_sheet import ItemFile
from tests.builders.catalogue import DEMO
from tests.builders.catalogue_files import ITEM

ONE = parse_item(ITEM, "id-card.yaml")


def book_of(*items: ItemFile) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(workbook.written([msgspec.to_builtins(one) for one in items])))


def packed(book: openpyxl.Workbook) -> bytes:
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def faults(raw: bytes) -> list[str]:
    with pytest.raises(FormatFaults) as refused:
        workbook_reading.items("表.xlsx", raw)
    return [str(one) for one in refused.value.faults]


def test_every_item_of_the_demo_city_comes_back_as_it_was() -> None:
    items = load_catalogue(DEMO).items
    raw = workbook.written([msgspec.to_builtins(one) for one in items])
    assert workbook_reading.items("表.xlsx", raw) == items


def test_a_fault_is_told_with_its_page_its_row_and_its_column() -> None:
    book = book_of(ONE)
    book["收费标准"]["C3"] = "二十"
    book["申请材料"]["B4"] = None
    book["事项"]["B3"] = "x"
    told = faults(packed(book))
    assert [one.split("：")[0] for one in told] == [
        "表.xlsx·事项:3: 版本",
        "表.xlsx·收费标准:3: C 列 收费标准第 1 项的金额（元）",
        "表.xlsx·申请材料:4: B 列 申请材料第 2 项的名称",
    ]


def test_rows_of_an_item_that_is_not_there_and_items_that_stand_twice() -> None:
    book = book_of(ONE)
    book["常见问题"].append(["gone", "问", "答"])
    assert faults(packed(book)) == ["表.xlsx·常见问题:6: 短名：“事项”页没有短名“gone”，请核对"]
    book = book_of(ONE, ONE)
    assert faults(packed(book)) == ["表.xlsx·事项:4: 短名：“id-card”重复了"]


def test_a_page_or_a_column_that_is_missing_is_told_once_and_nothing_is_taken_for_empty() -> None:
    book = book_of(ONE, msgspec.structs.replace(ONE, slug="other"))
    del book["情形"]
    page = book["事项"]
    columns = {cell.value: cell.column for cell in page[2]}
    page.cell(2, page.max_column + 1).value = "remark"
    page.delete_cols(columns["expires"])
    assert set(faults(packed(book))) == {
        "表.xlsx·事项:2: AI 列：不认识“remark”，请删去这一列或清空第 2 行的这一格",
        "表.xlsx·事项:2: 失效日期：缺少这一列（第 2 行应有 expires），请用导出的工作簿修改",
        "表.xlsx:1: 缺少“情形”页，请用导出的工作簿修改",
    }


def test_a_formula_that_was_never_worked_out_is_not_empty() -> None:
    book = book_of(ONE)
    column = next(cell.column_letter for cell in book["事项"][2] if cell.value == "expires")
    book["事项"][f"{column}3"] = "=TODAY()"
    assert faults(packed(book)) == [f"表.xlsx·事项:3: {column} 列：这一格是没有算出结果的公式，请改成文字或数字"]


def test_what_looks_like_a_formula_is_text() -> None:
    said = "=HYPERLINK(1)"
    raw = workbook.written([msgspec.to_builtins(ONE) | {"summary": said}])
    [column] = [
        cell.column_letter for cell in openpyxl.load_workbook(io.BytesIO(raw))["事项"][2] if cell.value == "summary"
    ]
    cell = openpyxl.load_workbook(io.BytesIO(raw))["事项"][f"{column}3"]
    assert (cell.data_type, cell.value) == ("s", said)
    [item] = workbook_reading.items("表.xlsx", raw)
    assert item.summary == said


def test_what_people_do_to_cells() -> None:
    book = book_of(ONE)
    page = book["事项"]
    names = {cell.value: cell.column_letter for cell in page[2]}
    page[f"{names['visits']}3"] = 1.0
    page[f"{names['effective']}3"] = openpyxl.utils.datetime.from_ISO8601("2025-01-01")
    page[f"{names['appointment.bookable']}3"] = "是"
    page[f"{names['aliases']}3"] = " 换身份证 \n\n hsfz "
    book["收费标准"].insert_rows(3)
    [item] = workbook_reading.items("表.xlsx", packed(book))
    assert item == ONE


@pytest.mark.parametrize(
    "raw",
    [b"", b"PK\x03\x04 nothing", b"name,fee\n1,2\n"],
)
def test_what_is_no_workbook(raw: bytes) -> None:
    assert not workbook.is_one(raw)
    assert faults(raw) == ["表.xlsx:1: 打不开，请确认是 .xlsx 工作簿"]


def test_a_workbook_without_items() -> None:
    assert "缺少“事项”页" in faults(packed(openpyxl.Workbook()))[0]
    assert "没有一项事项" in faults(packed(book_of()))[0]


def test_one_that_unpacks_to_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_reading, "LARGEST", 1000)
    made = io.BytesIO(packed(book_of(ONE)))
    assert zipfile.is_zipfile(made)
    assert "太大" in faults(made.getvalue())[0]
