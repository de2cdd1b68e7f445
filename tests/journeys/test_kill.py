"""kill -9 in the middle of it: nothing is lost and nothing is doubled."""

import asyncio
import uuid

import httpx
import pytest

from tests.journeys.frail_house import FrailHouse
from tests.journeys.walkers import Bureau, Citizen, Records, Sandbox, body, code, eventually

pytestmark = pytest.mark.slow


async def start_again(house: FrailHouse, name: str) -> None:
    await asyncio.to_thread(house.start_again, name)


async def messages_about(citizen: Citizen, word: str) -> int:
    found = await citizen.sandbox.messages(citizen.accounts["wechat"])
    return len([one for one in found if word in str(one["data"])])


async def test_the_citizens_door_is_killed_while_they_book(frail_house: FrailHouse):
    crowd = [await Citizen(frail_house).arrive() for _ in range(5)]
    slots = (await crowd[0].free_slots(least=5))[:5]
    keys = [str(uuid.uuid4()) for _ in crowd]
    tries = [
        asyncio.create_task(one.reserve(slot["id"], key=key)) for one, slot, key in zip(crowd, slots, keys, strict=True)
    ]
    await asyncio.sleep(0.005)
    frail_house.kill("bff")
    ended = await asyncio.gather(*tries, return_exceptions=True)
    assert all(isinstance(one, httpx.Response | httpx.TransportError) for one in ended)
    assert any(isinstance(one, httpx.TransportError) for one in ended)  # it was in the middle of it
    await start_again(frail_house, "bff")
    for one, slot, key in zip(crowd, slots, keys, strict=True):
        booking = body(await one.reserve(slot["id"], key=key), 201)  # the same intent, the same key
        assert [row["code"] for row in await one.get("/v1/bookings")] == [booking["code"]]
    await Records(frail_house).slots_agree()


async def test_the_systems_door_is_killed_while_the_money_comes(frail_house: FrailHouse):
    citizen, sandbox = await Citizen(frail_house).arrive(), Sandbox(frail_house)
    pay_codes = [await Bureau(frail_house).bill(citizen) for _ in range(3)]
    orders = [await citizen.checkout(one) for one in pay_codes]
    await sandbox.pay(orders[0])
    paying = asyncio.create_task(sandbox.pay(orders[1]))
    frail_house.kill("web")
    await paying
    await sandbox.pay(orders[2])  # nobody hears this notice
    await start_again(frail_house, "web")
    for pay_code, order in zip(pay_codes, orders, strict=True):
        await citizen.settled(pay_code)
        await Records(frail_house).settled_once(pay_code)
        rows = await Records(frail_house).rows(
            "select 1 from refund r join payment_order o on o.id = r.order_id where o.out_trade_no = $1",
            order["out_trade_no"],
        )
        assert rows == []
    await Records(frail_house).balanced()


async def test_the_worker_is_killed_with_its_hands_full(frail_house: FrailHouse):
    citizen, bureau, sandbox = await Citizen(frail_house).arrive(), Bureau(frail_house), Sandbox(frail_house)
    pay_code = await bureau.bill(citizen, fen=6600)
    order = await citizen.checkout(pay_code)
    await asyncio.gather(*(bureau.bill(citizen, fen=7700) for _ in range(6)), sandbox.pay(order))
    frail_house.kill("worker")
    await citizen.settled(pay_code)  # whoever pays sees it at once: no worker is needed for that
    late = await bureau.bill(citizen, fen=5500)
    records = Records(frail_house)
    await records.rows("update procrastinate_workers set last_heartbeat = now() - interval '1 minute'")
    frail_house.begin("worker")

    async def all_told() -> bool:
        inbox = [one["text"] for one in await citizen.get("/v1/me/messages")]
        return [sum(yuan in text for text in inbox) for yuan in ("66.00 元。可", "66.00 元。", "77.00", "55.00")] == [
            1,
            2,
            6,
            1,
        ]

    await eventually(all_told, within=40)
    assert late
    await eventually(lambda: none_waits(records))
    told = await messages_about(citizen, "缴款成功")
    assert told == 1 or (told == 0 and await nobody_knows(records))
    await records.settled_once(pay_code)
    await records.balanced()


async def nobody_knows(records: Records) -> bool:
    """The worker died with a message in hand: it may not have left, is never sent again, and says so after a while."""
    return bool(await records.rows("select 1 from message where state in ('sending', 'unknown')"))


async def none_waits(records: Records) -> bool:
    """No message waits to be sent."""
    return not await records.rows("select 1 from message where state = 'queued'")


async def test_the_platforms_vanish_while_a_citizen_pays(frail_house: FrailHouse):
    citizen, bureau, sandbox = await Citizen(frail_house).arrive(), Bureau(frail_house), Sandbox(frail_house)
    begun, other = await bureau.bill(citizen), await bureau.bill(citizen)
    order = await citizen.checkout(begun)
    frail_house.kill("sandbox")
    refused = await citizen.http.post(f"/v1/bills/{other}/checkout", json={"channel": "wechat"})
    assert code(refused, 503) == "OutsideUnavailable"
    assert await citizen.result(begun) == "waiting"
    await start_again(frail_house, "sandbox")
    assert (await citizen.checkout(begun))["out_trade_no"] == order["out_trade_no"]
    await sandbox.pay(order)
    await sandbox.pay(await citizen.checkout(other))
    for pay_code in (begun, other):
        await citizen.settled(pay_code)
        await Records(frail_house).settled_once(pay_code)
    numbers = await Records(frail_house).rows(
        "select count(*) from payment_order o join bill b on b.id = o.bill_id where pay_code = any($1) group by b.id",
        [begun, other],
    )
    assert [row["count"] for row in numbers] == [1, 1]
    await Records(frail_house).balanced()
