"""Neighbours typed in the wrong order are read as they were meant, and nothing else is touched."""

import pytest

from assistant import swapped
from tests.builders.assistant import snapshot


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("份身证", "身份证"),
        ("住居证怎么办", "居住证怎么办"),
        ("护照丢了", "护照丢了"),
        ("本身份量不轻", "本身份量不轻"),
        ("sfz", "sfz"),
        ("照", "照"),
        ("", ""),
    ],
)
def test_turns_back_what_leaves_words_of_the_guides(said: str, meant: str) -> None:
    assert swapped.put_right(said, snapshot().index.holds) == meant


def test_a_swapped_name_is_found_first_and_as_surely_offered() -> None:
    city = snapshot()
    for said, name in (
        ("照护丢了", "普通护照补发"),
        ("住公房积金提取", "住房公积金提取"),
        ("注销个户体", "个体工商户注销登记"),
    ):
        first = city.search(said)[0]
        assert first.document.name == name, said
        assert first.confidence >= city.bands.ask_from, said
