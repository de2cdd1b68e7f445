"""Alipay's own Python client talks to the sandbox and agrees on every signature (it knows key mode only)."""

import http.client
import json
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from alipay.aop.api.AlipayClientConfig import AlipayClientConfig
from alipay.aop.api.DefaultAlipayClient import DefaultAlipayClient
from alipay.aop.api.domain.AlipayTradeCreateModel import AlipayTradeCreateModel
from alipay.aop.api.domain.AlipayTradeFastpayRefundQueryModel import AlipayTradeFastpayRefundQueryModel
from alipay.aop.api.domain.AlipayTradeQueryModel import AlipayTradeQueryModel
from alipay.aop.api.domain.AlipayTradeRefundModel import AlipayTradeRefundModel
from alipay.aop.api.exception.Exception import ResponseException
from alipay.aop.api.request.AlipaySystemOauthTokenRequest import AlipaySystemOauthTokenRequest
from alipay.aop.api.request.AlipayTradeCloseRequest import AlipayTradeCloseRequest
from alipay.aop.api.request.AlipayTradeCreateRequest import AlipayTradeCreateRequest
from alipay.aop.api.request.AlipayTradeFastpayRefundQueryRequest import AlipayTradeFastpayRefundQueryRequest
from alipay.aop.api.request.AlipayTradeQueryRequest import AlipayTradeQueryRequest
from alipay.aop.api.request.AlipayTradeRefundRequest import AlipayTradeRefundRequest
from alipay.aop.api.response.AlipaySystemOauthTokenResponse import AlipaySystemOauthTokenResponse
from alipay.aop.api.response.AlipayTradeCreateResponse import AlipayTradeCreateResponse
from alipay.aop.api.util import WebUtils
from alipay.aop.api.util.SignatureUtils import get_sign_content, verify_with_rsa

from tests.builders.sandbox import App, Inbox, Sandbox
from tests.sandbox.test_alipay_notices import form_of


@pytest.fixture
def client(app: App, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[DefaultAlipayClient]:
    """The client, led to the sandbox: it adds the port number to a text, and stamps requests with local time."""

    def connection(url: str, query: str, timeout: float) -> tuple[str, http.client.HTTPConnection]:
        parts = urlsplit(url)
        return f"{url}?{query}", http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=timeout)

    monkeypatch.setattr(WebUtils, "get_http_connection", connection)
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    config = AlipayClientConfig()
    config.server_url = f"{sandbox.url}/gateway.do"
    config.app_id = app.env["ALIPAY_APP_ID"]
    config.app_private_key = bare(app.folder / "alipay_app_key_pkcs1.pem")
    config.alipay_public_key = bare(Path(app.env["ALIPAY_PUBLIC_KEY_FILE"]))
    yield DefaultAlipayClient(config)
    monkeypatch.undo()
    time.tzset()


def bare(pem: Path) -> str:
    """The client wants keys without their first and last line."""
    return "".join(pem.read_text().splitlines()[1:-1])


def trade(number: str, yuan: str, notify_url: str = "") -> AlipayTradeCreateRequest:
    model = AlipayTradeCreateModel()
    model.out_trade_no, model.total_amount, model.subject = number, yuan, "缴费/测试"
    model.buyer_id = "2088000000000002"
    request = AlipayTradeCreateRequest(biz_model=model)
    request.notify_url = notify_url
    return request


def test_a_trade_is_created_paid_refunded_and_queried(client: DefaultAlipayClient, sandbox: Sandbox) -> None:
    response = AlipayTradeCreateResponse()
    response.parse_response_content(client.execute(trade("ALI_0001", "20.00")))
    assert response.is_success()
    sandbox.play("alipay/pay/ALI_0001")
    query = AlipayTradeQueryModel()
    query.trade_no = response.trade_no
    assert '"trade_status":"TRADE_SUCCESS"' in client.execute(AlipayTradeQueryRequest(biz_model=query))
    refund = AlipayTradeRefundModel()
    refund.trade_no, refund.refund_amount, refund.out_request_no = response.trade_no, "5.00", "R1"
    assert '"fund_change":"Y"' in client.execute(AlipayTradeRefundRequest(biz_model=refund))
    assert '"fund_change":"N"' in client.execute(AlipayTradeRefundRequest(biz_model=refund))
    asked = AlipayTradeFastpayRefundQueryModel()
    asked.trade_no, asked.out_request_no = response.trade_no, "R1"
    assert "REFUND_SUCCESS" in client.execute(AlipayTradeFastpayRefundQueryRequest(biz_model=asked))
    close = AlipayTradeCloseRequest(biz_model=query)
    assert "ACQ.TRADE_STATUS_ERROR" in client.execute(close)


def test_a_login_code_becomes_a_token_once(client: DefaultAlipayClient, sandbox: Sandbox) -> None:
    request = AlipaySystemOauthTokenRequest()
    request.grant_type = "authorization_code"
    request.code = sandbox.play("alipay/code", user_id="2088000000000002")["code"]
    response = AlipaySystemOauthTokenResponse()
    response.parse_response_content(client.execute(request))
    assert response.is_success()
    assert response.user_id == "2088000000000002"
    again = AlipaySystemOauthTokenResponse()
    again.parse_response_content(client.execute(request))
    assert again.sub_code == "isv.code-invalid"


def test_a_wrongly_signed_response_is_noticed(client: DefaultAlipayClient, sandbox: Sandbox) -> None:
    sandbox.play("trouble", service="alipay", kind="bad_signature", times=1)
    with pytest.raises(ResponseException, match="sign verify failed"):
        client.execute(trade("ALI_0002", "20.00"))


def test_a_notify_verifies_with_the_client(
    client: DefaultAlipayClient, sandbox: Sandbox, inbox: Inbox, app: App
) -> None:
    client.execute(trade("ALI_0003", "20.00", inbox.url))
    sandbox.play("alipay/pay/ALI_0003")
    form = form_of(inbox.wait(1)[0])
    sign, _ = form.pop("sign"), form.pop("sign_type")
    key = bare(Path(app.env["ALIPAY_PUBLIC_KEY_FILE"]))
    assert verify_with_rsa(key, get_sign_content(form).encode(), sign)
    assert form["trade_status"] == "TRADE_SUCCESS"


def test_the_body_may_hold_a_decoy_of_the_signature(client: DefaultAlipayClient) -> None:
    request = trade("ALI_0004", "20.00")
    request.biz_model.subject = '退},"sign":"x"}费'
    assert json.loads(client.execute(request))["out_trade_no"] == "ALI_0004"


def test_utc_time_is_refused(client: DefaultAlipayClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    assert datetime.now().astimezone().utcoffset().total_seconds() == 0  # type: ignore[union-attr]
    assert "isv.invalid-timestamp" in client.execute(trade("ALI_0005", "20.00"))
