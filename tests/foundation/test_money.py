"""Fen and yuan."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation import money


@given(st.integers(min_value=-(10**15 - 1), max_value=10**15 - 1))
def test_fen_survive_the_way_over_yuan(fen: int) -> None:
    assert money.fen(money.yuan(fen)) == fen


@given(st.text(max_size=12))
def test_any_text_is_an_amount_or_refused(text: str) -> None:
    try:
        fen = money.fen(text)
    except money.NotAnAmount:
        return
    assert isinstance(fen, int)


@pytest.mark.parametrize(
    ("text", "fen"), [("0", 0), ("0.01", 1), ("20", 2000), ("20.5", 2050), (" 20.00 ", 2000), ("-1.25", -125)]
)
def test_amounts_are_exact(text: str, fen: int) -> None:
    assert money.fen(text) == fen


@pytest.mark.parametrize("text", ["", "1.234", "1,000", "一元", "NaN", "Infinity", "1e400", "0x10", None])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(money.NotAnAmount):
        money.fen(text)


def test_yuan_always_show_two_places() -> None:
    assert [money.yuan(fen) for fen in (0, 5, 100, 1234, -5)] == ["0.00", "0.05", "1.00", "12.34", "-0.05"]
