"""Redis or the database gone for a while: each a named refusal, nothing lost, and all is well when they are back."""

import secrets

import pytest

from tests.journeys.frail_house import FrailHouse
from tests.journeys.walkers import Bureau, Citizen, Records, Sandbox, bill_of, body, code, eventually

pytestmark = pytest.mark.slow


async def test_without_redis(frail_house: FrailHouse):
    citizen, bureau, sandbox = await Citizen(frail_house).arrive(), Bureau(frail_house), Sandbox(frail_house)
    pay_code, slot = await bureau.bill(citizen), (await citizen.free_slots())[0]
    order = await citizen.checkout(pay_code)
    newcomer = Citizen(frail_house)
    await newcomer.sign_in()  # and asks nothing yet
    await frail_house.redis_wire.cut()
    try:
        assert body(await citizen.http.get("/v1/me"))["real_name_done"]  # the door knew them a moment ago
        assert code(await newcomer.http.get("/v1/me"), 503) == "RedisGone"
        body(await citizen.reserve(slot["id"], key=secrets.token_hex(8)), 201)
        pushed = await bureau.push("/departments/v1/bills", {"bills": [bill_of(citizen, 100)]})
        assert code(pushed, 503) == "RedisGone"
        visitor = Citizen(frail_house)
        assert (await visitor.get("/v1/guides/passport"))["name"]
        assert body(await visitor.http.get("/healthz"))
        assert (await visitor.http.get("/readyz")).status_code == 503
        asked = {"platform": "wechat", "code": await visitor.code()}
        assert code(await visitor.http.post("/v1/login", json=asked), 503) == "RedisGone"
        await sandbox.pay(order)

        async def settled() -> bool:
            rows = await Records(frail_house).rows("select state from bill where pay_code = $1", pay_code)
            return [row["state"] for row in rows] == ["settled"]

        await eventually(settled)  # money needs no Redis
    finally:
        await frail_house.redis_wire.mend()
    await eventually(lambda: answers(citizen, "/readyz"))
    assert await citizen.result(pay_code) == "settled"
    await Records(frail_house).settled_once(pay_code)


async def answers(citizen: Citizen, path: str) -> bool:
    return (await citizen.http.get(path)).status_code == 200


async def test_without_the_database(frail_house: FrailHouse):
    citizen, bureau, sandbox = await Citizen(frail_house).arrive(), Bureau(frail_house), Sandbox(frail_house)
    pay_code, slot = await bureau.bill(citizen), (await citizen.free_slots())[0]
    order, key = await citizen.checkout(pay_code), secrets.token_hex(8)
    await frail_house.database_wire.cut()
    try:
        refused = [
            await citizen.http.get("/v1/bills"),
            await citizen.http.get("/v1/home"),
            await citizen.reserve(slot["id"], key=key),
            await citizen.http.post(f"/v1/bills/{pay_code}/checkout", json={"channel": "wechat"}),
            await bureau.push("/departments/v1/bills/withdraw", {"notice_no": "x", "reason": "y"}),
        ]
        assert {code(one, 503) for one in refused} == {"DatabaseGone"}
        assert body(await citizen.http.get("/healthz"))
        assert (await citizen.http.get("/readyz")).status_code == 503
        await sandbox.pay(order)

        async def turned_away() -> bool:
            (notice,) = await sandbox.notices(order["out_trade_no"])
            return bool(notice["attempts"]) and {one["status"] for one in notice["attempts"]} == {503}

        await eventually(turned_away)  # so the platform will tell it again
    finally:
        await frail_house.database_wire.mend()
    await eventually(lambda: answers(citizen, "/readyz"))
    booking = body(await citizen.reserve(slot["id"], key=key), 201)
    assert [one["code"] for one in await citizen.get("/v1/bookings")] == [booking["code"]]
    await citizen.settled(pay_code)
    records = Records(frail_house)
    await records.settled_once(pay_code)
    await records.balanced()
    await records.slots_agree()
