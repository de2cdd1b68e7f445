"""Logs: one line an event, no secret and no person in it."""

import json
import logging
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation import logs

NUMBER, PHONE = "110101199003070000", "13800138000"


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    handlers, level = logging.getLogger().handlers[:], logging.getLogger().level
    yield
    logging.getLogger().handlers[:] = handlers
    logging.getLogger().setLevel(level)
    logs.use_request_id("")


@pytest.fixture
def written(capsys: pytest.CaptureFixture[str]) -> Callable[..., dict[str, Any]]:
    """What a deed writes: its one line."""

    def line_of(deed: Callable[[], object]) -> dict[str, Any]:
        logs.configure("json")
        deed()
        (line,) = capsys.readouterr().out.strip().splitlines()
        return dict(json.loads(line))

    return line_of


def test_an_event_is_one_line_with_its_fields_and_request(written: Any) -> None:
    logs.use_request_id("trace-0001")
    line = written(lambda: logs.logger("x").info("bill_settled", bill_id=5))
    assert (line["event"], line["bill_id"], line["level"], line["request_id"]) == (
        "bill_settled",
        5,
        "info",
        "trace-0001",
    )


@pytest.mark.parametrize(
    "key", ["password", "app_secret", "Authorization", "session_key", "id_number", "phone", "name"]
)
def test_a_field_that_may_hold_a_secret_or_a_person_is_hidden(written: Any, key: str) -> None:
    line = written(lambda: logs.logger("x").info("something", **{key: "张三", "inner": {key: "张三"}}))
    assert (line[key], line["inner"][key]) == ("***", "***")


def test_numbers_are_masked_wherever_they_turn_up(written: Any) -> None:
    def fail() -> None:
        try:
            raise ValueError(f"no citizen {NUMBER}")
        except ValueError:
            logs.logger("x").error("lookup_failed", notes=[f"电话{PHONE}。"], deep={"a": {"b": NUMBER}}, exc_info=True)

    line = json.dumps(written(fail), ensure_ascii=False)
    assert NUMBER not in line
    assert PHONE not in line
    assert "ValueError" in line


def test_what_a_library_logs_is_masked_too(written: Any) -> None:
    line = written(lambda: logging.getLogger("some.library").warning("calling %s", f"https://x.test/?phone={PHONE}"))
    assert PHONE not in json.dumps(line)


@given(st.text(max_size=30), st.text(max_size=30))
def test_no_text_around_a_number_unmasks_it(before: str, after: str) -> None:
    if before[-1:].isascii() and before[-1:].isalnum() or after[:1].isascii() and after[:1].isalnum():
        return
    assert NUMBER not in logs.masked(before + NUMBER + after)


def test_what_is_no_number_of_a_person_stays() -> None:
    for text in ("2026-01-31T09:00:00", "order 20260131090000123", "12345678", "bill:5", "a1380013800b"):
        assert logs.masked(text) == text


def test_the_line_of_every_request_says_the_same_the_plain_way(written: Any) -> None:
    logs.use_request_id(f"trace-{PHONE}")
    alike: dict[str, Any] = {"route": f"/v1/{PHONE}", "status": 200}
    told: dict[str, Any] = {"milliseconds": 1.5, "ip": NUMBER}
    plain = written(lambda: logs.Alike("request_served", **alike)(**told))
    usual = written(lambda: logs.logger("door").info("request_served", **alike, **told))
    assert {**plain, "timestamp": ""} == {**usual, "timestamp": ""}
    for line in (plain, usual):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", line["timestamp"])
    assert PHONE not in str(plain)
    assert NUMBER not in str(plain)


@pytest.mark.parametrize(("form", "least", "shown"), [("json", "warning", False), ("console", "info", True)])
def test_a_plain_line_keeps_to_the_form_and_level_that_were_chosen(
    capsys: pytest.CaptureFixture[str], form: str, least: str, shown: bool
) -> None:
    logs.configure(form, least)
    logs.Alike("request_served", route="/v1/home")(ip="::1")
    said = capsys.readouterr().out
    assert ("request_served" in said) == shown
    assert '{"' not in said
