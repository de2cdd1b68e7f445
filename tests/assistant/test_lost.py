"""What was lost: a paper by its name, not what held it, and no loss where somebody hears or sees badly."""

import pytest

from assistant import question


@pytest.mark.parametrize(
    ("said", "lost"),
    [
        ("我的学生证丢了", "学生证"),
        ("护照找不到", "护照"),
        ("孩子耳朵听不见", ""),
        ("老人眼睛看不见了", ""),
        ("钱包叫人偷了 身份证在里头", ""),
        ("双肩包丢了", ""),
        ("书包不见了", ""),
        ("本儿丢了", ""),
    ],
)
def test_what_was_lost(said: str, lost: str) -> None:
    assert question.lost(said) == lost
