"""Failures on demand: what was done, what was answered, and when it is over."""

import time

import httpx
import pytest

from tests.builders.sandbox import App, Sandbox
from tests.sandbox.test_wechat_pay_orders import refusal


def test_down_is_a_502_of_the_gateway(app: App, sandbox: Sandbox) -> None:
    sandbox.play("trouble", service="wechat_pay", kind="down", times=2)
    assert [app.prepay("DOWN-001", 2000).status_code for _ in range(3)] == [502, 502, 200]


def test_drop_does_nothing_and_drop_after_accept_does_it(app: App, sandbox: Sandbox) -> None:
    sandbox.play("trouble", service="wechat_pay", kind="drop", times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        app.prepay("DROP-001", 2000)
    assert refusal(app.query("DROP-001")) == (404, "ORDER_NOT_EXIST")
    sandbox.play("trouble", service="wechat_pay", kind="drop_after_accept", times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        app.prepay("DROP-001", 2000)
    assert app.query("DROP-001").json()["trade_state"] == "NOTPAY"


def test_slow_answers_late_but_truly(app: App, sandbox: Sandbox) -> None:
    sandbox.play("trouble", service="alipay", kind="slow", times=1, delay=0.4)
    began = time.monotonic()
    assert app.trade("SLOW_1", "20.00")["code"] == "10000"
    assert time.monotonic() - began >= 0.4


def test_each_vendor_says_system_error_in_its_own_words(app: App, sandbox: Sandbox) -> None:
    for service in ("wechat", "wechat_pay", "alipay"):
        sandbox.play("trouble", service=service, kind="system_error", times=1)
    assert app.http.get("/sns/jscode2session").json()["errcode"] == -1
    assert refusal(app.prepay("ERROR-01", 2000)) == (500, "SYSTEM_ERROR")
    answer = app.trade("ERROR_1", "20.00")
    assert (answer["code"], answer["sub_code"]) == ("20000", "isp.unknow-error")
    assert refusal(app.query("ERROR-01")) == (404, "ORDER_NOT_EXIST")


def test_a_failure_ends_by_time_or_by_word(app: App, sandbox: Sandbox) -> None:
    sandbox.play("trouble", service="wechat_pay", kind="down", seconds=0.3)
    assert app.query("ANY-ORDER").status_code == 502
    time.sleep(0.35)
    assert app.query("ANY-ORDER").status_code == 404
    sandbox.play("trouble", service="wechat_pay", kind="down", seconds=60)
    assert sandbox.play("trouble", service="wechat_pay", kind="none") == []
    assert app.query("ANY-ORDER").status_code == 404


def test_an_unknown_failure_is_refused(sandbox: Sandbox) -> None:
    assert sandbox.http.post("/sandbox/trouble", json={"service": "bank", "kind": "down"}).status_code == 400
    assert sandbox.http.post("/sandbox/trouble", json={}).status_code == 400
    assert sandbox.http.post("/sandbox/wechat/pay/NO-SUCH", json={"how": "pay"}).status_code == 409
