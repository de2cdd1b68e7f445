"""Reconciliation in Chromium, from 390 to 1280 pixels: a difference from the calendar to its end, by two people."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest

from api.app import create_app
from foundation.actor import Actor
from payments import differences, gateway
from payments.reconciliation_models import Difference
from tests.browser.test_console import enter, sound
from tests.builders.console import a_colleague
from tests.builders.payments import begun, books
from tests.builders.statements import Teller, at, paid_row, refund_row, yesterday
from tests.payments.conftest import Tellers
from tests.payments.test_reconciliation import paid_on, run
from tests.serving import serving

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("db", "redis_db")]


@pytest.fixture
async def tellers(db: None) -> AsyncIterator[Tellers]:
    both = Tellers(Teller("wechat"), Teller("alipay"))
    gateway.use({"wechat": both.wechat, "alipay": both.alipay})
    yield both
    gateway.use({})


async def a_day_with_everything(tellers: Tellers) -> None:
    day = yesterday()
    agrees, short = [await paid_on(tellers, at(day)) for _ in range(2)]
    _, unpaid, _ = await begun()
    tellers.wechat.statements[day] = [
        paid_row(agrees.out_trade_no, day=day, fee_fen=48),
        paid_row(unpaid.out_trade_no, day=day),
        paid_row("P20261120ABCDEFGHJKLMNPQ", day=day, fen=500),
        refund_row("5030000000002026112000000000001", of=agrees.out_trade_no, day=day, fen=100),
    ]
    tellers.alipay.statements[day] = []
    for channel in ("wechat", "alipay"):
        await run(day, channel)
    one = await Difference.get(number=short.out_trade_no)
    colleague = Actor.staff(await a_colleague(("finance", ""), username="zhaoliu", display_name="赵六"))
    await differences.propose(difference_id=one.id, deed="book", note="已致电渠道，次日补记", by=colleague)


async def test_a_difference_is_worked_off(desk: "Page", tellers: Tellers) -> None:
    faults: list[str] = []
    desk.on("pageerror", lambda error: faults.append(str(error)))
    await a_colleague(("finance", ""), username="wangwu")
    await a_day_with_everything(tellers)
    async with serving(create_app()) as base:
        await enter(desk, f"{base}/console/reconciliation?month={yesterday()}")
        await desk.get_by_role("heading", name="每日每渠道").wait_for()
        for width in (820, 390, 1280):
            await desk.set_viewport_size({"width": width, "height": 900})
            await sound(desk)
        await desk.get_by_role("link", name="微信支付：有差异").click()
        await desk.get_by_role("heading", name="待处理的差异 4").wait_for()
        for width in (820, 390, 1280):
            await desk.set_viewport_size({"width": width, "height": 900})
            await sound(desk)
        await desk.get_by_role("button", name="复核通过").click()
        await desk.get_by_role("heading", name="待处理的差异 3").wait_for()
        strange = desk.get_by_role("article").filter(has_text="P20261120ABCDEFGHJKLMNPQ")
        await strange.get_by_label("处理方式").select_option("挂账待查")
        await strange.get_by_label("说明").fill("渠道后台有款，来源待查")
        await strange.get_by_role("button", name="提出处理").click()
        await strange.get_by_text("由您提出，须由另一位财务人员复核。").wait_for()
        assert await strange.get_by_role("button", name="复核通过").count() == 0
        await desk.get_by_role("link", name="账簿").click()
        await desk.get_by_role("heading", name="分录", exact=True).wait_for()
        await sound(desk)
        await desk.get_by_role("link", name="试算平衡表").click()
        await desk.get_by_text("试算平衡", exact=True).wait_for()
        for width in (390, 1280):
            await desk.set_viewport_size({"width": width, "height": 900})
            await sound(desk)
    assert (await books())["transit:wechat"] == 8000
    assert faults == []
