"""Fetching a bill: from the gateway we know, as a stream, believed only when it is what was announced."""

import gzip
import hashlib
import io
import json
import os
import tracemalloc
import zipfile
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta

import pytest

from channels import errors
from channels.alipay.pay import Alipay
from channels.wechat.pay import WeChatPay
from foundation import clock
from foundation.http import OutcomeUnknown
from tests.builders import channels as build
from tests.builders.channels import Answer, Call, Vendor
from tests.channels.conftest import KeyFolder
from tests.channels.test_alipay import refused
from tests.channels.test_bills import ALIPAY, FLOW, WECHAT
from tests.channels.test_wechat_pay import check_request_signature, signed

DAY = date(2026, 11, 20)
ROOM = 500_000  # bytes
QUERY = "alipay.data.dataservice.bill.downloadurl.query"


@pytest.fixture
async def pay(keys: KeyFolder) -> AsyncIterator[WeChatPay]:
    channel = WeChatPay(keys.settings())
    yield channel
    await channel.aclose()


@pytest.fixture
async def alipay(keys: KeyFolder) -> AsyncIterator[Alipay]:
    channel = Alipay(keys.settings())
    yield channel
    await channel.aclose()


def offering(content: bytes, *, plain: bytes = WECHAT.encode(), **other: object) -> Vendor:
    """WeChat Pay with a bill, whose address names a host of its own."""
    offer = {
        "hash_type": "SHA1",
        "hash_value": hashlib.sha1(plain).hexdigest(),
        "download_url": "https://api2.mch.weixin.qq.com/v3/billdownload/file?token=a%2Bb&x=1",
    } | other
    return Vendor(lambda call: (200, {}, content) if "billdownload" in call.path else signed(offer))


async def count(pay: WeChatPay, vendor: Vendor, source: Vendor) -> int:
    vendor.answer = source.answer
    async with pay.trade_bill(DAY) as bill:
        return sum(1 for _ in bill.rows())


async def test_wechats_bill_is_asked_for_and_fetched_signed_from_the_gateway_we_know(
    pay: WeChatPay, vendor: Vendor
) -> None:
    assert await count(pay, vendor, offering(gzip.compress(WECHAT.encode()))) == 2
    asked, fetched = vendor.calls
    assert asked.path == "/v3/bill/tradebill?bill_date=2026-11-20&bill_type=ALL&tar_type=GZIP"
    assert fetched.path == "/v3/billdownload/file?token=a%2Bb&x=1"
    assert fetched.headers["accept-encoding"] == "identity"
    for call in vendor.calls:
        check_request_signature(call)


async def test_the_fund_flow_is_fetched_alike(pay: WeChatPay, vendor: Vendor) -> None:
    vendor.answer = offering(gzip.compress(FLOW.encode()), plain=FLOW.encode()).answer
    async with pay.fund_bill(DAY) as bill:
        assert len(list(bill.rows())) == 2
    assert vendor.calls[0].path == "/v3/bill/fundflowbill?bill_date=2026-11-20&tar_type=GZIP"


PACKED = gzip.compress(WECHAT.encode())


@pytest.mark.parametrize(
    "content",
    [PACKED[:-9], PACKED + PACKED, PACKED + b"x", WECHAT.encode(), b"", gzip.compress(WECHAT.encode() + b" ")],
    ids=["cut", "twice", "more", "not packed", "empty", "other content"],
)
async def test_a_file_that_is_not_exactly_what_was_announced_is_damaged(
    pay: WeChatPay, vendor: Vendor, content: bytes
) -> None:
    with pytest.raises(errors.BillDamaged):
        await count(pay, vendor, offering(content))


@pytest.mark.parametrize("other", [{"hash_type": "MD5"}, {"hash_value": None}, {"download_url": 7}])
async def test_an_offer_of_another_shape_says_nothing(pay: WeChatPay, vendor: Vendor, other: dict[str, object]) -> None:
    with pytest.raises(OutcomeUnknown):
        await count(pay, vendor, offering(PACKED, **other))


async def test_an_unsigned_offer_is_forged(pay: WeChatPay, vendor: Vendor) -> None:
    with pytest.raises(errors.ForgedAnswer):
        await count(pay, vendor, Vendor(lambda call: (200, {}, b'{"hash_type":"SHA1"}')))


