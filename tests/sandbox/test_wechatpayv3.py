"""The published Python client ``wechatpayv3`` talks to the sandbox and agrees on every signature, in both modes."""

import json
import logging
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from wechatpayv3 import WeChatPay, WeChatPayType
from wechatpayv3.core import Core

from tests.builders.sandbox import App, Inbox, Sandbox

TIMEOUT = (3, 10)  # the client's own default is to wait for ever
OPENID = {"openid": "oDEMO-lisi-0000000000000002"}


def client(app: App, **mode: str) -> WeChatPay:
    return WeChatPay(
        wechatpay_type=WeChatPayType.MINIPROG,
        mchid=app.env["WECHAT_PAY_MERCHANT_ID"],
        private_key=Path(app.env["WECHAT_PAY_MERCHANT_KEY_FILE"]).read_text(),
        cert_serial_no=app.env["WECHAT_PAY_MERCHANT_SERIAL"].lower(),
        appid=app.env["WECHAT_APP_ID"],
        apiv3_key=app.env["WECHAT_PAY_API_V3_KEY"],
        notify_url="http://127.0.0.1:9/notify",
        logger=logging.getLogger("wechatpayv3"),
        timeout=TIMEOUT,
        **mode,
    )


@pytest.fixture(params=["public key", "platform certificate"])
def pay(request: pytest.FixtureRequest, app: App, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> WeChatPay:
    """The client, led to the sandbox; in certificate mode its constructor downloads the certificates there."""
    if request.param == "public key":
        made = client(
            app,
            public_key=Path(app.env["WECHAT_PAY_PUBLIC_KEY_FILE"]).read_text(),
            public_key_id=app.env["WECHAT_PAY_PUBLIC_KEY_ID"],
        )
        made._core._gate_way = sandbox.url
        return made
    monkeypatch.setattr(Core, "_init_certificates", led_to(sandbox.url, Core._init_certificates))
    return client(app)


def led_to(url: str, initialise: Callable[[Core], None]) -> Callable[[Core], None]:
    """The gateway's address has no option, and in certificate mode the constructor calls it already."""

    def patched(core: Core) -> None:
        core._gate_way = url
        initialise(core)

    return patched


def create(pay: WeChatPay, number: str, fen: int = 2000, **other: str) -> tuple[int, str]:
    status, text = pay.pay(description="缴费", out_trade_no=number, amount={"total": fen}, payer=OPENID, **other)
    return status, text


def test_an_order_lives_and_is_refunded(pay: WeChatPay, sandbox: Sandbox) -> None:
    status, text = create(pay, "SDK-0001")
    assert (status, list(json.loads(text))) == (200, ["prepay_id"])
    assert json.loads(pay.query(out_trade_no="SDK-0001")[1])["trade_state"] == "NOTPAY"
    sandbox.play("wechat/pay/SDK-0001", how="pay")
    paid = json.loads(pay.query(out_trade_no="SDK-0001")[1])
    assert json.loads(pay.query(transaction_id=paid["transaction_id"])[1]) == paid
    status, text = pay.close("SDK-0001")
    assert (status, json.loads(text)["code"]) == (400, "ORDERPAID")
    status, text = pay.refund("SDK-R-1", {"refund": 500, "total": 2000, "currency": "CNY"}, out_trade_no="SDK-0001")
    assert (status, json.loads(text)["status"]) == (200, "PROCESSING")
    while json.loads(pay.query_refund("SDK-R-1")[1])["status"] != "SUCCESS":
        time.sleep(0.02)


def test_closing_answers_204_with_a_signature_over_nothing(pay: WeChatPay) -> None:
    create(pay, "SDK-0002")
    assert pay.close("SDK-0002")[0] == 204


def test_a_wrongly_signed_response_is_noticed(pay: WeChatPay, sandbox: Sandbox) -> None:
    sandbox.play("trouble", service="wechat_pay", kind="bad_signature", times=1)
    with pytest.raises(Exception, match="failed to verify the signature"):
        create(pay, "SDK-0003")
    assert create(pay, "SDK-0003")[0] == 200


def test_a_notify_is_verified_and_decrypted(pay: WeChatPay, sandbox: Sandbox, inbox: Inbox) -> None:
    sandbox.play("dials", public_key_share=100 if pay._core._public_key_id else 0)
    create(pay, "SDK-0004", notify_url=inbox.url)
    sandbox.play("wechat/pay/SDK-0004")
    arrival = inbox.wait(1)[0]
    told = pay.callback(arrival.headers, arrival.body)
    assert told["resource"]["out_trade_no"] == "SDK-0004"
    assert told["event_type"] == "TRANSACTION.SUCCESS"
    assert pay.callback(arrival.headers, arrival.body.replace(b"SUCCESS", b"success")) is None


def test_during_migration_a_notify_may_still_come_by_certificate(
    pay: WeChatPay, sandbox: Sandbox, inbox: Inbox
) -> None:
    sandbox.play("dials", public_key_share=0)
    create(pay, "SDK-0006", notify_url=inbox.url)
    sandbox.play("wechat/pay/SDK-0006")
    arrival = inbox.wait(1)[0]
    assert pay.callback(arrival.headers, arrival.body)["resource"]["out_trade_no"] == "SDK-0006"


def test_pay_sign_of_the_client_opens_the_wallet(pay: WeChatPay, sandbox: Sandbox) -> None:
    prepay = json.loads(create(pay, "SDK-0005")[1])["prepay_id"]
    parts = [pay._appid, "1770000000", "nonce", f"prepay_id={prepay}"]
    names = ("appId", "timeStamp", "nonceStr", "package")
    query = dict(zip(names, parts, strict=True)) | {"signType": "RSA", "paySign": pay.sign(parts)}
    got = sandbox.http.get("/wallet/wechat", params=query)
    assert got.status_code == 200
    assert "20.00" in got.text
    assert "支付验证签名失败" in sandbox.http.get("/wallet/wechat", params=query | {"timeStamp": "1770000001"}).text
