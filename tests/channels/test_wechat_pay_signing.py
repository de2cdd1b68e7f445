"""Signatures of WeChat Pay v3: ours on requests, theirs on answers and notices."""

import base64
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from cryptography import x509

from channels.errors import ForgedNotice, StaleNotice, UnreadableNotice
from channels.key_files import verified
from channels.wechat.pay_keys import certificate_key
from channels.wechat.pay_sealing import unseal
from channels.wechat.pay_signing import authorization, client_parameters, read_signature
from foundation import clock
from tests.builders import channels as build
from tests.channels import published

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _at_now() -> Iterator[None]:
    with clock.frozen(NOW):
        yield


def test_the_authorization_covers_method_path_query_and_body() -> None:
    header = authorization(
        key=build.key("merchant"),
        merchant_id="1900000001",
        serial="5A5A",
        method="GET",
        path_and_query="/v3/orders/a?mchid=1",
        body=b"",
    )
    kind, _, rest = header.partition(" ")
    given = dict(re.findall(r'(\w+)="([^"]*)"', rest))
    assert kind == "WECHATPAY2-SHA256-RSA2048"
    assert given["timestamp"] == str(int(NOW.timestamp()))
    signed = f"GET\n/v3/orders/a?mchid=1\n{given['timestamp']}\n{given['nonce_str']}\n\n".encode()
    assert verified(build.key("merchant").public_key(), signed, given["signature"])
    assert (given["mchid"], given["serial_no"]) == ("1900000001", "5A5A")


def test_the_authorization_agrees_with_a_foreign_client() -> None:
    from wechatpayv3.utils import rsa_sign  # independent of us

    given = dict(
        re.findall(
            r'(\w+)="([^"]*)"',
            authorization(
                key=build.key("merchant"),
                merchant_id="1",
                serial="5A",
                method="POST",
                path_and_query="/v3/x",
                body='{"说明":1}'.encode(),
            ),
        )
    )
    text = f'POST\n/v3/x\n{given["timestamp"]}\n{given["nonce_str"]}\n{{"说明":1}}\n'
    assert given["signature"] == rsa_sign(build.key("merchant"), text)


def test_the_client_parameters_carry_pay_sign() -> None:
    given = client_parameters(key=build.key("merchant"), app_id="wx1", prepay_id="p1")
    text = f"wx1\n{given['timeStamp']}\n{given['nonceStr']}\nprepay_id=p1\n".encode()
    assert verified(build.key("merchant").public_key(), text, given["paySign"])
    assert (given["signType"], given["package"], given["appId"]) == ("RSA", "prepay_id=p1", "wx1")


def test_the_published_notice_of_the_official_client_is_believed_and_opened() -> None:
    with clock.frozen(datetime.fromtimestamp(published.WECHAT_PAY_SENT_AT, UTC)):
        signed = read_signature(published.WECHAT_PAY_HEADERS)  # has no Signature-Type: the default counts
        key = certificate_key(signed.serial, [x509.load_pem_x509_certificate(published.WECHAT_PAY_CERTIFICATE)])
        assert key is not None
        assert verified(key, signed.text(published.WECHAT_PAY_BODY), signed.signature)
        assert not verified(key, signed.text(published.WECHAT_PAY_BODY + b" "), signed.signature)
    assert b"21640bdbd08e473e828f3206a2741c6e" in unseal(
        published.WECHAT_PAY_RESOURCE, [published.WECHAT_PAY_API_V3_KEY]
    )


def headers(**other: str) -> dict[str, str]:
    given = build.wechat_signed(b"{}", by="wechat_pay", serial="5A")
    return given | {name.replace("_", "-"): value for name, value in other.items()}


def test_header_names_come_in_any_case() -> None:
    lower = {name.lower(): value for name, value in headers().items()}
    assert read_signature(lower).serial == "5A"


@pytest.mark.parametrize("seconds", [-299, 299])
def test_within_five_minutes_is_fresh(seconds: int) -> None:
    read_signature(build.wechat_signed(b"", by="wechat_pay", serial="5A", at=NOW.timestamp() + seconds))


@pytest.mark.parametrize("seconds", [-300, 300, -30 * 86400])
def test_five_minutes_and_more_is_stale(seconds: int) -> None:
    with pytest.raises(StaleNotice):
        read_signature(build.wechat_signed(b"", by="wechat_pay", serial="5A", at=NOW.timestamp() + seconds))


@pytest.mark.parametrize(
    "other",
    [
        {"Wechatpay_Signature": ""},
        {"Wechatpay_Serial": ""},
        {"Wechatpay_Nonce": ""},
        {"Wechatpay_Timestamp": ""},
        {"Wechatpay_Timestamp": "soon"},
        {"Wechatpay_Timestamp": "١٧٩٥٢٢٦٤٠٠"},
        {"Wechatpay_Timestamp": "9" * 400},
        {"Wechatpay_Signature_Type": "WECHATPAY2-SM2-WITH-SM3"},
        {"Wechatpay_Signature": "WECHATPAY/SIGNTEST/" + base64.b64encode(b"probe").decode()},
    ],
)
def test_a_malformed_signature_or_probe_is_forged(other: dict[str, str]) -> None:
    with pytest.raises(ForgedNotice):
        read_signature(headers(**other))


@pytest.mark.parametrize("serial", ["", "0x5A", " 5A", "5_A", "5G", "PUB_KEY_ID_1", "٥", "F" * 65])
def test_a_serial_that_is_no_number_names_no_key(serial: str) -> None:
    assert certificate_key(serial, [build.certificate("platform", serial=0x5A)]) is None


@pytest.mark.parametrize("serial", ["5A", "5a", "005a", "0" * 38 + "5A"])
def test_serials_are_compared_as_numbers(serial: str) -> None:
    assert certificate_key(serial, [build.certificate("platform", serial=0x5A)]) == build.key("platform").public_key()


@pytest.mark.parametrize("days", [(-30, -1), (1, 30)])
def test_a_certificate_outside_its_time_is_not_used(days: tuple[int, int]) -> None:
    with clock.frozen(datetime.fromtimestamp(time.time(), UTC)):
        assert certificate_key("5A", [build.certificate("platform", serial=0x5A, days=days)]) is None


@pytest.mark.parametrize("fault", [{"nonce": "000000000000"}, {"associated_data": "x"}, {"algorithm": "none"}])
def test_a_changed_seal_does_not_open(fault: dict[str, str]) -> None:
    sealed = build.sealed(b"{}", "transaction")
    assert unseal(sealed, [build.API_V3_KEY]) == b"{}"
    with pytest.raises(UnreadableNotice):
        unseal(sealed | fault, [build.API_V3_KEY])


def test_associated_data_may_be_empty() -> None:
    sealed = build.sealed(b"{}", "")
    assert unseal({**sealed, "associated_data": None}, [build.API_V3_KEY]) == b"{}"