@pytest.mark.parametrize(
    ("code", "kind"), [("STATEMENT_CREATING", errors.BillNotReady), ("INVALID_REQUEST", errors.RequestWrong)]
)
async def test_a_refused_bill_says_why(pay: WeChatPay, vendor: Vendor, code: str, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        await count(pay, vendor, Vendor(lambda call: signed({"code": code, "message": ""}, 400)))


async def test_a_refused_download_says_why(pay: WeChatPay, vendor: Vendor) -> None:
    offer = offering(PACKED).answer

    def over(call: Call) -> Answer:
        gone = (400, {}, b'{"code":"INVALID_REQUEST","message":"link"}')
        answer = gone if "billdownload" in call.path else offer(call)
        assert isinstance(answer, tuple)
        return answer

    with pytest.raises(errors.RequestWrong):
        await count(pay, vendor, Vendor(over))


async def test_a_day_without_trade_is_empty(pay: WeChatPay, vendor: Vendor) -> None:
    assert await count(pay, vendor, Vendor(lambda call: signed({"code": "NO_STATEMENT_EXIST"}, 400))) == 0


def zipped(text: str = ALIPAY, *names: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names or ("2088_20261120_业务明细.csv", "2088_20261120_业务明细(汇总).csv"):
            archive.writestr(name, text.encode("gbk"))
    return content.getvalue()


def selling(vendor: Vendor, content: bytes, status: int = 200) -> None:
    """Alipay with a bill at another address than the gateway's."""

    def answer(call: Call) -> Answer:
        if call.path.startswith("/bill"):
            return status, {}, content
        raw = json.dumps({"code": "10000", "bill_download_url": f"{vendor.url}/bill?token=t"})
        return 200, {}, build.alipay_envelope(QUERY, raw)

    vendor.answer = answer


async def test_alipays_bill_is_the_details_in_the_archive(alipay: Alipay, vendor: Vendor) -> None:
    selling(vendor, zipped())
    async with alipay.trade_bill(DAY) as bill:
        assert len(list(bill.rows())) == 2
    assert json.loads(vendor.calls[0].form["biz_content"]) == {"bill_type": "trade", "bill_date": "2026-11-20"}


WHOLE = zipped()


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (WHOLE[: len(WHOLE) // 2], 200),
        (WHOLE[:90] + bytes([WHOLE[90] ^ 0xFF]) + WHOLE[91:], 200),
        (b"<html>", 200),
        (b"", 200),
        (zipped(ALIPAY, "readme.txt"), 200),
        (WHOLE, 403),
    ],
)
async def test_an_archive_that_is_not_whole_is_damaged(
    alipay: Alipay, vendor: Vendor, content: bytes, status: int
) -> None:
    selling(vendor, content, status)
    with pytest.raises(errors.BillDamaged):
        async with alipay.trade_bill(DAY):
            pass


async def test_alipays_word_that_there_is_no_bill_is_certain_two_days_later(alipay: Alipay, vendor: Vendor) -> None:
    """It says the same of a day without trades and of a bill that is not made yet."""
    raw = json.dumps(refused("isp.bill_not_exist"))
    vendor.answer = lambda call: (200, {}, build.alipay_envelope(QUERY, raw))
    certain = datetime(2026, 11, 22, tzinfo=clock.SHANGHAI)
    with clock.frozen(certain - timedelta(seconds=1)), pytest.raises(errors.BillNotReady):
        async with alipay.trade_bill(DAY):
            pass
    with clock.frozen(certain):
        async with alipay.trade_bill(DAY) as bill:
            assert bill.empty


async def test_a_great_day_never_sits_in_memory(pay: WeChatPay, vendor: Vendor) -> None:
    head, row, *_ = WECHAT.splitlines(keepends=True)
    many = 12_000
    rows = "".join(row.replace("P0001", f"P{number:08d}{os.urandom(8).hex()}") for number in range(many))
    total = WECHAT.splitlines(keepends=True)[3]
    text = f"{head}{rows}{total}`{many},`0.00,`0.00,`0.00,`{many * 48 / 100:.5f},`{many * 80}.00,`0.00\r\n".encode()
    vendor.answer = offering(gzip.compress(text, 1), plain=text).answer
    assert len(text) > 4 * ROOM
    async with pay.trade_bill(DAY) as bill:
        tracemalloc.start()
        try:
            assert sum(1 for _ in bill.rows()) == many
            assert tracemalloc.get_traced_memory()[1] < ROOM
        finally:
            tracemalloc.stop()
