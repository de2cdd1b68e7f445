"""The push door under whatever departments send: never a 500, every row answered, a sound row taken beside nonsense."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.app import create_app
from cases.models import Case, CaseEvent
from cases.timeline import Kind
from tests.builders.cases import case_number
from tests.builders.doors import client_of, push, signed
from tests.builders.identity import id_number

pytestmark = pytest.mark.usefixtures("db", "redis_db")
PATH = "/departments/v1/cases/events"


@pytest.fixture
async def api() -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(create_app()) as client:
        yield client


def event(number: str, kind: str = "received", **more: Any) -> dict[str, Any]:
    return {
        "event_id": f"{number}-{kind}", "case_no": number, "kind": kind, "happened_at": "2026-11-20T09:30:00+08:00",
        "case": {
            "item_code": "social-card", "item_name": "社会保障卡申领", "department_name": "人社局", "legal_days": 20,
            "applicant": {"name": "张三", "id_number": "11010519491231002X"},
        },
        **more,
    }  # fmt: skip


async def test_a_batch_is_answered_row_by_row(api: httpx.AsyncClient) -> None:
    number = case_number()
    rows = [
        event(number),
        event(number, "notice_once", items=[{"name": "户口簿", "problem": "缺页", "how": "在线上传"}], days=5),
        event(number, "special_started", procedure="hearing", days=20),
        event(number, "extended", days=None),
        event(case_number(), case={**event(number)["case"], "hall_code": "none"}),
        event("", "received", event_id="ref-1", case={**event(number)["case"], "reference": "LS-1"}),
        event(number, "voided", voids=f"{number}-special_started"),
    ]
    said = (await push(api, PATH, {"events": rows})).json()
    assert (said["received"], said["refused"]) == (5, 2)
    assert [row.get("code", row["outcome"]) for row in said["rows"]] == [
        "appended", "appended", "appended", "EventIncomplete", "HallNotFound", "appended", "appended",
    ]  # fmt: skip
    given_no = said["rows"][5]["case_no"]
    assert (await Case.get(case_no=given_no)).reference == "LS-1"
    assert (await Case.get(case_no=number)).stage == "notice_once"
    again = (await push(api, PATH, {"events": rows})).json()
    assert [row["outcome"] for row in again["rows"]].count("repeated") == 5


odd = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**40), 2**40), st.text(max_size=8), st.just("\x00"), st.just("\ud800"),
    st.just([]), st.just({}), st.just("9999-12-31T23:59:59+08:00"), st.just("0001-01-01T00:00:00Z"),
    st.just("x" * 500),
)  # fmt: skip
FIELDS = ("event_id", "case_no", "kind", "happened_at", "note", "days", "procedure", "items", "result", "voids", "case")
strange = st.dictionaries(st.sampled_from([*FIELDS, "document_no", "unknown"]), odd, min_size=1, max_size=3)
sound = st.fixed_dictionaries(
    {
        "kind": st.sampled_from([one.value for one in Kind]),
        "happened_at": st.dates(min_value=date(1990, 1, 1)).map(lambda day: f"{day}T09:30:00+08:00"),
        "days": st.one_of(st.none(), st.integers(0, 3650)),
        "note": st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=400),
        "items": st.lists(
            st.fixed_dictionaries({"name": st.sampled_from(["户口簿", "照片", " "]), "how": st.text(max_size=5)}),
            max_size=3,
        ),
        "result": st.sampled_from(["", "granted", "denied"]),
        "voids": st.sampled_from(["", "same", "other"]),
        "event_id": st.sampled_from(["same", "other", "third"]),
    }
)


async def test_whatever_is_sent_nothing_breaks(api: httpx.AsyncClient) -> None:
    loop, number, applicant = asyncio.get_running_loop(), case_number(), id_number()
    whole = event(number)
    whole["case"]["applicant"]["id_number"] = applicant
    await push(api, PATH, {"events": [whole]})

    @settings(max_examples=30, deadline=None, database=None)
    @given(st.lists(st.one_of(sound.map(lambda one: {**whole, **one}), strange.map(lambda one: {**whole, **one})),
                    min_size=1, max_size=4))  # fmt: skip
    def sent(rows: list[dict[str, Any]]) -> None:
        answer = asyncio.run_coroutine_threadsafe(push_raw(api, rows), loop).result(30)
        assert answer.status_code in (200, 400, 422), answer.text
        if answer.status_code == 200:
            said = answer.json()
            assert [row["number"] for row in said["rows"]] == [row["event_id"] for row in rows]
            assert all(row["outcome"] != "refused" or (row["code"] and row["message"]) for row in said["rows"])

    await asyncio.to_thread(sent)
    assert await CaseEvent.filter(case__case_no=number).count() >= 1


async def push_raw(api: httpx.AsyncClient, rows: list[dict[str, Any]]) -> httpx.Response:
    """As `push`, for texts that are no UTF-8."""
    body = json.dumps({"events": rows}).encode()
    headers = {"Content-Type": "application/json", **signed("POST", PATH, body)}
    return await api.post(PATH, content=body, headers=headers)
