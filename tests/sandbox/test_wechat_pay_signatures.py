"""WeChat Pay's signatures: whom it believes, and with which key it answers."""

import time

import pytest

from tests.builders.sandbox import App, Sandbox

CERTIFICATES = "/v3/certificates"


@pytest.mark.parametrize(
    "wrong",
    [
        {"signature": "AAAA"},
        {"signature": "%%%"},
        {"serial": "ABCDEF"},
        {"serial": "not-hex"},
        {"mchid": "1900000002"},
        {"timestamp": str(int(time.time()) - 600)},
        {"timestamp": "yesterday"},
    ],
)
def test_a_wrong_authorization_is_refused(app: App, wrong: dict[str, str]) -> None:
    got = app.pay_call("GET", CERTIFICATES, **wrong)
    assert (got.status_code, got.json()["code"]) == (401, "SIGN_ERROR")


def test_a_signature_is_bound_to_path_and_body(app: App) -> None:
    headers = app.pay_call("POST", "/v3/refund/domestic/refunds", {"a": 1}).request.headers
    for path, body in (("/v3/refund/domestic/refunds", b'{"a": 2}'), ("/v3/refund/domestic/refunds?x=1", b'{"a": 1}')):
        assert app.http.post(path, content=body, headers=headers).json()["code"] == "SIGN_ERROR"
    assert app.http.post("/v3/refund/domestic/refunds", content=b'{"a": 1}', headers=headers).status_code == 400


def test_serials_are_compared_as_numbers(app: App) -> None:
    serial = app.env["WECHAT_PAY_MERCHANT_SERIAL"]
    for spelling in (serial.lower(), serial.lstrip("0"), "00" + serial):
        assert app.pay_call("GET", CERTIFICATES, serial=spelling).status_code == 200


def test_a_call_needs_accept_and_user_agent(app: App) -> None:
    headers = dict(app.pay_call("GET", CERTIFICATES).request.headers)
    for name in ("accept", "user-agent"):
        got = app.http.get(CERTIFICATES, headers=headers | {name: "text/html" if name == "accept" else ""})
        assert got.json()["code"] == "PARAM_ERROR"


def test_the_answer_is_signed_by_the_key_the_caller_names(app: App) -> None:
    ours = [app.env["WECHAT_PAY_PUBLIC_KEY_ID"]]
    ours += [one["serial_no"] for one in app.pay_call("GET", CERTIFICATES).json()["data"]]
    for serial in ours:
        got = app.pay_call("GET", CERTIFICATES, wechatpay_serial=serial)
        assert got.headers["Wechatpay-Serial"] == serial
        app.check_pay_signature(got.headers, got.content)
    unnamed = app.pay_call("GET", CERTIFICATES)
    assert unnamed.headers["Wechatpay-Serial"] == ours[-1]
    app.check_pay_signature(unnamed.headers, unnamed.content)


def test_refusals_are_signed_too_but_not_to_strangers(app: App) -> None:
    refused = app.query("NO-SUCH-ORDER")
    app.check_pay_signature(refused.headers, refused.content)
    assert "Wechatpay-Signature" not in app.pay_call("GET", CERTIFICATES, signature="AAAA").headers


def test_a_probe_in_a_response_does_not_verify(app: App, sandbox: Sandbox) -> None:
    sandbox.play("trouble", service="wechat_pay", kind="sign_test", times=1)
    got = app.pay_call("GET", CERTIFICATES)
    assert got.headers["Wechatpay-Signature"].startswith("WECHATPAY/SIGNTEST/")
    with pytest.raises(ValueError, match=r"(?i)padding|base64|data"):
        app.check_pay_signature(got.headers, got.content)
