"""Platform certificates that are downloaded: on the clock, never at a stranger's word."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
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


@asynccontextmanager
async def kept_fresh(pay: WeChatPay) -> AsyncIterator[None]:
    """As a door keeps it."""
    task = asyncio.create_task(pay.keep_fresh())
    await asyncio.sleep(0)  # it has begun
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def signed(by: str, serial: str) -> dict[str, str]:
    return build.wechat_signed(BODY, by=by, serial=serial)


async def test_several_valid_certificates_come_with_one_download(pay: WeChatPay, vendor: Vendor) -> None:
    async with kept_fresh(pay):
        assert (await pay.read_notice(signed("platform_1", "A1"), BODY)).payment
        assert (await pay.read_notice(signed("platform_2", "B2"), BODY)).payment
    assert [call.path for call in vendor.calls] == ["/v3/certificates"]


async def test_an_expired_certificate_is_not_believed(pay: WeChatPay) -> None:
    async with kept_fresh(pay):
        with pytest.raises(ForgedNotice):
            await pay.read_notice(signed("platform_3", "C3"), BODY)


async def test_a_notice_calls_nobody_even_where_no_certificate_is_known(pay: WeChatPay, vendor: Vendor) -> None:
    for by, serial in (("platform_1", "A1"), ("merchant", "D4"), ("merchant", "E5")):
        with pytest.raises(ForgedNotice):
            await pay.read_notice(signed(by, serial), BODY)
    assert vendor.calls == []


async def test_an_unknown_serial_costs_no_download_beyond_the_one_of_the_hour(pay: WeChatPay, vendor: Vendor) -> None:
    async with kept_fresh(pay):
        await pay.read_notice(signed("platform_1", "A1"), BODY)
        for serial in ("D4", "E5", "F6"):
            with pytest.raises(ForgedNotice):
                await pay.read_notice(signed("merchant", serial), BODY)
    assert len(vendor.calls) == 1


async def test_after_an_hour_the_list_is_fetched_again(
    pay: WeChatPay, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pay_keys, "RETRY_SECONDS", 0.01)
    fresh = build.certificate("platform_4", serial=0xD4)
    async with kept_fresh(pay):
        await pay.read_notice(signed("platform_1", "A1"), BODY)
        asked_again = asyncio.Event()

        def renewed(call: Call) -> Answer:
            asked_again.set()
            return listing(SECOND, fresh, signed_by="platform_2", serial="B2")

        vendor.answer = renewed
        with clock.shifted(timedelta(minutes=61)):
            await asked_again.wait()
            await until_known(pay, "platform_4", "D4")
            with pytest.raises(ForgedNotice):  # withdrawn
                await pay.read_notice(signed("platform_1", "A1"), BODY)
    assert len(vendor.calls) == 2


async def until_known(pay: WeChatPay, by: str, serial: str) -> None:
    async with asyncio.timeout(30):
        while True:
            try:
                assert (await pay.read_notice(signed(by, serial), BODY)).payment
                return
            except ForgedNotice:
                await asyncio.sleep(0.01)


async def test_both_certificates_of_a_rotation_are_believed_meanwhile(pay: WeChatPay, vendor: Vendor) -> None:
    """The new one is published a day before it signs; the old one is withdrawn later."""
    await pay.refresh()
    for by, serial in (("platform_1", "A1"), ("platform_2", "B2"), ("platform_1", "A1")):
        assert (await pay.read_notice(signed(by, serial), BODY)).payment


async def test_a_failed_download_keeps_the_old_certificates(pay: WeChatPay, vendor: Vendor) -> None:
    await pay.refresh()
    vendor.answer = lambda call: (500, {}, b"")
    with clock.shifted(timedelta(minutes=61)):
        await pay.refresh()
        assert (await pay.read_notice(signed("platform_1", "A1"), BODY)).payment
    assert len(vendor.calls) > 1


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
    await pay.refresh()
    with pytest.raises(ForgedNotice):
        await pay.read_notice(signed("merchant", "EE"), BODY)


async def test_a_fault_nobody_foresaw_is_not_the_last_word(pay: WeChatPay, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pay_keys, "RETRY_SECONDS", 0.01)
    keys = pay._gateway.keys
    download, faults = keys._download, iter([RuntimeError("nobody foresaw this")])

    async def at_first_broken() -> list[x509.Certificate]:
        for fault in faults:
            raise fault
        return await download()

    monkeypatch.setattr(keys, "_download", at_first_broken)
    async with kept_fresh(pay):
        await until_known(pay, "platform_1", "A1")


async def test_a_merchant_without_certificates_is_not_asked_every_minute(pay: WeChatPay, vendor: Vendor) -> None:
    vendor.answer = lambda call: (404, {}, b'{"code":"RESOURCE_NOT_EXISTS","message":""}')
    await pay.refresh()
    asked = len(vendor.calls)
    with clock.shifted(timedelta(minutes=2)):
        await pay.refresh()
    assert len(vendor.calls) == asked


async def test_a_crowd_of_first_notices_waits_for_one_download(pay: WeChatPay, vendor: Vendor) -> None:
    listed, begun = vendor.answer, asyncio.Event()

    async def slowly(call: Call) -> Answer:
        begun.set()
        await asyncio.sleep(0.1)
        answer = listed(call)
        assert isinstance(answer, tuple)
        return answer

    vendor.answer = slowly
    async with kept_fresh(pay):
        await begun.wait()
        notices = await asyncio.gather(*(pay.read_notice(signed("platform_1", "A1"), BODY) for _ in range(10)))
    assert all(notice.payment for notice in notices)
    assert len(vendor.calls) == 1


async def test_a_slow_download_does_not_outlast_the_answer_to_a_notice(
    pay: WeChatPay, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    released = asyncio.Event()

    async def never(call: Call) -> Answer:
        await released.wait()
        return 500, {}, b""

    monkeypatch.setattr(pay_keys, "DOWNLOAD_SECONDS", 0.1)
    vendor.answer = never
    async with kept_fresh(pay):
        with pytest.raises(ForgedNotice):
            await pay.read_notice(signed("platform_1", "A1"), BODY)
    released.set()
