"""Alipay's notifies: signed forms, told again until the answer is exactly ``success``."""

from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.x509 import Certificate, load_pem_x509_certificate

from sandbox import certificates
from sandbox.alipay_notices import SCHEDULE
from tests.builders.sandbox import App, Arrival, Inbox, Sandbox, public_key, rsa_verify


def form_of(arrival: Arrival) -> dict[str, str]:
    return dict(parse_qsl(arrival.body.decode(), strict_parsing=True))


def check(app: App, form: dict[str, str]) -> None:
    text = "&".join(f"{name}={value}" for name, value in sorted(form.items()) if name not in ("sign", "sign_type"))
    rsa_verify(public_key(app.env["ALIPAY_PUBLIC_KEY_FILE"]), text.encode(), form["sign"])


def test_the_schedule_is_the_published_one() -> None:
    assert [wait / 60 for wait in SCHEDULE] == [4, 10, 10, 60, 120, 360, 900]


def test_payment_is_told_with_a_signature_over_everything(app: App, sandbox: Sandbox, inbox: Inbox) -> None:
    app.trade("N_1", "20.00", inbox.url)
    sandbox.play("alipay/pay/N_1")
    form = form_of(inbox.wait(1)[0])
    check(app, form)
    told = {name: form[name] for name in ("app_id", "seller_id", "out_trade_no", "total_amount", "trade_status")}
    assert told == {
        "app_id": app.env["ALIPAY_APP_ID"],
        "seller_id": app.env["ALIPAY_SELLER_ID"],
        "out_trade_no": "N_1",
        "total_amount": "20.00",
        "trade_status": "TRADE_SUCCESS",
    }
    with pytest.raises(InvalidSignature):
        check(app, form | {"total_amount": "0.01"})


def test_anything_but_success_is_told_again_under_the_same_id(app: App, sandbox: Sandbox, inbox: Inbox) -> None:
    inbox.answers = [(200, "SUCCESS"), (200, "success\n"), (302, "success"), (500, "success")]
    app.trade("N_2", "20.00", inbox.url)
    sandbox.play("alipay/pay/N_2")
    notice = sandbox.notifies("N_2")[0]
    for _ in range(3):
        sandbox.play("notify/resend", id=notice["id"])
    accepted = sandbox.wait_for_notify("N_2", state="accepted")
    forms = [form_of(arrival) for arrival in inbox.arrivals]
    assert len({form["notify_id"] for form in forms}) == 1
    assert [one["answer"] for one in accepted["attempts"]][-1] == "success"
    assert len(forms) == 5


def test_a_refund_is_told_to_the_same_address_and_can_be_told_apart(app: App, sandbox: Sandbox, inbox: Inbox) -> None:
    app.trade("N_3", "20.00", inbox.url)
    sandbox.play("alipay/pay/N_3")
    inbox.wait(1)
    app.alipay("alipay.trade.refund", {"out_trade_no": "N_3", "refund_amount": "5.00", "out_request_no": "R1"})
    form = form_of(inbox.wait(2)[1])
    check(app, form)
    assert (form["out_biz_no"], form["refund_fee"], form["trade_status"]) == ("R1", "5.00", "TRADE_SUCCESS")
    app.alipay("alipay.trade.refund", {"out_trade_no": "N_3", "refund_amount": "15.00", "out_request_no": "R2"})
    form = form_of(inbox.wait(3)[2])
    assert (form["refund_fee"], form["trade_status"], "gmt_payment" in form) == ("20.00", "TRADE_CLOSED", True)


def test_a_finished_trade_is_told_and_cannot_be_refunded(app: App, sandbox: Sandbox, inbox: Inbox) -> None:
    app.trade("N_4", "20.00", inbox.url)
    sandbox.play("alipay/pay/N_4")
    inbox.wait(1)
    sandbox.play("alipay/finish/N_4")
    assert form_of(inbox.wait(2)[1])["trade_status"] == "TRADE_FINISHED"
    answer = app.alipay("alipay.trade.refund", {"out_trade_no": "N_4", "refund_amount": "20.00"})
    assert answer["sub_code"] == "ACQ.TRADE_HAS_FINISHED"


def test_in_certificate_mode_the_certificates_key_signs(app: App, sandbox: Sandbox, inbox: Inbox) -> None:
    serials = {
        "app_cert_sn": certificates.alipay_serial(_certificate(app, "ALIPAY_APP_CERT_FILE")),
        "alipay_root_cert_sn": certificates.alipay_root_serial(_read(app, "ALIPAY_ROOT_CERT_FILE")),
    }
    content = {"out_trade_no": "N_5", "total_amount": "20.00", "subject": "费", "buyer_id": "2088000000000001"}
    assert app.alipay("alipay.trade.create", content, notify_url=inbox.url, **serials)["code"] == "10000"
    sandbox.play("alipay/pay/N_5")
    form = form_of(inbox.wait(1)[0])
    text = "&".join(f"{name}={value}" for name, value in sorted(form.items()) if name not in ("sign", "sign_type"))
    rsa_verify(app.alipay_cert_key(), text.encode(), form["sign"])
    with pytest.raises(InvalidSignature):
        check(app, form)


def test_forged_notifies_do_not_verify(app: App, sandbox: Sandbox, inbox: Inbox) -> None:
    app.trade("N_6", "20.00", inbox.url)
    sandbox.play("alipay/pay/N_6")
    inbox.wait(1)
    for forge in ("signature", "body"):
        sandbox.play("notify/resend", subject="N_6", forge=forge)
        with pytest.raises(InvalidSignature):
            check(app, form_of(inbox.arrivals[-1]))
    sandbox.play("notify/resend", subject="N_6", facts={"total_amount": "0.01"})
    check(app, form_of(inbox.arrivals[-1]))
    assert form_of(inbox.arrivals[-1])["total_amount"] == "0.01"


def _read(app: App, name: str) -> bytes:
    return Path(app.env[name]).read_bytes()


def _certificate(app: App, name: str) -> Certificate:
    return load_pem_x509_certificate(_read(app, name))
