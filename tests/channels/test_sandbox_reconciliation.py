"""A day on both channels as the sandbox tells it the morning after: signed, hashed, zipped, in GBK and back-quotes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime, timedelta

import pytest

from channels.payment import RefundState
from channels.registry import open_channels
from foundation import clock, settings
from foundation.actor import Actor
from foundation.http import OutcomeUnknown
from identity.models import PlatformAccount
from payments import checkout, difference_deeds, differences, gateway, inquiry, reconciliation, statements
from payments.comparing import Figures
from payments.models import PaymentOrder
from payments.reconciliation_models import Difference, Statement
from tests.builders.payments import a_bill, a_payer, begin
from tests.builders.statements import at
from tests.channels.sandbox_process import Sandbox
from tests.channels.test_sandbox_payment import PAYERS

pytestmark = pytest.mark.slow

FIRST, SECOND = Actor.staff(1), Actor.staff(2)
NOON = at(clock.today(), 12)


@pytest.fixture
async def open_for_business(
    db: None,
    sandbox: Sandbox,
    environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[None]:
    """Both channels at the sandbox, where it is noon; orders live until then, whatever the hour here."""
    monkeypatch.setattr(checkout, "LIFETIME", timedelta(days=2))
    await it_is(sandbox, NOON)
    ours = settings.current()
    theirs = settings.load(environment | sandbox.env)
    settings.use(theirs)
    gateway.use(open_channels(theirs))
    yield
    await gateway.close()
    settings.use(ours)


async def it_is(sandbox: Sandbox, moment: datetime) -> None:
    await sandbox.pull("dials", now=moment.isoformat())


async def the_morning_after(sandbox: Sandbox, channel: str) -> Figures:
    """The bill is fetched by the hour of the sandbox; what is signed goes by ours."""
    await it_is(sandbox, NOON + timedelta(days=1))
    row = await reconciliation.row_of(channel, NOON.date())
    async with gateway.channel(channel).trade_bill(NOON.date()) as bill:
        return await reconciliation.compared(bill, reconciliation_id=row, by=FIRST)


async def paid(sandbox: Sandbox, channel: str) -> PaymentOrder:
    citizen, identity = await a_payer(channel)
    await PlatformAccount.filter(citizen_id=citizen.id).update(openid=f"gone-{citizen.id}")
    ours = settings.current()
    app_id = ours.wechat.app_id if channel == "wechat" else ours.alipay.app_id
    await PlatformAccount.filter(platform=channel, openid=PAYERS[channel]).update(openid=f"before-{citizen.id}")
    await PlatformAccount.create(citizen=citizen, platform=channel, app_id=app_id, openid=PAYERS[channel])
    order = await begin(await a_bill(payer=identity), citizen, channel)
    await sandbox.pull(f"{channel}/pay/{order.out_trade_no}")
    await inquiry.ask(order.id)
    await order.refresh_from_db()
    assert order.state == "paid"
    return order


@pytest.mark.usefixtures("open_for_business")
@pytest.mark.parametrize("channel", ["wechat", "alipay"])
async def test_a_day_and_the_morning_after(sandbox: Sandbox, channel: str):
    agrees, left_out, falsified = [await paid(sandbox, channel) for _ in range(3)]
    await sandbox.pull(f"{channel}/bill/{left_out.out_trade_no}", fen=0)
    await sandbox.pull(f"{channel}/bill/{falsified.out_trade_no}", fen=7999)
    figures = await the_morning_after(sandbox, channel)
    assert (figures.our_payments, figures.their_payments, figures.matched) == (3, 2, 1)
    found = {one.number: one.kind for one in await Difference.all()}
    assert found == {left_out.out_trade_no: "short", falsified.out_trade_no: "amount"}
    kept = await statements.find((await Statement.get()).id)
    assert kept.suffix == ("csv.gz" if channel == "wechat" else "zip")
    assert sum([len(part) async for part in statements.parts(kept)]) == kept.size
    for one in (left_out, falsified):
        await sandbox.pull(f"{channel}/bill/{one.out_trade_no}", fen=None)
    assert (await the_morning_after(sandbox, channel)).matched == 3
    assert await Difference.exclude(state="resolved").count() == 0
    assert agrees.out_trade_no not in found


@pytest.mark.usefixtures("open_for_business")
async def test_money_for_nobody_goes_back_at_the_channel(sandbox: Sandbox):
    """An order that the channel knows and we have lost: as after a restore to an earlier moment."""
    lost = await paid(sandbox, "wechat")
    await PaymentOrder.filter(id=lost.id).update(out_trade_no="P-lost")
    await the_morning_after(sandbox, "wechat")
    one = await Difference.get(number=lost.out_trade_no)
    assert (one.kind, differences.fitting(one)[0]) == ("long", "send_back")
    await differences.propose(difference_id=one.id, deed="send_back", note="库已恢复，无此单", by=FIRST)
    await differences.approve(difference_id=one.id, by=SECOND)
    async with asyncio.timeout(20):
        while (await Difference.get(id=one.id)).state == "approved":
            with suppress(OutcomeUnknown):  # the sandbox takes its time to give money back
                await difference_deeds.carry_out(difference_id=one.id)
    await one.refresh_from_db()
    assert (one.state, one.resolution) == ("resolved", "send_back")
    back = await gateway.channel("wechat").query_refund(out_refund_no=one.return_no, out_trade_no=one.number)
    assert (back.state, back.amount_fen) == (RefundState.DONE, 8000)
