"""Departments and their bills through HTTP: thousands at once, each row answered; changing; the rules of 滞纳金."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from api.app import create_app
from payments.models import Bill
from tests.builders.doors import client_of, push
from tests.builders.identity import id_number

pytestmark = pytest.mark.usefixtures("db", "redis_db")

PATH = "/departments/v1/bills"


@pytest.fixture
async def api() -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(create_app()) as client:
        yield client


def a_row(notice_no: str, *, id_number: str, fen: int = 2000, **other: Any) -> dict[str, Any]:
    return {
        "notice_no": notice_no,
        "exec_unit_code": "103",
        "exec_unit_name": "公安局",
        "title": "道路交通违法罚款",
        "payer": {"name": "张三", "id_number": id_number},
        "items": [{"exec_item_code": "103050", "exec_item_name": "罚款", "amount_fen": fen}],
        "total_fen": fen,
        **other,
    }


async def test_five_thousand_bills_are_one_call_and_each_is_answered(api: httpx.AsyncClient) -> None:
    payer = id_number()
    rows = [a_row(f"N-{n:05d}", id_number=payer) for n in range(5000)]
    rows[17]["total_fen"] = 1
    rows[4321]["payer"]["id_number"] = "110105194912310021"
    rows[4999] = rows[4000]
    answer = await push(api, PATH, {"bills": rows})
    assert answer.status_code == 200, answer.text[:300]
    told = answer.json()
    assert (told["received"], told["refused"]) == (4998, 2)
    by_number = [(one["number"], one["outcome"], one.get("code")) for one in told["rows"]]
    assert by_number[17] == ("N-00017", "refused", "TotalDoesNotAddUp")
    assert by_number[4321] == ("N-04321", "refused", "WrongCheckDigit")
    assert by_number[4999] == ("N-04000", "repeated", None)
    assert [one for n, one in enumerate(by_number) if n not in (17, 4321, 4999) and one[1] != "raised"] == []
    assert len({one["pay_code"] for one in told["rows"] if "pay_code" in one}) == await Bill.all().count() == 4997
