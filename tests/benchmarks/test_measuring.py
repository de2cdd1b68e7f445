"""Rounds become medians, medians become a table and a file."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks import more_screens, report, screens
from benchmarks.__main__ import FIGURES, chosen
from benchmarks.house import _must_be
from benchmarks.load import Saw, code_in, length_in
from benchmarks.measuring import CheckFailed, Measured, Sample, Scale, interleaved, number, percentile

NAMES = (
    "bare_json home slot_list guide_page reserve_spread reserve_hot sold_out rush generate_year history_5m"
    " notify_settled notify_in_the_rush reconcile_1m ask searching suggesting timeline_10m case_import message_drain"
    " h5_interactive loop_held"
)
KEYS = {"figure", "value", "unit", "baseline", "baseline_value", "ratio"}


def test_percentile_is_a_value_that_was_seen() -> None:
    hundred = list(range(1, 101))
    assert (percentile(hundred, 50), percentile(hundred, 99), percentile(hundred, 100)) == (50, 99, 100)
    assert percentile([7.5], 99) == 7.5
    assert percentile([3, 1, 2], 50) == 2


def test_a_round_is_at_least_one_request_a_connection() -> None:
    assert Scale(seconds=0.01, connections=8).times(100) == 8
    assert Scale(seconds=2, connections=8).times(100) == 200


async def test_rounds_alternate_and_the_first_does_not_count() -> None:
    order: list[str] = []
    rates = iter([1.0, 30.0, 10.0, 20.0])

    async def ours() -> Sample:
        order.append("ours")
        return Sample(next(rates), 1.0, 2.0)

    async def theirs() -> Sample:
        order.append("theirs")
        return Sample(40.0)

    found = await interleaved("home", ours, beside={"bare_json": theirs}, rounds=3)
    assert order == ["theirs", "ours"] * 4
    assert found.rows() == [
        {"figure": "home", "value": 20, "unit": "req/s", "baseline": "bare_json", "baseline_value": 40, "ratio": 0.5}
    ]


async def test_a_figure_whose_check_fails_has_no_value() -> None:
    async def wrong() -> Sample:
        raise CheckFailed("3 accepted, 2 in the book")

    found = await interleaved("reserve_hot", wrong, beside={}, rounds=3)
    assert found.failed == "3 accepted, 2 in the book"
    assert found.rows() == []
    assert "FAILED" in report.table([found])
    assert "3 accepted, 2 in the book" in report.table([found])


def test_other_answers_than_expected_are_a_failure() -> None:
    saw = Saw(seconds=1, answers={"201": 9, "409 SlotFull": 1}, latencies=[], lost=0, odd="")
    with pytest.raises(CheckFailed, match="409 SlotFull"):
        _must_be(saw, expect="201", number=10)
    with pytest.raises(CheckFailed):
        _must_be(Saw(seconds=1, answers={"201": 9}, latencies=[], lost=1, odd=""), expect="201", number=None)
    with pytest.raises(CheckFailed):
        _must_be(Saw(seconds=1, answers={"201": 9}, latencies=[], lost=0, odd=""), expect="201", number=10)
    _must_be(Saw(seconds=1, answers={"201": 10}, latencies=[], lost=0, odd=""), expect="201", number=10)


def test_reading_an_answer() -> None:
    assert length_in(b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\nx: y") == 12
    assert length_in(b"HTTP/1.1 204 No Content\r\nx: y") == 0
    with pytest.raises(ValueError, match="Content-Length"):
        length_in(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked")
    assert code_in(b'{"code":"SlotFull","message":"x"}') == "SlotFull"


def test_the_file_holds_a_row_for_each_baseline(tmp_path: Path) -> None:
    reserve = Measured(
        "reserve_hot",
        samples=[Sample(100, 5, 9)],
        baselines={"bare_json": [Sample(1000)], "pgbench": [Sample(200)]},
    )
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    file = report.keep([reserve, number("make_run_cold", 12.5, "s")], folder=tmp_path / "out", at=at)
    rows = json.loads(file.read_text())
    assert [set(row) for row in rows] == [KEYS] * 3
    assert [(row["figure"], row["baseline"], row["ratio"]) for row in rows] == [
        ("reserve_hot", "bare_json", 0.1),
        ("reserve_hot", "pgbench", 0.5),
        ("make_run_cold", None, None),
    ]
    assert (tmp_path / "out" / "20260102-030405.json").read_text() == file.read_text()


def test_the_table_is_aligned() -> None:
    lines = report.table([number("make_run_cold", 1234.5, "s"), Measured("ask", samples=[Sample(9, 1, 2)])]).split("\n")
    assert lines[1].split() == ["make_run_cold", "1,234", "s"]
    assert lines[2].split() == ["ask", "9.0", "req/s", "1.0", "2.0"]
    assert lines[1].index("s", 15) == lines[2].index("r", 15)


def test_every_figure_and_room_can_be_asked_for() -> None:
    assert set(FIGURES) - set(screens.FIGURES) - set(more_screens.FIGURES) == set(NAMES.split())
    assert set(chosen("miniprogram_bff")[0]) == {"bare_json", "home", *screens.FIGURES, *more_screens.FIGURES}
    assert chosen("")[1] == ["running"]
    assert set(chosen("appointments")[0]) == set(
        "slot_list reserve_spread reserve_hot sold_out rush generate_year history_5m".split()
    )
    assert set(chosen("home")[0]) == {"home"}
    assert "message_drain" in chosen("cases")[0]
    assert chosen("suite") == ({}, ["suite"])
    with pytest.raises(KeyError):
        chosen("nothing")
