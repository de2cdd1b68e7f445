"""缴费 through HTTP: what I owe today, what I have paid, whom I may pay for, and a key that begins once."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

import httpx
import pytest

from foundation import clock
from foundation.actor import Actor
from identity import delegation
from payments import bills, gateway, settlement
from payments.late_fee_rules import Growth
from tests.builders import payments
from tests.builders.payments import Till
from tests.doors.test_own_screens import Caller, caller


@pytest.fixture
async def me(bff: httpx.AsyncClient) -> Caller:
    return await caller(bff)


@pytest.fixture
async def stranger(bff: httpx.AsyncClient) -> Caller:
    return await caller(bff)


@pytest.fixture
def till() -> Iterator[Till]:
    made = Till("wechat")
    gateway.use({"wechat": made, "alipay": Till("alipay")})
    yield made
    gateway.use({})


@pytest.fixture(autouse=True)
def midday() -> Iterator[None]:
    """No day ends within a test."""
    with clock.frozen(datetime.combine(clock.today(), time(12), clock.SHANGHAI)):
        yield


def a_fine(fen: int = 20000) -> tuple[bills.PushedItem, ...]:
    growth = Growth(per_day=300, kind="penalty", basis="行政处罚法第七十二条")
    return (bills.PushedItem(exec_item_code="1", exec_item_name="罚款", amount_fen=fen, growth=growth),)


async def test_what_is_due_grows_until_it_is_begun(me: Caller, till: Till) -> None:
    yesterday = clock.today() - timedelta(days=1)
    bill = await payments.a_bill(payer=me.papers, fen=20000, items=a_fine(), expire_date=yesterday)
    ended = await payments.a_bill(payer=me.papers, fen=500, expire_date=yesterday)
    (other, shown) = await me.get("/v1/bills?which=open")
    assert (shown["due_fen"], shown["late_fen"], shown["total_fen"], shown["days_late"]) == (20600, 600, 20000, 1)
    assert (shown["can_pay"], other["pay_code"], other["can_pay"]) == (True, ended.pay_code, False)
    (line,) = shown["items"]
    assert (line["late_fen"], line["late_kind"], line["late_per_day"]) == (600, "penalty", 300)
    assert (await me.get("/v1/home"))["todo"]["unpaid_fen"] == 21100
    begun = (await me("POST", f"/v1/bills/{bill.pay_code}/checkout", {"channel": "wechat"})).json()
    assert (begun["amount_fen"], begun["late_fen"]) == (20600, 600)
    await settlement.settle(till.pay(begun["out_trade_no"]))
    (settled,) = await me.get("/v1/bills?which=settled")
    assert (settled["due_fen"], settled["settled_fen"], settled["items"][0]["late_fen"]) == (0, 20600, 600)
    result = await me.get(f"/v1/bills/{bill.pay_code}/result")
    assert (result["state"], result["amount_fen"]) == ("settled", 20600)


async def test_one_intent_begins_once(me: Caller, till: Till) -> None:
    bill, other = await payments.a_bill(payer=me.papers), await payments.a_bill(payer=me.papers)
    key, body = {"Idempotency-Key": "my-intent-1"}, {"channel": "wechat"}
    path = f"/v1/bills/{bill.pay_code}/checkout"
    first, again = [(await me("POST", path, body, **key)).json() for _ in range(2)]
    assert first == again
    assert await me.refused("POST", f"/v1/bills/{other.pay_code}/checkout", body, **key) == (422, "KeyReused")
    assert await me.refused("POST", path, body, **{"Idempotency-Key": "short"}) == (422, "KeyMalformed")
    with clock.frozen(clock.now() + timedelta(minutes=29)):
        assert await me.refused("POST", path, body, **key) == (409, "CheckoutOver")
        anew = await me("POST", path, body, **{"Idempotency-Key": "my-intent-2"})
        assert anew.json()["out_trade_no"] != first["out_trade_no"]


async def test_my_payments_and_nobody_elses(me: Caller, stranger: Caller, till: Till) -> None:
    bill = await payments.a_bill(payer=me.papers, fen=1234)
    begun = (await me("POST", f"/v1/bills/{bill.pay_code}/checkout", {"channel": "wechat"})).json()
    (payment,) = await me.get("/v1/payments")
    assert (payment["state"], payment["paid_at"]) == ("awaiting", None)
    await settlement.settle(till.pay(begun["out_trade_no"]))
    (payment,) = await me.get("/v1/payments")
    assert (payment["pay_code"], payment["amount_fen"], payment["state"]) == (bill.pay_code, 1234, "paid")
    assert await me.get(f"/v1/payments?before={begun['out_trade_no']}") == []
    assert await stranger.get("/v1/payments") == []


async def test_paying_for_who_asked_me_to(me: Caller, stranger: Caller, till: Till) -> None:
    bill = await payments.a_bill(payer=stranger.papers)
    assert await me.get("/v1/screens/bills") == {"mine": [], "theirs": []}
    await delegation.grant(
        principal_id=stranger.citizen.id, agent_id=me.citizen.id, scope=["pay"],
        until=clock.today() + timedelta(days=9), by=Actor.citizen(stranger.citizen.id),
    )  # fmt: skip
    (theirs,) = (await me.get("/v1/screens/bills"))["theirs"]
    assert (theirs["principal"], [one["pay_code"] for one in theirs["bills"]]) == ("张*", [bill.pay_code])
    begun = await me("POST", f"/v1/bills/{bill.pay_code}/checkout", {"channel": "wechat"})
    await settlement.settle(till.pay(begun.json()["out_trade_no"]))
    assert (await me.get("/v1/screens/bills"))["theirs"][0]["bills"] == []
    assert [one["state"] for one in (await stranger.get("/v1/screens/bills"))["mine"]] == ["settled"]
    assert (await stranger.get(f"/v1/bills/{bill.pay_code}"))["state"] == "settled"
    assert [one["pay_code"] for one in await me.get("/v1/payments")] == [bill.pay_code]


async def test_paying_by_code_and_second_factor(me: Caller, stranger: Caller, till: Till) -> None:
    bill = await payments.a_bill(payer=stranger.papers)
    path, factor = f"/v1/bills/{bill.pay_code}/checkout", stranger.papers.last_four
    wrong = "0000" if factor != "0000" else "1111"
    assert await me.refused("POST", path, {"channel": "wechat", "last_four": wrong}) == (404, "BillNotFound")
    begun = await me("POST", path, {"channel": "wechat", "last_four": factor})
    await settlement.settle(till.pay(begun.json()["out_trade_no"]))
    assert (await me.get(f"/v1/bills/{bill.pay_code}/result"))["state"] == "settled"
