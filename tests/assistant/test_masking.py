"""Numbers of persons do not reach the log."""

import pytest

from assistant.masking import for_readers, masked


@pytest.mark.parametrize(
    "number",
    [
        "11010519491231002X",
        "110105194912310021",
        "１１０１０５１９４９１２３１００２Ｘ",
        "13800138000",
        "138 0013 8000",
        "138-0013-8000",
        "6222020200112233445",
        "someone@example.com",
        "130503670401001",
    ],
)
def test_hides_numbers(number: str) -> None:
    hidden = masked(f"我的号码是{number}，能办吗")
    assert "***" in hidden
    assert not any(character.isdigit() for character in hidden)
    assert hidden.endswith("能办吗")


@pytest.mark.parametrize("text", ["2026年1月1日", "12345 热线", "120 元", "3 楼 12 号窗口"])
def test_leaves_other_numbers(text: str) -> None:
    assert masked(text) == text


def test_leaves_out_what_cannot_be_kept() -> None:
    assert masked("护\x00照\ud83d") == "护照"


def test_what_is_published_keeps_its_punctuation() -> None:
    assert for_readers("要本人去，带旧证：原件！") == "要本人去，带旧证：原件！"
    assert for_readers("打１３８００１３８０００，找张三") == "打***，找张三"
    assert for_readers("写信到ａ@b.cn，或打13800138000：张三") == "写信到***，或打***：张三"
    assert for_readers("换\x00证，\ud800要本人去") == "换证，要本人去"
