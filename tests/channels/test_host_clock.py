"""The vendors live in +08:00, wherever the host's clock thinks it is."""

import io
import json
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from channels.alipay import bills as alipay_bills
from channels.alipay.pay import Alipay
from channels.wechat import bills as wechat_bills
from channels.wechat.pay import WeChatPay
from foundation import clock
from tests.builders import channels as build
from tests.builders.channels import Answer, Call, Vendor
from tests.channels.conftest import KeyFolder
from tests.channels.test_alipay import OK, TRADE
from tests.channels.test_bills import ALIPAY, WECHAT
from tests.channels.test_wechat_pay import REQUEST, signed

MIDNIGHT = datetime(2026, 12, 31, 16, 0, 1, tzinfo=UTC)  # the first second of the year in Beijing


@pytest.fixture(params=["UTC", "America/Los_Angeles", "Pacific/Kiritimati", "Asia/Shanghai"])
def host(request: pytest.FixtureRequest) -> Iterator[str]:
    """The host's zone is `request.param`."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield request.param
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


def answer(call: Call) -> Answer:
    if call.path.startswith("/v3"):
        return signed({"prepay_id": "p"})
    content = TRADE if call.query["method"].endswith("query") else OK
    return 200, {}, build.alipay_envelope(call.query["method"], json.dumps(content))


async def test_what_is_sent_and_read_is_beijing_time(keys: KeyFolder, vendor: Vendor, host: str) -> None:
    assert datetime.now(UTC).astimezone().utcoffset() == datetime.now(ZoneInfo(host)).utcoffset()
    vendor.answer = answer
    wechat, alipay = WeChatPay(keys.settings()), Alipay(keys.settings())
    with clock.frozen(MIDNIGHT):
        await alipay.prepare(REQUEST)
        await wechat.prepare(REQUEST)
        found = await alipay.query(REQUEST.out_trade_no)
    by_alipay, by_wechat, _ = vendor.calls
    assert by_alipay.query["timestamp"] == "2027-01-01 00:00:01"
    assert json.loads(by_alipay.form["biz_content"])["time_expire"] == "2026-11-22 04:30:00"
    assert json.loads(by_wechat.body)["time_expire"] == "2026-11-22T04:30:00+08:00"
    assert f'timestamp="{int(MIDNIGHT.timestamp())}"' in by_wechat.headers["authorization"]
    assert found.paid_at == datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
    told = await alipay.read_notice({}, build.alipay_form())
    assert told.payment is not None
    assert told.payment.paid_at == datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
    for channel in (wechat, alipay):
        await channel.aclose()


def test_the_moments_of_a_bill_are_beijing_time(host: str) -> None:
    for rows in (
        wechat_bills.trade_rows(io.BytesIO(WECHAT.encode())),
        alipay_bills.trade_rows(io.BytesIO(ALIPAY.encode("gbk"))),
    ):
        first, last = rows
        assert first.at == datetime(2026, 11, 20, 2, 30, tzinfo=UTC)
        assert last.at == datetime(2026, 11, 20, 15, 59, 59, tzinfo=UTC)
        assert last.at.date().isoformat() == "2026-11-20"
