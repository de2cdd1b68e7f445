"""国密 is left open: another algorithm is one object, made in one place, and everything else takes it as it comes.

Ed25519 stands in for SM2 here, which the crypto library does not have: other keys, other signatures, another name.
"""

import json
from base64 import b64decode, b64encode
from typing import Any
from urllib.parse import urlencode

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from channels import errors
from channels.alipay.algorithms import RSA2, Algorithm
from channels.alipay.pay import Alipay
from channels.alipay.signing import joined
from channels.key_files import certificates
from channels.payment import ChannelState
from tests.builders import channels as build
from tests.builders.channels import Answer, Call, Vendor
from tests.channels.conftest import KeyFolder
from tests.channels.test_alipay import TRADE

OURS, THEIRS = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()


def signed(key: Ed25519PrivateKey, text: bytes) -> str:
    return b64encode(key.sign(text)).decode()


def verified(key: Ed25519PublicKey, text: bytes, signature: str) -> bool:
    try:
        key.verify(b64decode(signature), text)
    except (InvalidSignature, ValueError):
        return False
    return True


STAND_IN = Algorithm(
    sign_type="SM2",
    own_key=Ed25519PrivateKey.from_private_bytes,
    their_keys=lambda content: [Ed25519PublicKey.from_public_bytes(content)],
    certificates=certificates,
    certified_key=lambda held: held.public_key(),
    root_serial=RSA2.root_serial,
    sign=signed,
    verified=verified,
)


@pytest.fixture
def alipay(keys: KeyFolder) -> Alipay:
    return Alipay(
        keys.settings(
            ALIPAY_APP_KEY_FILE=build.write(keys.path, "own.key", OURS.private_bytes_raw()),
            ALIPAY_PUBLIC_KEY_FILE=build.write(keys.path, "their.key", THEIRS.public_key().public_bytes_raw()),
        ),
        STAND_IN,
    )


def envelope(raw: str, sign: str) -> Answer:
    return 200, {}, f'{{"alipay_trade_query_response":{raw},"sign":"{sign}"}}'.encode()


async def test_requests_and_answers_go_under_the_other_algorithm(alipay: Alipay, vendor: Vendor) -> None:
    raw = json.dumps(TRADE)
    vendor.answer = lambda call: envelope(raw, signed(THEIRS, raw.encode()))
    assert (await alipay.query("bill-0001")).state is ChannelState.PAID
    asked: dict[str, Any] = vendor.calls[0].query | vendor.calls[0].form
    sign = asked.pop("sign")
    assert asked["sign_type"] == "SM2"
    assert verified(OURS.public_key(), joined(asked).encode(), sign)

    def by_rsa(call: Call) -> Answer:
        return 200, {}, build.alipay_envelope("alipay.trade.query", raw)

    vendor.answer = by_rsa
    with pytest.raises(errors.ForgedAnswer):
        await alipay.query("bill-0001")
    await alipay.aclose()


async def test_notices_too_and_none_may_choose_for_itself(alipay: Alipay) -> None:
    form = {"notify_id": "n", "app_id": "a", "seller_id": "s", "out_trade_no": "bill-0001", "charset": "utf-8"}
    form |= {"trade_status": "TRADE_SUCCESS", "total_amount": "12.34"}
    sign = signed(THEIRS, joined(form).encode())
    told = await alipay.read_notice({}, urlencode(form | {"sign": sign, "sign_type": "SM2"}).encode())
    assert told.payment is not None
    for other in (urlencode(form | {"sign": sign, "sign_type": "RSA2"}).encode(), build.alipay_form()):
        with pytest.raises(errors.ForgedNotice):
            await alipay.read_notice({}, other)
    await alipay.aclose()
