"""Platform certificates that are downloaded: on the clock, never at a stranger's word."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509

from channels.errors import ForgedNotice
from channels.wechat import pay_keys
from channels.wechat.pay import WeChatPay
from foundation import clock
from tests.builders import channels as build
from tests.builders.channels import Answer, Call, Vendor
from tests.channels.conftest import KeyFolder

BODY = build.wechat_notice(build.wechat_order())


def listing(*held: x509.Certificate, signed_by: str, serial: str, api_v3_key: str = build.API_V3_KEY) -> Answer:
    data: list[dict[str, Any]] = [
        {
            "serial_no": f"{one.serial_number:X}",
            "encrypt_certificate": build.sealed(build.pem(one), "certificate", api_v3_key=api_v3_key),
        }
        for one in held
    ]
    body = json.dumps({"data": data}).encode()
    return 200, build.wechat_signed(body, by=signed_by, serial=serial), body


FIRST, SECOND = build.certificate("platform_1", serial=0xA1), build.certificate("platform_2", serial=0xB2)
EXPIRED = build.certificate("platform_3", serial=0xC3, days=(-30, -1))


@pytest.fixture
async def pay(keys: KeyFolder, vendor: Vendor) -> AsyncIterator[WeChatPay]:
    vendor.answer = lambda call: listing(FIRST, SECOND, EXPIRED, signed_by="platform_1", serial="A1")
    channel = WeChatPay(keys.settings(WECHAT_PAY_PUBLIC_KEY_ID="", WECHAT_PAY_PUBLIC_KEY_FILE=""))
    yield channel
    await channel.aclose()


def signed(by: str, serial: str) -> dict[str, str]:
    return build.wechat_signed(BODY, by=by, serial=serial)


async def test_several_valid_certificates_come_with_one_download(pay: WeChatPay, vendor: Vendor) -> None:
    assert (await pay.read_notice(signed("platform_1", "A1"), BODY)).payment
    assert (await pay.read_notice(signed("platform_2", "B2"), BODY)).payment
    assert [call.path for call in vendor.calls] == ["/v3/certificates"]


async def test_an_expired_certificate_is_not_believed(pay: WeChatPay) -> None:
    with pytest.raises(ForgedNotice):
        await pay.read_notice(signed("platform_3", "C3"), BODY)


async def test_unknown_serials_cause_no_further_download_within_the_hour(pay: WeChatPay, vendor: Vendor) -> None:
    await pay.read_notice(signed("platform_1", "A1"), BODY)
    for serial in ("D4", "E5", "F6"):
        with pytest.raises(ForgedNotice):
            await pay.read_notice(signed("merchant", serial), BODY)
    assert len(vendor.calls) == 1


async def test_after_an_hour_the_list_is_fetched_again(pay: WeChatPay, vendor: Vendor) -> None:
    await pay.read_notice(signed("platform_1", "A1"), BODY)
    fresh = build.certificate("platform_4", serial=0xD4)
    vendor.answer = lambda call: listing(SECOND, fresh, signed_by="platform_2", serial="B2")
    with clock.shifted(timedelta(minutes=61)):
        assert (await pay.read_notice(signed("platform_4", "D4"), BODY)).payment
        with pytest.raises(ForgedNotice):  # withdrawn
            await pay.read_notice(signed("platform_1", "A1"), BODY)
    assert len(vendor.calls) == 2


async def test_a_failed_download_keeps_the_old_certificates(pay: WeChatPay, vendor: Vendor) -> None:
    await pay.read_notice(signed("platform_1", "A1"), BODY)
    vendor.answer = lambda call: (500, {}, b"")
    with clock.shifted(timedelta(minutes=61)):
        assert (await pay.read_notice(signed("platform_1", "A1"), BODY)).payment


@pytest.mark.parametrize("why", ["unsigned", "signed by a stranger", "sealed with another key", "empty"])
async def test_a_list_that_does_not_prove_itself_is_not_believed(pay: WeChatPay, vendor: Vendor, why: str) -> None:
    mine = build.certificate("merchant", serial=0xEE)
    answers: dict[str, Answer] = {
        "unsigned": (200, {}, listing(mine, signed_by="merchant", serial="EE")[2]),
        "signed by a stranger": listing(mine, signed_by="platform_1", serial="EE"),
        "sealed with another key": listing(mine, signed_by="merchant", serial="EE", api_v3_key="F" * 32),
        "empty": listing(signed_by="merchant", serial="EE"),
    }
    vendor.answer = lambda call: answers[why]
    with pytest.raises(ForgedNotice):
        await pay.read_notice(signed("merchant", "EE"), BODY)


async def test_a_crowd_of_forgeries_before_the_first_download_asks_once(pay: WeChatPay, vendor: Vendor) -> None:
    def refuse(call: Call) -> Answer:
        return 500, {}, b""

    vendor.answer = refuse
    for _ in range(5):
        with pytest.raises(ForgedNotice):
            await pay.read_notice(signed("merchant", "EE"), BODY)
    assert len(vendor.calls) <= 1


async def test_a_crowd_of_first_notices_waits_for_one_download(pay: WeChatPay, vendor: Vendor) -> None:
    listed = vendor.answer

    async def slowly(call: Call) -> Answer:
        await asyncio.sleep(0.1)
        answer = listed(call)
        assert isinstance(answer, tuple)
        return answer

    vendor.answer = slowly
    notices = await asyncio.gather(*(pay.read_notice(signed("platform_1", "A1"), BODY) for _ in range(10)))
    assert all(notice.payment for notice in notices)
    assert len(vendor.calls) == 1


async def test_a_slow_download_does_not_outlast_the_answer_to_a_notice(
    pay: WeChatPay, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(call: Call) -> Answer:
        await asyncio.sleep(1)
        return 500, {}, b""

    monkeypatch.setattr(pay_keys, "DOWNLOAD_SECONDS", 0.1)
    vendor.answer = never
    async with asyncio.timeout(0.9):
        with pytest.raises(ForgedNotice):
            await pay.read_notice(signed("platform_1", "A1"), BODY)
