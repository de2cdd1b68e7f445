"""WeChat Pay refunds: accepted, final later, idempotent by number, never more than was paid."""

import time

import pytest

from tests.builders.sandbox import App, Inbox, Sandbox
from tests.sandbox.test_wechat_pay_notices import opened
from tests.sandbox.test_wechat_pay_orders import refusal

APART = 60 / 600 + 0.02


@pytest.fixture
def paid(app: App, sandbox: Sandbox) -> str:
    app.prepay("PAID-001", 2000)
    sandbox.play("wechat/pay/PAID-001")
    return "PAID-001"


def final(app: App, refund_no: str) -> str:
    path = f"/v3/refund/domestic/refunds/{refund_no}"
    for _ in range(200):
        if (status := str(app.pay_call("GET", path).json()["status"])) != "PROCESSING":
            return status
        time.sleep(0.01)
    raise AssertionError("still processing")


def test_a_refund_is_final_by_notify_and_query(app: App, sandbox: Sandbox, inbox: Inbox, paid: str) -> None:
    accepted = app.refund(paid, "R-1", 500, 2000, inbox.url).json()
    assert accepted["status"] == "PROCESSING"
    assert app.query(paid).json()["trade_state"] == "REFUND"
    told = opened(app, inbox.wait(1)[0])
    assert (told["refund_status"], told["out_refund_no"]) == ("SUCCESS", "R-1")
    assert told["amount"] == {"total": 2000, "refund": 500, "payer_total": 2000, "payer_refund": 500}
    assert final(app, "R-1") == "SUCCESS"


def test_the_same_number_is_the_same_refund(app: App, paid: str) -> None:
    first = app.refund(paid, "R-1", 500, 2000).json()
    assert app.refund(paid, "R-1", 500, 2000).json()["refund_id"] == first["refund_id"]
    assert refusal(app.refund(paid, "R-1", 600, 2000)) == (400, "INVALID_REQUEST")


def test_never_more_than_was_paid(app: App, paid: str) -> None:
    app.refund(paid, "R-1", 1500, 2000)
    time.sleep(APART)
    assert refusal(app.refund(paid, "R-2", 600, 2000)) == (400, "INVALID_REQUEST")
    assert app.refund(paid, "R-2", 500, 2000).status_code == 200


def test_two_refunds_need_a_minute_between(app: App, paid: str) -> None:
    app.refund(paid, "R-1", 500, 2000)
    assert refusal(app.refund(paid, "R-2", 500, 2000)) == (429, "FREQUENCY_LIMITED")


def test_refusals(app: App, sandbox: Sandbox, paid: str) -> None:
    app.prepay("UNPAID-1", 2000)
    assert refusal(app.refund("NO-SUCH-ORDER", "R-1", 500, 2000)) == (404, "RESOURCE_NOT_EXISTS")
    assert refusal(app.refund("UNPAID-1", "R-1", 500, 2000)) == (400, "INVALID_REQUEST")
    assert refusal(app.refund(paid, "R-1", 500, 2001)) == (400, "INVALID_REQUEST")
    assert refusal(app.refund(paid, "R-1", 508, 2000)) == (403, "NOT_ENOUGH")
    assert refusal(app.pay_call("GET", "/v3/refund/domestic/refunds/R-1")) == (404, "RESOURCE_NOT_EXISTS")


def test_magic_01_fails_but_the_refund_is_on_its_way(app: App, paid: str) -> None:
    assert refusal(app.refund(paid, "R-1", 501, 2000)) == (500, "SYSTEM_ERROR")
    assert app.refund(paid, "R-1", 501, 2000).status_code == 200


def test_an_abnormal_refund_can_be_repaired_and_a_closed_one_gives_the_money_back(app: App, paid: str) -> None:
    refund_id = app.refund(paid, "R-1", 506, 2000).json()["refund_id"]
    assert final(app, "R-1") == "ABNORMAL"
    path = f"/v3/refund/domestic/refunds/{refund_id}/apply-abnormal-refund"
    card = {"out_refund_no": "R-1", "type": "USER_BANK_CARD", "bank_type": "ICBC_DEBIT"}
    assert refusal(app.pay_call("POST", path, card | {"bank_account": "6222", "real_name": "张三"})) == (
        400,
        "PARAM_ERROR",
    )
    app.pay_call("POST", path, {"out_refund_no": "R-1", "type": "MERCHANT_BANK_CARD"})
    assert final(app, "R-1") == "SUCCESS"
    time.sleep(APART)
    app.refund(paid, "R-2", 1407, 2000)
    assert final(app, "R-2") == "CLOSED"
    time.sleep(APART)
    assert app.refund(paid, "R-3", 1494, 2000).status_code == 200


def test_a_refund_from_the_console_shows_in_the_query(app: App, sandbox: Sandbox, paid: str) -> None:
    sandbox.play(f"wechat/refund/{paid}", fen=2000)
    assert app.query(paid).json()["trade_state"] == "REFUND"
