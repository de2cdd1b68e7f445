"""Neighbours typed in the wrong order are read as they were meant, and nothing else is touched."""

import pytest

from assistant import swapped
from assistant.snapshot import Snapshot
from tests.builders.assistant import guide, snapshot


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("份身证", "身份证"),
        ("住居证怎么办", "居住证怎么办"),
        ("护照丢了", "护照丢了"),
        ("换人份身证", "换人身份证"),
        ("身份证补领居住", "身份证补领居住"),
        ("sfz", "sfz"),
        ("照", "照"),
        ("", ""),
    ],
)
def test_turns_back_what_leaves_words_of_the_guides(said: str, meant: str) -> None:
    assert swapped.put_right(said, snapshot().index.holds) == meant


def test_leaves_alone_what_would_say_no_more_the_other_way_round() -> None:
    city = Snapshot([guide("开工许可"), guide("员工登记")])
    assert swapped.put_right("员工开户", city.index.holds) == "员工开户"
    assert swapped.put_right("工开许可", city.index.holds) == "开工许可"


@pytest.mark.parametrize(("said", "meant"), [("照护丢了", "护照丢了"), ("往来港澳行通证", "往来港澳通行证")])
def test_a_swapped_question_is_answered_as_surely(said: str, meant: str) -> None:
    city = snapshot()
    swapped_first, first = city.search(said)[0], city.search(meant)[0]
    assert swapped_first.document == first.document
    assert swapped_first.confidence == pytest.approx(first.confidence, abs=0.01)
