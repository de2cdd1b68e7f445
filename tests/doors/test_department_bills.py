"""Departments and their bills through HTTP: thousands at once, each row answered; changing; the rules of 滞纳金."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from api.app import create_app
from foundation import clock
from payments.models import Bill, BillItem
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


async def test_a_bill_is_said_anew_and_taken_back(api: httpx.AsyncClient) -> None:
    row = a_row("N-1", id_number=id_number())
    (pushed,) = (await push(api, PATH, {"bills": [row]})).json()["rows"]
    less = {**row, "items": [{**row["items"][0], "amount_fen": 1500}], "total_fen": 1500}
    for outcome in ("changed", "repeated"):
        answer = await push(api, f"{PATH}/change", {"bill": less, "reason": "复议后减免"})
        assert answer.json() == {"notice_no": "N-1", "pay_code": pushed["pay_code"], "outcome": outcome}
    stranger = {**less, "payer": {"name": "李四", "id_number": id_number()}}
    refused = await push(api, f"{PATH}/change", {"bill": stranger, "reason": "换人"})
    assert (refused.status_code, refused.json()["code"]) == (409, "BillOfAnotherPayer")
    nowhere = await push(api, f"{PATH}/change", {"bill": {**less, "notice_no": "N-9"}, "reason": "错"})
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "BillNotFound")
    gone = await push(api, f"{PATH}/withdraw", {"notice_no": "N-1", "reason": "开错"})
    assert gone.json()["state"] == "withdrawn"
    late = await push(api, f"{PATH}/change", {"bill": {**less, "title": "其他"}, "reason": "晚了"})
    assert (late.status_code, late.json()["code"]) == (409, "BillWithdrawn")
    bill = await Bill.get(notice_no="N-1")
    assert (bill.total_fen, bill.version) == (1500, 2)


async def test_the_rule_of_an_item_or_of_the_row_itself(api: httpx.AsyncClient) -> None:
    rule = {"exec_item_code": "103050", "per_day": 300, "kind": "penalty", "basis": "行政处罚法第七十二条"}
    assert (await push(api, "/departments/v1/late-fee-rules", rule)).status_code == 204
    payer, day = id_number(), str(clock.today() + timedelta(days=15))
    own = a_row("N-2", id_number=payer, expire_date=day)
    own["items"][0] |= {"late_per_day": 5, "late_kind": "overdue"}
    none = a_row("N-3", id_number=payer, expire_date=day)
    none["items"][0] |= {"late_per_day": 0}
    undated = a_row("N-4", id_number=payer)
    undated["items"][0] |= {"late_per_day": 5}
    rows = [a_row("N-1", id_number=payer, expire_date=day), own, none, undated]
    told = (await push(api, PATH, {"bills": rows})).json()["rows"]
    assert [one.get("code") for one in told] == [None, None, None, "LateFeeNeedsDate"]
    kept = await BillItem.all().order_by("bill__notice_no").values_list("late_per_day", "late_kind", "late_basis")
    assert kept == [(300, "penalty", "行政处罚法第七十二条"), (5, "overdue", ""), (0, "overdue", "")]
    wrong = await push(api, "/departments/v1/late-fee-rules", {**rule, "per_day": 10_001})
    assert wrong.status_code == 422


async def test_a_case_comes_with_what_it_costs(api: httpx.AsyncClient) -> None:
    item = {"exec_item_code": "103042", "exec_item_name": "证照工本费", "amount_fen": 2000}
    fee = {"exec_unit_code": "103", "exec_unit_name": "公安局", "items": [item]}
    case = {
        "item_code": "id-card", "item_name": "居民身份证换领", "department_name": "公安局",
        "applicant": {"name": "张三", "id_number": id_number()}, "fee": fee,
    }  # fmt: skip
    event = {"event_id": "ev-1", "case_no": "350700202611210001", "kind": "received",
             "happened_at": clock.now().isoformat(), "case": case}  # fmt: skip
    answer = await push(api, "/departments/v1/cases/events", {"events": [event]})
    assert answer.json()["received"] == 1, answer.text
    bill = await Bill.get()
    assert (bill.reference, bill.total_fen, bill.exec_unit_name) == ("350700202611210001", 2000, "公安局")
