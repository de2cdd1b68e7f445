"""The receipt on paper: what it says, in the characters that nobody can alter, in a file that every reader takes."""

import re
import zlib
from datetime import date

import pytest

from foundation import settings
from foundation.paper import Page, fitting, width
from payments.amount_words import capital
from payments.receipt_lookup import Line, Shown
from payments.receipt_paper import drawn


def shown(**other: object) -> Shown:
    facts = {
        "code": "99010126", "number": "0026421031", "check_code": "656aa9", "issued_on": date(2026, 11, 26),
        "amount_fen": 8000, "payer": "张三", "unit": "示例市自然资源局", "title": "不动产登记费",
        "pay_code": "2026112100",
        "lines": (Line("登记费", 8000),), "state": "issued", "red_code": "", "red_number": "",
    }  # fmt: skip
    return Shown(**{**facts, **other})  # type: ignore[arg-type]


def texts(file: bytes) -> list[str]:
    """What a page says, read back out of the file."""
    stream = re.search(rb"stream\n(.*?)\nendstream", file, re.DOTALL)
    assert stream
    content = zlib.decompress(stream[1]).decode("ascii")
    return [bytes.fromhex(one).decode("utf-16-be") for one in re.findall(r"<([0-9A-F]*)> Tj", content)]


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (0, "零元整"),
        (5, "伍分"),
        (50, "伍角整"),
        (100, "壹元整"),
        (10005, "壹佰元零伍分"),
        (12034, "壹佰贰拾元叁角肆分"),
        (10010500, "壹拾万零壹佰零伍元整"),
        (168073200, "壹佰陆拾捌万零柒佰叁拾贰元整"),
        (1000100000000, "壹佰亿零壹佰万元整"),
    ],
)
def test_an_amount_in_words(fen: int, words: str):
    assert capital(fen) == words


def test_a_receipt_says_all_that_stands_on_it(settings_env: settings.Settings):
    said = texts(drawn(shown()))
    for one in (
        "票据代码：99010126", "票据号码：0026421031", "校验码：656aa9", "交款人：张三", "开票日期：2026-11-26",
        "登记费", "收款单位：示例市自然资源局", "80.00", "金额合计（大写）：捌拾元整", "（小写）¥80.00",
    ):  # fmt: skip
        assert one in said
    assert not any("冲红" in one for one in said)


def test_one_that_was_taken_back_says_so(settings_env: settings.Settings):
    said = texts(drawn(shown(state="voided", red_code="99010226", red_number="0000000007")))
    assert "已冲红" in said
    assert "本票据已由红字票据 99010226 0000000007 冲红，不再有效。" in said


def test_many_items_are_summed_where_there_is_no_room(settings_env: settings.Settings):
    said = texts(drawn(shown(lines=tuple(Line(f"项目{n}", 100 * n) for n in range(1, 21)), amount_fen=21000)))
    assert "项目7" in said
    assert said[said.index("其他 13 项") + 1] == "182.00"


def test_its_code_leads_to_the_check_and_no_log_keeps_the_numbers(settings_env: settings.Settings):
    assert shown().check_address == "http://bff.test/h5/#/receipt-check/99010126/0026421031/656aa9"


def test_the_file_is_one_that_a_reader_takes():
    page = Page(title="票据")
    page.text(1, 2, "一行\n里的(括号)\\和𠀀")
    file = page.pdf()
    assert texts(file) == ["一行 里的(括号)\\和𠀀"]
    begins = int(file.rsplit(b"startxref\n", 1)[1].split()[0])
    assert file[begins:].startswith(b"xref\n0 9\n")
    for number, at in enumerate(re.findall(rb"(\d{10}) 00000 n", file), start=1):
        assert file[int(at) :].startswith(b"%d 0 obj" % number)


def test_words_that_have_no_room_are_cut():
    assert fitting("自然资源局", size=10, room=50) == "自然资源局"
    assert fitting("自然资源局", size=10, room=40) == "自然资…"
    assert width("A4 纸", 10) == 25
