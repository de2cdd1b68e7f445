"""Alipay's gateway: system parameters, both modes, trades and refunds with their sub codes."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.x509 import load_pem_x509_certificate

from sandbox import certificates
from tests.builders.sandbox import BEIJING, App, Sandbox, rsa_verify


def sub_code(answer: dict[str, Any]) -> str:
    return str(answer["sub_code"])


def refund(app: App, number: str, yuan: str, request_no: str = "") -> dict[str, Any]:
    content = {"out_trade_no": number, "refund_amount": yuan, "out_request_no": request_no}
    return app.alipay("alipay.trade.refund", content)


@pytest.fixture
def paid(app: App, sandbox: Sandbox) -> str:
    app.trade("PAID_1", "20.00")
    sandbox.play("alipay/pay/PAID_1")
    return "PAID_1"


@pytest.mark.parametrize(
    ("wrong", "code", "expected"),
    [
        ({"method": ""}, "40001", "isv.missing-method"),
        ({"version": ""}, "40001", "isv.missing-version"),
        ({"app_id": "2021000000000002"}, "40002", "isv.invalid-app-id"),
        ({"sign_type": "RSA"}, "40002", "isv.invalid-signature-type"),
        ({"timestamp": "2026/01/01"}, "40002", "isv.invalid-timestamp"),
        ({"timestamp": "2020-01-01 00:00:00"}, "40002", "isv.invalid-timestamp"),
        ({"method": "alipay.trade.pay"}, "40002", "isv.invalid-method"),
        ({"app_cert_sn": "0" * 32, "alipay_root_cert_sn": "0" * 32}, "40002", "isv.invalid-cert-sn"),
    ],
)
def test_a_wrong_system_parameter_is_refused(app: App, wrong: dict[str, str], code: str, expected: str) -> None:
    got = app.http.post("/gateway.do", data=app.alipay_params("alipay.trade.query", {"out_trade_no": "X"}, **wrong))
    assert got.status_code == 200
    body = next(value for name, value in got.json().items() if name.endswith("_response"))
    assert (body["code"], body["sub_code"]) == (code, expected)


def test_a_tampered_request_is_refused_and_a_stranger_gets_no_signature(app: App) -> None:
    params = app.alipay_params("alipay.trade.query", {"out_trade_no": "X"})
    answer = app.http.post("/gateway.do", data=params | {"biz_content": "{}"})
    assert sub_code(app.alipay_body(answer.text)) == "isv.invalid-signature"
    stranger = app.http.post("/gateway.do", data=params | {"app_id": "2021000000000002"}).json()
    assert list(stranger) == ["error_response"]


def test_parameters_may_stand_in_the_query_and_in_gbk(app: App) -> None:
    params = app.alipay_params("alipay.trade.query", {"out_trade_no": "查无此单"})
    assert sub_code(app.alipay_body(app.http.post("/gateway.do", params=params).text)) == "ACQ.TRADE_NOT_EXIST"
    content = {"out_trade_no": "GBK_1", "total_amount": "1.10", "subject": "居住证", "buyer_id": "2088000000000001"}
    gbk = app.alipay_params("alipay.trade.create", content, charset="GBK")
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    got = app.http.post("/gateway.do", content=urlencode(gbk, encoding="gbk"), headers=headers)
    assert '"code":"10000"' in got.content.decode("gbk")


def test_the_signature_covers_the_text_as_it_stands(app: App) -> None:
    content = {"out_trade_no": "SLASH_1", "total_amount": "20.00", "subject": "a/b", "buyer_id": "2088000000000001"}
    app.alipay("alipay.trade.create", content)
    params = app.alipay_params("alipay.trade.query", {"out_trade_no": "SLASH_1"})
    text = app.http.post("/gateway.do", data=params).text
    assert app.alipay_body(text)["out_trade_no"] == "SLASH_1"
    with pytest.raises(InvalidSignature):
        app.alipay_body(text.replace("20.00", "20.01"))


def test_certificate_mode_answers_with_its_serial_and_key(app: App) -> None:
    app_cert = load_pem_x509_certificate(Path(app.env["ALIPAY_APP_CERT_FILE"]).read_bytes())
    serials = {
        "app_cert_sn": certificates.alipay_serial(app_cert),
        "alipay_root_cert_sn": certificates.alipay_root_serial(Path(app.env["ALIPAY_ROOT_CERT_FILE"]).read_bytes()),
    }
    params = app.alipay_params("alipay.trade.query", {"out_trade_no": "X"}, **serials)
    whole = app.http.post("/gateway.do", data=params)
    alipay_cert = load_pem_x509_certificate(Path(app.env["ALIPAY_CERT_FILE"]).read_bytes())
    assert whole.json()["alipay_cert_sn"] == certificates.alipay_serial(alipay_cert)
    raw = whole.text[whole.text.index(":") + 1 : whole.text.index(',"alipay_cert_sn"')]
    rsa_verify(app.alipay_cert_key(), raw.encode(), whole.json()["sign"])


def test_a_trade_from_creation_to_closing(app: App, sandbox: Sandbox) -> None:
    created = app.trade("TRADE_1", "20.00")
    assert app.trade("TRADE_1", "20.00") == created
    assert sub_code(app.trade("TRADE_1", "21.00")) == "ACQ.CONTEXT_INCONSISTENT"
    assert app.alipay("alipay.trade.query", {"out_trade_no": "TRADE_1"})["trade_status"] == "WAIT_BUYER_PAY"
    assert app.alipay("alipay.trade.close", {"trade_no": created["trade_no"]})["code"] == "10000"
    assert app.alipay("alipay.trade.query", {"out_trade_no": "TRADE_1"})["trade_status"] == "TRADE_CLOSED"
    assert sub_code(app.trade("TRADE_1", "20.00")) == "ACQ.TRADE_HAS_CLOSE"
    assert sandbox.http.post("/sandbox/alipay/pay/TRADE_1", json={}).status_code == 409


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"total_amount": "0.00"}, "ACQ.INVALID_PARAMETER"),
        ({"total_amount": "1.234"}, "ACQ.INVALID_PARAMETER"),
        ({"total_amount": "-1"}, "ACQ.INVALID_PARAMETER"),
        ({"out_trade_no": "有汉字"}, "ACQ.INVALID_PARAMETER"),
        ({"op_app_id": ""}, "ACQ.INVALID_PARAMETER"),
        ({"buyer_open_id": ""}, "ACQ.INVALID_PARAMETER"),
        ({"seller_id": "2088000000000009"}, "ACQ.INVALID_PARAMETER"),
        ({"buyer_open_id": "", "buyer_id": "123"}, "ACQ.BUYER_NOT_EXIST"),
    ],
)
def test_a_bad_trade_is_refused_by_name(app: App, wrong: dict[str, str], expected: str) -> None:
    assert sub_code(app.trade("TRADE_2", "20.00", **wrong)) == expected


def test_a_paid_trade_cannot_be_created_or_closed(app: App, paid: str) -> None:
    assert sub_code(app.trade(paid, "20.00")) == "ACQ.TRADE_HAS_SUCCESS"
    assert sub_code(app.alipay("alipay.trade.close", {"out_trade_no": paid})) == "ACQ.TRADE_STATUS_ERROR"
    told = app.alipay("alipay.trade.query", {"out_trade_no": paid})
    assert (told["trade_status"], told["buyer_pay_amount"]) == ("TRADE_SUCCESS", "20.00")


def test_a_trade_whose_time_is_over_closes_by_itself(app: App, sandbox: Sandbox) -> None:
    app.trade("TRADE_3", "20.00", timeout_express="5m")
    app.trade("TRADE_4", "20.00", time_expire=f"{datetime.now(BEIJING) + timedelta(hours=1):%Y-%m-%d %H:%M:%S}")
    sandbox.play("dials", shift=400)
    statuses = [app.alipay("alipay.trade.query", {"out_trade_no": f"TRADE_{n}"})["trade_status"] for n in (3, 4)]
    assert statuses == ["TRADE_CLOSED", "WAIT_BUYER_PAY"]


def test_magic_01_fails_but_the_trade_exists(app: App) -> None:
    assert sub_code(app.trade("TRADE_5", "20.01")) == "ACQ.SYSTEM_ERROR"
    assert app.trade("TRADE_5", "20.01")["code"] == "10000"


def test_refunds_add_up_and_a_repeat_moves_nothing(app: App, paid: str) -> None:
    first = refund(app, paid, "5.00", "R1")
    assert (first["fund_change"], first["refund_fee"]) == ("Y", "5.00")
    again = refund(app, paid, "5.00", "R1")
    assert (again["fund_change"], again["refund_fee"]) == ("N", "5.00")
    assert sub_code(refund(app, paid, "6.00", "R1")) == "ACQ.DISCORDANT_REPEAT_REQUEST"
    assert sub_code(refund(app, paid, "15.01", "R2")) == "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"
    assert refund(app, paid, "15.00", "R2")["refund_fee"] == "20.00"
    assert app.alipay("alipay.trade.query", {"out_trade_no": paid})["trade_status"] == "TRADE_CLOSED"


def test_refunds_that_cannot_be(app: App, paid: str) -> None:
    app.trade("UNPAID_1", "20.00")
    assert sub_code(refund(app, "UNPAID_1", "20.00")) == "ACQ.TRADE_STATUS_ERROR"
    assert sub_code(refund(app, "NO_SUCH", "20.00")) == "ACQ.TRADE_NOT_EXIST"
    assert sub_code(refund(app, paid, "0.00", "R1")) == "ACQ.REASON_TRADE_REFUND_FEE_ERR"
    assert sub_code(refund(app, paid, "5.08", "R1")) == "ACQ.SELLER_BALANCE_NOT_ENOUGH"
    assert sub_code(refund(app, paid, "5.00")) == "ACQ.INVALID_PARAMETER"


def test_a_refund_that_has_not_moved_is_answered_without_fields(app: App, paid: str) -> None:
    method = "alipay.trade.fastpay.refund.query"
    assert app.alipay(method, {"out_trade_no": paid, "out_request_no": "R1"}) == {"code": "10000", "msg": "Success"}
    assert refund(app, paid, "5.06", "R1")["fund_change"] == "N"
    assert "refund_status" not in app.alipay(method, {"out_trade_no": paid, "out_request_no": "R1"})
    refund(app, paid, "5.00", "R2")
    told = app.alipay(method, {"out_trade_no": paid, "out_request_no": "R2", "query_options": ["gmt_refund_pay"]})
    assert (told["refund_status"], told["refund_amount"]) == ("REFUND_SUCCESS", "5.00")
    assert told["gmt_refund_pay"]


def test_messages_need_consent(app: App, sandbox: Sandbox) -> None:
    def send(to: str) -> dict[str, Any]:
        data = '{"keyword1": {"value": "预约成功"}}'
        content = {"to_open_id": to, "user_template_id": "tpl-booking", "page": "pages/mine", "data": data}
        return app.alipay("alipay.open.app.mini.templatemessage.send", content)

    assert send("0demo-zhangsan-0000000000000000000000000000001")["code"] == "10000"
    assert sub_code(send("0demo-zhaoliu-000000000000000000000000000004")) == "USER_REFUSE_RECEIVE"
    assert [one["vendor"] for one in sandbox.http.get("/sandbox/messages").json()] == ["alipay"]


def test_login_and_user_info(app: App, sandbox: Sandbox) -> None:
    code = sandbox.play("alipay/code", user_id="2088000000000003")["code"]
    granted = app.alipay("alipay.system.oauth.token", grant_type="authorization_code", code=code)
    assert granted["user_id"] == "2088000000000003"
    assert "code" not in granted
    assert app.alipay("alipay.user.info.share", auth_token=granted["access_token"])["nick_name"] == "王五"
    assert sub_code(app.alipay("alipay.user.info.share", auth_token="x")) == "aop.invalid-auth-token"
    again = app.alipay("alipay.system.oauth.token", grant_type="refresh_token", refresh_token=granted["refresh_token"])
    assert again["open_id"] == granted["open_id"]
    sandbox.play("dials", shift=301)
    late = sandbox.play("alipay/code", user_id="2088000000000003")["code"]
    sandbox.play("dials", shift=700)
    assert (
        sub_code(app.alipay("alipay.system.oauth.token", grant_type="authorization_code", code=late))
        == "isv.code-invalid"
    )
