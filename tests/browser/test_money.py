"""Money at the console in Chromium: found by filters, told as a whole, compared, kept as a file."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from api.app import create_app
from foundation import clock, database
from foundation.actor import Actor
from payments import bills, changing, gateway, refunds, settlement
from payments.late_fee_rules import Growth
from payments.models import PaymentOrder
from tests.browser.measures import PALE
from tests.browser.test_console import enter, sound
from tests.builders.console import a_colleague
from tests.builders.payments import UNIT, Till, a_payer, begin, begun, pushed
from tests.serving import serving

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("db", "redis_db")]


@pytest.fixture
async def console() -> AsyncIterator[str]:
    """At noon, so that no day ends meanwhile; both channels are played by hand."""
    gateway.use({"wechat": Till("wechat"), "alipay": Till("alipay")})
    with clock.frozen(datetime.combine(clock.today(), time(12), clock.SHANGHAI)):
        async with serving(create_app()) as base:
            yield f"{base}/console"
    gateway.use({})


async def a_bill_with_a_past() -> str:
    """Grown, changed, begun twice, paid and given back in part; beside it days of takings. Its code."""
    for n, (channel, fen) in enumerate((("wechat", 128_000), ("alipay", 96_050), ("wechat", 210_000)) * 3):
        _, order, _ = await begun(channel=channel, fen=fen)
        await settlement.settle(gateway.channel(channel).pay(order.out_trade_no))  # type: ignore[attr-defined]
        await PaymentOrder.filter(id=order.id).update(paid_at=clock.now() - timedelta(days=n))
    citizen, identity = await a_payer()
    growth = Growth(per_day=300, kind="penalty", basis="行政处罚法第七十二条")
    item = bills.PushedItem(exec_item_code="103050", exec_item_name="罚款", amount_fen=20000, growth=growth)
    given = {"payer": identity, "notice_no": "N-story", "expire_date": clock.today() - timedelta(days=4)}
    code = (await bills.raise_bill(bill=pushed(fen=20000, items=(item,), **given), by=UNIT)).pay_code
    await begin(await bills.one_for(pay_code=code, citizen_id=citizen.id), citizen)
    less = bills.PushedItem(exec_item_code="103050", exec_item_name="罚款", amount_fen=15000, growth=growth)
    await changing.change(bill=pushed(fen=15000, items=(less,), **given), reason="复议后减轻", by=UNIT)
    order = await begin(await bills.one_for(pay_code=code, citizen_id=citizen.id), citizen, "alipay")
    await settlement.settle(gateway.channel("alipay").pay(order.out_trade_no))  # type: ignore[attr-defined]
    async with database.transaction():
        refund = await refunds.request(order=order, amount_fen=1000, reason="多缴部分", by=Actor.staff(1))
    await refunds.send(refund_id=refund.id)
    return code


async def sound_on_both(desk: "Page") -> None:
    """On a tablet and on a desk."""
    for width in (820, 1280):
        await desk.set_viewport_size({"width": width, "height": 900})
        await sound(desk)
        assert await desk.evaluate(PALE) == []


async def test_a_bill_is_found_and_told_and_the_takings_are_kept(console: str, desk: "Page") -> None:
    faults: list[str] = []
    desk.on("pageerror", lambda fault: faults.append(str(fault)))
    desk.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    code = await a_bill_with_a_past()
    await a_colleague(("finance", ""), username="wangwu")
    await enter(desk, f"{console}/money/bills")
    await desk.get_by_role("heading", name="缴款通知书").wait_for()
    await sound_on_both(desk)
    await desk.get_by_label("缴款识别码").fill(code)
    await desk.get_by_label("状态").select_option("已缴清")
    await desk.get_by_role("button", name="查找", exact=True).click()
    await desk.wait_for_url(f"**pay_code={code}**")
    await desk.get_by_role("link", name=code).click()
    await desk.get_by_role("heading", name="谁在何时做了什么").wait_for()
    for told in (
        "168.00 元",
        "第 2 版",
        "复议后减轻",
        "缴清本通知书",
        "多缴部分",
        "计为加处罚款；行政处罚法",
    ):
        assert await desk.get_by_text(told).first.is_visible(), told
    await sound_on_both(desk)
    await desk.get_by_role("link", name="支付单列表").click()
    await desk.wait_for_url("**/money/orders?**")
    assert await desk.get_by_role("row").count() == 3
    await sound_on_both(desk)
    await desk.get_by_role("link", name="收款统计").click()
    await desk.get_by_role("img", name="微信支付").wait_for()
    assert await desk.get_by_role("img").count() == 2
    await sound_on_both(desk)

    async with desk.expect_download() as kept:
        await desk.get_by_role("link", name="下载表格（CSV）").click()
    download = await kept.value
    rows = list(csv.DictReader(io.StringIO(Path(await download.path()).read_text("utf-8-sig"))))
    assert (rows[-1]["收款合计（元）"], rows[-1]["退款（元）"]) == ("13189.50", "10.00")
    assert faults == []
