"""kill -9 while money is between us and the channel: it settles once, and comes back once."""

import asyncio

import asyncpg
import pytest

from tests.invariants import amiss
from tests.invariants.moving import MONEY
from tests.journeys.frail_house import FrailHouse
from tests.journeys.walkers import Bureau, Citizen, Records, Sandbox, eventually

pytestmark = pytest.mark.slow

REFUND = "select r.state from refund r join payment_order o on o.id = r.order_id where o.out_trade_no = $1"


async def test_the_worker_is_killed_while_money_goes_back(frail_house: FrailHouse):
    """The channel has taken the refund, and neither its answer nor its notice arrives anywhere."""
    citizen, sandbox, records = await Citizen(frail_house).arrive(), Sandbox(frail_house), Records(frail_house)
    await citizen.sign_in("alipay")
    await citizen.verify()
    pay_code = await Bureau(frail_house).bill(citizen, fen=5002)  # an amount whose refund's notice is lost
    first, second = [await citizen.checkout(pay_code, channel) for channel in ("wechat", "alipay")]
    await sandbox.pay(second, "twice")
    await citizen.settled(pay_code)
    number = first["out_trade_no"]

    async def refunds_over_there() -> list[object]:
        return [one for one in (await sandbox.orders())["wechat_refunds"] if number in str(one)]

    await sandbox.pull("trouble", service="wechat_pay", kind="slow", seconds=60, delay=20)
    await sandbox.pull(f"wechat/pay/{number}", force=True)  # paid although it was closed: it settles nothing
    await eventually(refunds_over_there)
    frail_house.kill("worker")
    await sandbox.pull("trouble", service="wechat_pay", kind="none")
    assert [row["state"] for row in await records.rows(REFUND, number)] == ["requested"]

    await records.rows("update procrastinate_workers set last_heartbeat = now() - interval '1 minute'")
    await asyncio.to_thread(frail_house.start_again, "worker")

    async def came_back() -> bool:
        return [row["state"] for row in await records.rows(REFUND, number)] == ["done"]

    await eventually(came_back, within=60)
    assert len(await refunds_over_there()) == 1
    await records.settled_once(pay_code)
    await records.balanced()
    await nothing_is_amiss(frail_house)


async def test_the_door_of_the_channels_is_killed_again_and_again(frail_house: FrailHouse):
    """Notices that nobody answers come again, or the worker asks: each bill settles once."""
    citizen, sandbox, records = await Citizen(frail_house).arrive(), Sandbox(frail_house), Records(frail_house)
    pay_codes = [await Bureau(frail_house).bill(citizen, fen=5000) for _ in range(6)]
    orders = [await citizen.checkout(one) for one in pay_codes]
    for half in (orders[:3], orders[3:]):
        paying = [asyncio.create_task(sandbox.pay(one, "twice")) for one in half]
        await asyncio.wait(paying, return_when=asyncio.FIRST_COMPLETED)
        frail_house.kill("web")
        await asyncio.gather(*paying)
        await asyncio.to_thread(frail_house.start_again, "web")
    for pay_code in pay_codes:
        await citizen.settled(pay_code, within=40)
        await records.settled_once(pay_code)
    numbers = [one["out_trade_no"] for one in orders]
    assert await records.rows(REFUND.replace("= $1", "= any($1)"), numbers) == []
    await nothing_is_amiss(frail_house)


async def nothing_is_amiss(house: FrailHouse) -> None:
    connection = await asyncpg.connect(house.database_url)
    try:
        assert await amiss(connection.fetch, MONEY) == []
    finally:
        await connection.close()
