"""WeChat Pay's notifies: sealed, signed, retried on the schedule, duplicated, lost, forged, probed."""

import json
from base64 import b64decode

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sandbox.wechat_pay_notices import SCHEDULE
from tests.builders.sandbox import App, Arrival, Inbox, Sandbox


def opened(app: App, arrival: Arrival) -> dict[str, object]:
    app.check_pay_signature(arrival.headers, arrival.body)
    sealed = json.loads(arrival.body)["resource"]
    key = AESGCM(app.env["WECHAT_PAY_API_V3_KEY"].encode())
    plain = key.decrypt(sealed["nonce"].encode(), b64decode(sealed["ciphertext"]), sealed["associated_data"].encode())
    return dict(json.loads(plain))


def test_the_schedule_is_the_published_one() -> None:
    assert len(SCHEDULE) == 15
    assert sum(SCHEDULE) == 24 * 3600 + 4 * 60


def test_a_payment_is_told_once_accepted(app: App, sandbox: Sandbox, inbox: Inbox) -> None:
    app.prepay("NOTICE-1", 2000, inbox.url)
    sandbox.play("wechat/pay/NOTICE-1")
    told = opened(app, inbox.wait(1)[0])
    assert told == app.query("NOTICE-1").json()
    assert told["trade_state"] == "SUCCESS"
    sandbox.wait_for_notify("NOTICE-1", state="accepted")
    assert len(inbox.arrivals) == 1


def test_retries_have_the_same_id_and_a_fresh_signature(app: App, sandbox: Sandbox, inbox: Inbox) -> None:
    inbox.answers = [(500, '{"code":"FAIL","message":"稍后再试"}'), (401, ""), (200, '{"code":"FAIL"}')]
    app.prepay("NOTICE-2", 2000, inbox.url)
    sandbox.play("wechat/pay/NOTICE-2")
    notice = sandbox.wait_for_notify("NOTICE-2", state="accepted")
    assert [attempt["status"] for attempt in notice["attempts"]] == [500, 401, 200]
    assert len({json.loads(one.body)["id"] for one in inbox.arrivals}) == 1
    assert len({one.headers["wechatpay-nonce"] for one in inbox.arrivals}) == 3
    assert all(opened(app, one)["out_trade_no"] == "NOTICE-2" for one in inbox.arrivals)


def test_waits_follow_the_schedule(app: App, sandbox: Sandbox, inbox: Inbox) -> None:
    inbox.status = 503
    app.prepay("NOTICE-3", 2000, inbox.url)
    sandbox.play("wechat/pay/NOTICE-3")
    arrivals = inbox.wait(5)
    waits = [later.at - earlier.at for earlier, later in zip(arrivals, arrivals[1:], strict=False)]
    for waited, wanted in zip(waits, SCHEDULE, strict=False):
        assert waited >= wanted / 600 * 0.9
    inbox.status = 204
    sandbox.wait_for_notify("NOTICE-3", state="accepted")


def test_an_unreachable_address_is_retried_until_given_up(app: App, sandbox: Sandbox) -> None:
    app.prepay("NOTICE-4", 2000, "http://127.0.0.1:9/notify")
    sandbox.play("wechat/pay/NOTICE-4")
    notice = sandbox.wait_for_notify("NOTICE-4", state="waiting")
    assert notice["attempts"] == [] or notice["attempts"][0]["answer"] == "ConnectError"


def test_magic_02_loses_the_notify_and_04_sends_it_twice(app: App, sandbox: Sandbox, inbox: Inbox) -> None:
    app.prepay("NOTICE-5", 2002, inbox.url)
    app.prepay("NOTICE-6", 2004, inbox.url)
    sandbox.play("wechat/pay/NOTICE-5")
    sandbox.play("wechat/pay/NOTICE-6")
    first, second = inbox.wait(2)
    assert {opened(app, one)["out_trade_no"] for one in (first, second)} == {"NOTICE-6"}
    assert sandbox.notifies("NOTICE-5")[0]["state"] == "lost"
    assert app.query("NOTICE-5").json()["trade_state"] == "SUCCESS"


def test_a_delayed_notify_comes_later(app: App, sandbox: Sandbox, inbox: Inbox) -> None:
    app.prepay("NOTICE-7", 2000, inbox.url)
    sandbox.play("wechat/pay/NOTICE-7", how="delay", seconds=300)
    assert app.query("NOTICE-7").json()["trade_state"] == "SUCCESS"
    assert inbox.arrivals == []
    inbox.wait(1)


def test_half_of_the_notifies_are_signed_by_public_key(app: App, sandbox: Sandbox, inbox: Inbox) -> None:
    for number in range(4):
        app.prepay(f"NOTICE-8{number}", 2000, inbox.url)
        sandbox.play(f"wechat/pay/NOTICE-8{number}")
    serials = [one.headers["wechatpay-serial"] for one in inbox.wait(4)]
    assert sum(serial == app.env["WECHAT_PAY_PUBLIC_KEY_ID"] for serial in serials) == 2


def test_forgeries_are_what_they_say(app: App, sandbox: Sandbox, inbox: Inbox) -> None:
    app.prepay("NOTICE-9", 2000, inbox.url)
    sandbox.play("wechat/pay/NOTICE-9")
    inbox.wait(1)
    for forge in ("signature", "body"):
        sandbox.play("notify/resend", subject="NOTICE-9", forge=forge)
        with pytest.raises(InvalidSignature):
            opened(app, inbox.arrivals[-1])
    sandbox.play("notify/resend", subject="NOTICE-9", forge="stale")
    opened(app, inbox.arrivals[-1])
    ages = [int(one.headers["wechatpay-timestamp"]) for one in inbox.arrivals]
    assert ages[0] - ages[-1] > 3500
    sandbox.play("notify/resend", subject="NOTICE-9", forge="non_hex_serial")
    with pytest.raises(ValueError, match="invalid literal"):
        int(inbox.arrivals[-1].headers["wechatpay-serial"], 16)
    sandbox.play("notify/resend", subject="NOTICE-9", facts={"amount": {"total": 1}})
    assert opened(app, inbox.arrivals[-1])["amount"]["total"] == 1  # type: ignore[index]


def test_the_probe_reports_how_it_was_answered(sandbox: Sandbox, inbox: Inbox) -> None:
    inbox.status = 401
    assert sandbox.play("wechat_pay/probe", url=inbox.url) == {"status": 401}
    assert inbox.arrivals[0].headers["wechatpay-signature"].startswith("WECHATPAY/SIGNTEST/")
