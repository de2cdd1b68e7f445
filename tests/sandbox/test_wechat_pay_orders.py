"""WeChat Pay orders: the table of refusals, repeats, closing, expiry, magic amounts."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.builders.sandbox import BEIJING, App, Sandbox


def refusal(got: httpx.Response) -> tuple[int, str]:
    return got.status_code, got.json()["code"]


def test_the_same_request_gets_the_same_prepay_id_and_another_is_refused(app: App) -> None:
    first = app.prepay("ORDER-01", 2000)
    assert first.status_code == 200
    assert app.prepay("ORDER-01", 2000, scene_info={"payer_client_ip": "127.0.0.1"}).json() == first.json()
    changed = app.prepay("ORDER-01", 2100)
    assert refusal(changed) == (400, "INVALID_REQUEST")
    assert changed.json()["message"] == "201 商户订单号重复"


def test_a_paid_order_refuses_prepay_close_and_reuse(app: App, sandbox: Sandbox) -> None:
    app.prepay("ORDER-02", 2000)
    sandbox.play("wechat/pay/ORDER-02")
    assert refusal(app.prepay("ORDER-02", 2000)) == (400, "ORDERPAID")
    assert refusal(app.prepay("ORDER-02", 2100)) == (403, "OUT_TRADE_NO_USED")
    assert refusal(app.close("ORDER-02")) == (400, "ORDERPAID")


def test_a_closed_order_stays_closed(app: App, sandbox: Sandbox) -> None:
    app.prepay("ORDER-03", 2000)
    assert [app.close("ORDER-03").status_code, app.close("ORDER-03").status_code] == [204, 204]
    assert refusal(app.prepay("ORDER-03", 2000)) == (400, "ORDER_CLOSED")
    assert app.query("ORDER-03").json()["trade_state"] == "CLOSED"
    assert sandbox.http.post("/sandbox/wechat/pay/ORDER-03", json={}).status_code == 409


def test_unknown_orders_are_unknown(app: App) -> None:
    assert refusal(app.query("NO-SUCH-ORDER")) == (404, "ORDER_NOT_EXIST")
    assert refusal(app.close("NO-SUCH-ORDER")) == (404, "ORDER_NOT_EXIST")
    path = "/v3/pay/transactions/out-trade-no/NO-SUCH-ORDER"
    assert refusal(app.pay_call("GET", path)) == (400, "PARAM_ERROR")


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"amount": {"total": 0}}, (400, "PARAM_ERROR")),
        ({"amount": {"total": "20"}}, (400, "PARAM_ERROR")),
        ({"amount": {"total": 20, "currency": "USD"}}, (400, "PARAM_ERROR")),
        ({"payer": {}}, (400, "PARAM_ERROR")),
        ({"out_trade_no": "short"}, (400, "PARAM_ERROR")),
        ({"out_trade_no": "带汉字的订单号"}, (400, "PARAM_ERROR")),
        ({"description": ""}, (400, "PARAM_ERROR")),
        ({"notify_url": "http://127.0.0.1/notify?x=1"}, (400, "PARAM_ERROR")),
        ({"time_expire": "2020-01-01T00:00:00+08:00"}, (400, "PARAM_ERROR")),
        ({"appid": "wx0000000000000000"}, (400, "APPID_MCHID_NOT_MATCH")),
        ({"mchid": "1900000002"}, (400, "MCH_NOT_EXISTS")),
        ({"payer": {"openid": "o_badopenid"}}, (500, "OPENID_MISMATCH")),
    ],
)
def test_a_bad_order_is_refused_by_name(app: App, wrong: dict[str, Any], expected: tuple[int, str]) -> None:
    assert refusal(app.prepay("ORDER-04", 2000, **wrong)) == expected


def test_an_order_whose_time_is_over_closes_by_itself(app: App, sandbox: Sandbox) -> None:
    soon = datetime.now(BEIJING) + timedelta(minutes=2)
    app.prepay("ORDER-05", 2000, time_expire=soon.isoformat(timespec="seconds"))
    sandbox.play("dials", shift=180)
    assert app.query("ORDER-05").json()["trade_state"] == "CLOSED"


def test_a_prepay_id_lives_two_hours(app: App, sandbox: Sandbox) -> None:
    first = app.prepay("ORDER-06", 2000).json()["prepay_id"]
    sandbox.play("dials", shift=7300)
    assert sandbox.http.post(f"/sandbox/wechat/pay/{first}", json={}).status_code == 409
    second = app.prepay("ORDER-06", 2000).json()["prepay_id"]
    assert second != first
    assert sandbox.play(f"wechat/pay/{second}") == {"result": "ok"}


def test_magic_01_fails_but_the_order_exists(app: App) -> None:
    assert refusal(app.prepay("ORDER-07", 2001)) == (500, "SYSTEM_ERROR")
    assert app.query("ORDER-07").json()["trade_state"] == "NOTPAY"
    assert app.prepay("ORDER-07", 2001).status_code == 200


def test_magic_05_refuses_and_the_order_stays_open(app: App, sandbox: Sandbox) -> None:
    app.prepay("ORDER-08", 2005)
    assert sandbox.play("wechat/pay/ORDER-08") == {"result": "cancel"}
    assert app.query("ORDER-08").json()["trade_state"] == "NOTPAY"


def test_magic_03_pays_late_unless_closed_meanwhile(app: App, sandbox: Sandbox) -> None:
    app.prepay("ORDER-09", 2003)
    app.prepay("ORDER-10", 2003)
    assert sandbox.play("wechat/pay/ORDER-09") == {"result": "unknown"}
    assert sandbox.play("wechat/pay/ORDER-10") == {"result": "unknown"}
    assert app.close("ORDER-10").status_code == 204
    assert app.query("ORDER-09").json()["trade_state"] == "NOTPAY"
    sandbox.wait_for_notify("ORDER-09", state="waiting")
    assert app.query("ORDER-09").json()["trade_state"] == "SUCCESS"
    assert app.query("ORDER-10").json()["trade_state"] == "CLOSED"


def test_force_lets_money_arrive_at_a_closed_order(app: App, sandbox: Sandbox) -> None:
    app.prepay("ORDER-11", 2000)
    app.close("ORDER-11")
    sandbox.play("wechat/pay/ORDER-11", force=True)
    assert app.query("ORDER-11").json()["trade_state"] == "SUCCESS"
