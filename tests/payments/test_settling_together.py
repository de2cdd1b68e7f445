"""Notices that come together: one transaction, and each has its own end."""

import asyncio
import contextvars
from collections import Counter
from collections.abc import AsyncIterator, Collection, Sequence
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from tortoise.exceptions import IntegrityError, OperationalError

from channels.payment import Notice, NoticeKind
from foundation import clock, database
from foundation.database import DatabaseGone, Transaction
from payments import gateway, inbox, notice_gathering, notices, orders, settling_together
from payments.inbox import Letter
from payments.late_fee_rules import Growth
from payments.models import Bill, BillItem, ChannelEvent, LedgerEntry, PaymentOrder, Refund
from payments.settling_together import settle_together
from tests.builders.hostile_till import HostileTill
from tests.builders.payments import UNIT, a_bill, a_payer, begin, bills, state_of
from tests.invariants import amiss
from tests.invariants.moving import MONEY


@pytest.fixture
async def till(db: None) -> AsyncIterator[HostileTill]:
    till = HostileTill("wechat")
    gateway.use({"wechat": till, "alipay": HostileTill("alipay")})
    yield till
    gateway.use({})


async def begun(**bill: Any) -> tuple[Bill, PaymentOrder]:
    citizen, identity = await a_payer()
    owed = await a_bill(payer=identity, **bill)
    return owed, await begin(owed, citizen)


async def receive(body: bytes) -> str:
    return await notices.receive(channel="wechat", headers={"wechatpay-serial": "5F"}, body=body)


def letter(till: HostileTill, body: bytes) -> Letter:
    notice: Notice = till.letters[body]
    assert notice.kind is NoticeKind.PAYMENT
    assert notice.payment is not None
    return inbox.letter("wechat", {}, body, notice.payment)


async def one_transaction_each(those: Sequence[ChannelEvent]) -> int:
    """How many transactions wrote these rows."""
    ids = [one.id for one in those]
    return int(await database.fetchval("select count(distinct xmin::text) from channel_event where id = any($1)", ids))


async def test_many_at_once_are_settled_by_few_transactions(till: HostileTill):
    made = [await begun() for _ in range(12)]
    letters = [till.pays(order.out_trade_no) for _, order in made]
    assert await asyncio.gather(*map(receive, letters)) == ["settled"] * 12
    assert [await state_of(bill) for bill, _ in made] == ["settled"] * 12
    kept = await ChannelEvent.all()
    assert {(one.outcome, one.headers["wechatpay-serial"]) for one in kept} == {("settled", "5F")}
    assert await one_transaction_each(kept) <= 4
    assert await amiss(database.fetch, MONEY) == []


async def test_in_one_batch_each_has_its_own_end(till: HostileTill):
    """Settled, told twice, in other words, of another amount, unknown, of a withdrawn bill, of one that had grown."""
    plain, wrong, late = [(await begun())[1] for _ in range(3)]
    withdrawn, gone = await begun()
    await bills.withdraw(notice_no=withdrawn.notice_no, by=UNIT, reason="开错")
    growing, grown = await begun(
        fen=20000, expire_date=clock.today() - timedelta(days=2),
        items=(bills.PushedItem(exec_item_code="1", exec_item_name="罚款", amount_fen=20000,
                                growth=Growth(per_day=300, kind="penalty", basis="")),),
    )  # fmt: skip
    first = till.pays(plain.out_trade_no)
    words = [
        first, first, till.write(plain.out_trade_no), till.pays(wrong.out_trade_no, amount_fen=1),
        till.pays(gone.out_trade_no), till.pays(grown.out_trade_no), till.pays(late.out_trade_no),
    ]  # fmt: skip
    words.append(till.write(plain.out_trade_no, out_trade_no="P-of-a-former-life"))
    outcomes = await asyncio.gather(*map(receive, words))
    assert Counter(outcomes[:3]) == {"settled": 1, "repeated": 2}
    assert outcomes[3:] == ["quarantined", "returned", "settled", "settled", "unknown_order"]
    assert (await Refund.get(order=gone)).amount_fen == 8000
    assert (await BillItem.get(bill=growing)).late_fen == 1200
    assert await ChannelEvent.all().count() == len(set(words))
    assert await amiss(database.fetch, MONEY) == []


async def test_two_orders_of_one_bill_in_one_batch_settle_it_once(till: HostileTill):
    citizen, identity = await a_payer()
    bill = await a_bill(payer=identity)
    first = await begin(bill, citizen)
    await PaymentOrder.filter(id=first.id).update(state="closed", ask_at=None)
    second = await begin(bill, citizen)
    both = [till.pays(one.out_trade_no) for one in (first, second)]
    assert await settle_together([letter(till, one) for one in both]) == ["settled", None]
    assert [await receive(one) for one in both] == ["repeated", "returned"]
    assert await amiss(database.fetch, MONEY) == []


async def test_the_same_notice_sixty_times_at_once_in_batches_settles_once(till: HostileTill):
    bill, order = await begun()
    body = till.pays(order.out_trade_no)
    outcomes = await asyncio.gather(*(receive(body) for _ in range(60)))
    assert Counter(outcomes) == {"settled": 1, "repeated": 59}
    assert (await ChannelEvent.get()).outcome == "settled"
    assert await LedgerEntry.all().count() == 2
    assert await state_of(bill) == "settled"


