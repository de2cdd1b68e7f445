"""The wallet: the payer's page, the five ways to go on, and the way back."""

import time

import pytest

from tests.builders.sandbox import App, Inbox, Sandbox, rsa_sign

BACK = "http://127.0.0.1:8100/#/pay?bill=1"


def payment(app: App, number: str, fen: int = 2000, **other: str) -> dict[str, str]:
    """What wx.requestPayment is given."""
    prepay = app.prepay(number, fen).json()["prepay_id"]
    asked = {
        "appId": app.env["WECHAT_APP_ID"],
        "timeStamp": str(int(time.time())),
        "nonceStr": "nonce",
        "package": f"prepay_id={prepay}",
    }
    text = "".join(f"{asked[name]}\n" for name in ("appId", "timeStamp", "nonceStr", "package"))
    sign = rsa_sign(app.merchant_key, text.encode())
    return asked | {"signType": "RSA", "paySign": sign, "return": BACK} | other


def test_the_page_shows_what_is_paid_and_to_whom(app: App) -> None:
    page = app.http.get("/wallet/wechat", params=payment(app, "WALLET-1")).text
    for word in ("示例市政务服务", "不动产登记费", "20.00", "张三", "确认支付", "放弃支付"):
        assert word in page


@pytest.mark.parametrize("wrong", [{"nonceStr": "other"}, {"signType": "MD5"}, {"paySign": "AAAA"}, {"package": "x"}])
def test_a_wrong_pay_sign_is_refused(app: App, wrong: dict[str, str]) -> None:
    got = app.http.get("/wallet/wechat", params=payment(app, "WALLET-2", **wrong))
    assert got.status_code == 400
    assert "支付验证签名失败" in got.text


@pytest.mark.parametrize(
    ("how", "result", "state"),
    [("pay", "ok", "SUCCESS"), ("refuse", "cancel", "NOTPAY"), ("late", "unknown", "NOTPAY")],
)
def test_the_payer_decides_and_goes_back(app: App, how: str, result: str, state: str) -> None:
    payment(app, "WALLET-3")
    form = {"number": "WALLET-3", "how": how, "return": BACK, "seconds": "6000"}
    back = app.http.post("/wallet/wechat/pay", data=form)
    assert (back.status_code, back.headers["location"]) == (303, f"http://127.0.0.1:8100/?payment={result}#/pay?bill=1")
    assert app.query("WALLET-3").json()["trade_state"] == state


def test_a_paid_order_cannot_be_paid_again(app: App, sandbox: Sandbox) -> None:
    asked = payment(app, "WALLET-4")
    sandbox.play("wechat/pay/WALLET-4")
    assert "订单已支付" in app.http.get("/wallet/wechat", params=asked).text
    again = app.http.post("/wallet/wechat/pay", data={"number": "WALLET-4", "how": "pay"})
    assert again.status_code == 400


def test_alipays_wallet_pays_twice_at_once(app: App, inbox: Inbox) -> None:
    number = app.trade("WALLET_5", "20.00", inbox.url)["trade_no"]
    assert "20.00" in app.http.get("/wallet/alipay", params={"tradeNO": number, "return": BACK}).text
    back = app.http.post("/wallet/alipay/pay", data={"number": number, "how": "twice", "return": BACK})
    assert "payment=9000" in back.headers["location"]
    assert len(inbox.wait(2)) == 2


def test_the_way_back_is_never_a_script(app: App) -> None:
    payment(app, "WALLET-6")
    got = app.http.post(
        "/wallet/wechat/pay", data={"number": "WALLET-6", "how": "pay", "return": "javascript:alert(1)"}
    )
    assert got.status_code == 200
    assert "javascript:" not in got.text


def test_the_first_page_shows_what_happened(app: App, sandbox: Sandbox, inbox: Inbox) -> None:
    app.prepay("HOME-001", 2000, inbox.url)
    sandbox.play("wechat/pay/HOME-001")
    sandbox.wait_for_notify("HOME-001", state="accepted")
    app.trade("HOME_1", "3.50")
    body = {"touser": "oDEMO-zhangsan-000000000001", "template_id": "tpl-bill"}
    data = {
        "data": {"thing1": {"value": "<b>登记费</b>"}, "amount2": {"value": "20.00元"}, "thing3": {"value": "已缴"}}
    }
    app.http.post(f"/cgi-bin/message/subscribe/send?access_token={app.token()}", json=body | data)
    sandbox.play("trouble", service="alipay", kind="slow", seconds=60)
    page = app.http.get("/").text
    for word in (
        "HOME-001",
        "¥20.00",
        "HOME_1",
        "¥3.50",
        "缴费提醒",
        "TRANSACTION.SUCCESS",
        "已接收",
        "张三",
        "故障中",
    ):
        assert word in page
    assert "<b>登记费</b>" not in page


def test_the_switches_of_the_first_page_work(app: App, sandbox: Sandbox, inbox: Inbox) -> None:
    app.http.post("/trouble", data={"service": "wechat_pay", "kind": "down"})
    assert app.query("ANY-ORDER").status_code == 502
    app.http.post("/trouble", data={"service": "wechat_pay", "kind": "none"})
    app.prepay("HOME-002", 2002, inbox.url)
    sandbox.play("wechat/pay/HOME-002")
    app.http.post("/resend", data={"id": sandbox.notifies("HOME-002")[0]["id"]})
    assert len(inbox.wait(1)) == 1