async def test_a_batch_that_fails_fails_nobody(till: HostileTill, monkeypatch: pytest.MonkeyPatch):
    async def fails(letters: Sequence[Letter]) -> list[None]:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(notice_gathering, "settle_together", fails)
    made = [await begun() for _ in range(3)]
    letters = [till.pays(order.out_trade_no) for _, order in made]
    assert await asyncio.gather(*map(receive, letters)) == ["settled"] * 3
    assert await amiss(database.fetch, MONEY) == []


async def test_what_we_cannot_understand_is_kept_all_the_same(till: HostileTill, monkeypatch: pytest.MonkeyPatch):
    """Gathered or alone: a fault of ours in understanding loses no word of the channel."""

    async def fails(payment: object) -> str:
        raise RuntimeError("a fault of ours")

    _, order = await begun()
    body = till.pays(order.out_trade_no, amount_fen=1)  # so that it is looked at alone
    monkeypatch.setattr(notices.settlement, "settle", fails)
    with pytest.raises(RuntimeError):
        await receive(body)
    kept = await ChannelEvent.get()
    assert (kept.outcome, kept.body.encode(), kept.handled_at) == ("received", body, None)


async def test_a_settlement_is_never_kept_without_its_notice(till: HostileTill, monkeypatch: pytest.MonkeyPatch):
    async def fails(tx: Transaction, those: object) -> None:
        raise RuntimeError("the disk is full")

    bill, order = await begun()
    body = till.pays(order.out_trade_no)
    monkeypatch.setattr(settling_together.inbox, "keep_decided", fails)
    with pytest.raises(RuntimeError):
        await settle_together([letter(till, body)])
    assert (await state_of(bill), await state_of(order)) == ("unpaid", "awaiting")
    assert not await ChannelEvent.exists()


async def test_without_the_database_nothing_is_answered(till: HostileTill, monkeypatch: pytest.MonkeyPatch):
    async def gone(letters: Sequence[Letter]) -> list[None]:
        raise DatabaseGone(retry_after=5)

    monkeypatch.setattr(notice_gathering, "settle_together", gone)
    _, order = await begun()
    with pytest.raises(DatabaseGone):
        await receive(till.pays(order.out_trade_no))


async def test_who_hangs_up_takes_nobody_along(till: HostileTill):
    made = [await begun() for _ in range(6)]
    letters = [till.pays(order.out_trade_no) for _, order in made]
    asking = [asyncio.create_task(receive(one)) for one in letters]
    await asyncio.sleep(0)
    asking[0].cancel()
    asking[3].cancel()
    await asyncio.wait(asking)
    assert [one.result() for one in asking if not one.cancelled()] == ["settled"] * 4
    for body in (letters[0], letters[3]):  # the channel had no answer and tells again
        assert await receive(body) in ("settled", "repeated")
    assert await amiss(database.fetch, MONEY) == []


async def test_a_bill_that_somebody_holds_keeps_no_neighbour_waiting(till: HostileTill):
    (held, first), (free, second) = [await begun() for _ in range(2)]
    letters = [till.pays(one.out_trade_no) for one in (first, second)]
    async with database.transaction():
        await Bill.select_for_update().get(id=held.id)
        late, quick = [asyncio.create_task(elsewhere(one)) for one in letters]
        assert await quick == "settled"
        assert not late.done()
    assert await late == "settled"
    assert [await state_of(one) for one in (held, free)] == ["settled"] * 2


async def elsewhere(body: bytes) -> str:
    """As a task that has nothing to do with the transaction of the test."""
    return await asyncio.get_running_loop().create_task(receive(body), context=contextvars.Context())


CROSSING = 6
HOLD = "select id from bill where id = (select bill_id from payment_order where out_trade_no = $1) for update"


async def crossing(till: HostileTill) -> list[list[Letter]]:
    """Two batches of the same bills, in opposite orders."""
    made = [await begun() for _ in range(CROSSING)]
    letters = [letter(till, till.pays(order.out_trade_no)) for _, order in made]
    return [letters, letters[::-1]]


async def test_batches_that_cross_never_deadlock(till: HostileTill, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(database, "DEADLOCK_ATTEMPTS", 1)
    for _ in range(5):
        said = await asyncio.gather(*(settle_together(batch) for batch in await crossing(till)))
        assert Counter(one for batch in said for one in batch)["settled"] == CROSSING
    assert await amiss(database.fetch, MONEY) == []


async def test_control_batches_that_wait_in_the_order_of_arrival_deadlock(
    till: HostileTill, monkeypatch: pytest.MonkeyPatch
):
    """The control: bills locked one by one, as the letters lie, each waited for."""

    async def as_they_came(tx: Transaction, numbers: Collection[str]) -> Any:
        for number in arrived[asyncio.current_task()]:
            await tx.fetch(HOLD, number)
            await everybody.wait()
        return await orders.locked_all(tx, numbers)

    everybody = asyncio.Barrier(2)
    arrived: dict[Any, list[str]] = {}
    monkeypatch.setattr(settling_together, "locked_all", as_they_came)
    monkeypatch.setattr(database, "DEADLOCK_ATTEMPTS", 1)
    tasks = []
    for batch in await crossing(till):
        task = asyncio.create_task(settle_together(batch))
        arrived[task] = [one.payment.out_trade_no for one in batch]
        tasks.append(task)
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    await everybody.abort()  # who is left may go on alone
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    faults = (asyncpg.DeadlockDetectedError, asyncpg.LockNotAvailableError, OperationalError, IntegrityError)
    assert any(isinstance(one, faults) for one in ended)
