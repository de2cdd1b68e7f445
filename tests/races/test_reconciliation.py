"""A day is compared by one run at a time, and a difference decided once. Each control shows what the lock is for."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from tortoise.exceptions import IntegrityError, OperationalError

from channels.bills import BillRow
from channels.payment import ChannelPayment, ChannelState
from foundation import clock
from foundation.actor import Actor
from payments import comparing, difference_deeds, differences, gateway, reconciliation, statements
from payments.models import LedgerEntry
from payments.reconciliation_errors import DifferenceMoved, ReconciliationRunning
from payments.reconciliation_models import Difference
from tests.builders.payments import books
from tests.builders.statements import Teller, at, paid_row, refund_row, yesterday

BY, FIRST, SECOND, THIRD = (Actor.staff(n) for n in range(1, 5))
WENT_WRONG = (IntegrityError, OperationalError, asyncpg.PostgresError)


@pytest.fixture
async def teller(db: None) -> AsyncIterator[Teller]:
    one = Teller("wechat")
    gateway.use({"wechat": one})
    yield one
    gateway.use({})


def once_the_statement_is_there() -> AbstractContextManager[None]:
    return clock.frozen(max(clock.now(), at(yesterday(), 0) + timedelta(days=1, hours=11)))


async def compared() -> Any:
    return await reconciliation.run(channel="wechat", day=yesterday(), by=BY)


async def run() -> Any:
    with once_the_statement_is_there():
        return await compared()


class Held(list[BillRow]):
    """The rows of a bill; whoever reads them first is held up after the first row until `go_on`."""

    def __init__(self, *rows: BillRow) -> None:
        super().__init__(rows)
        self.reading, self.go_on = threading.Event(), threading.Event()

    def __iter__(self) -> Iterator[BillRow]:
        first = not self.reading.is_set()
        for row in super().__iter__():
            yield row
            self.reading.set()
            if first:
                self.go_on.wait(20)


async def test_two_runs_at_once_are_one(teller: Teller):
    held = Held(paid_row("P-1", day=yesterday(), fee_fen=30), refund_row("R-1", of="P-1", day=yesterday()))
    teller.statements[yesterday()] = held
    first = asyncio.create_task(run())
    await asyncio.to_thread(held.reading.wait, 20)
    try:
        with pytest.raises(ReconciliationRunning):
            await run()
    finally:
        held.go_on.set()
    assert (await first).their_payments == 1
    assert await books() == {"channel:wechat": -30, "fee:wechat": 30}
    assert await Difference.all().count() == 2
    assert await run() == await run()


async def test_control_without_the_lock_both_compare_and_one_breaks_off(
    teller: Teller, monkeypatch: pytest.MonkeyPatch
):
    async def nothing(*_: Any, **__: Any) -> None: ...

    both = asyncio.Barrier(2)

    really = comparing.compare

    async def when_both_have_read(*args: Any, **more: Any) -> comparing.Figures:
        await both.wait()
        return await really(*args, **more)

    monkeypatch.setattr(reconciliation, "_lock", nothing)
    monkeypatch.setattr(statements, "keep", nothing)
    monkeypatch.setattr(comparing, "compare", when_both_have_read)
    teller.statements[yesterday()] = [
        paid_row("P-1", day=yesterday(), fee_fen=30),
        refund_row("R-1", of="P-1", day=yesterday()),
    ]
    with once_the_statement_is_there():  # around both: who ends first would start the clock again under the other
        outcomes = await asyncio.gather(compared(), compared(), return_exceptions=True)
    broken = [one for one in outcomes if isinstance(one, WENT_WRONG)]
    assert broken or (await books())["fee:wechat"] == 60, outcomes


async def a_proposal(teller: Teller) -> Difference:
    teller.statements[yesterday()] = [paid_row("P-1", day=yesterday(), fen=500)]
    await run()
    one = await Difference.get(number="P-1")
    await differences.propose(difference_id=one.id, deed="book", note="先挂账", by=FIRST)
    return one


async def test_two_who_approve_at_once_book_once(teller: Teller):
    one = await a_proposal(teller)
    outcomes = await asyncio.gather(
        *(differences.approve(difference_id=one.id, by=who) for who in (SECOND, THIRD) * 4), return_exceptions=True
    )
    assert sum(outcome is None for outcome in outcomes) == 1
    assert sum(isinstance(outcome, DifferenceMoved) for outcome in outcomes) == 7
    assert await books() == {"channel:wechat": 500, "transit:wechat": -500}


async def test_control_without_the_lock_it_is_booked_twice(teller: Teller, monkeypatch: pytest.MonkeyPatch):
    one = await a_proposal(teller)
    both = asyncio.Barrier(2)

    async def merely_read(difference_id: int) -> Difference:
        found = await differences.find(difference_id)
        await both.wait()
        return found

    monkeypatch.setattr(difference_deeds, "locked", merely_read)
    outcomes = await asyncio.gather(
        *(differences.approve(difference_id=one.id, by=who) for who in (SECOND, THIRD)), return_exceptions=True
    )
    booked = (await books()).get("transit:wechat")
    assert booked == -1000 or any(isinstance(outcome, WENT_WRONG) for outcome in outcomes), outcomes


async def decided_to_send_back(teller: Teller) -> Difference:
    one = await a_proposal(teller)
    teller.orders["P-1"] = ChannelPayment(
        "wechat", "P-1", "T-P-1", ChannelState.PAID, 500, "CNY", None, None, None, clock.now()
    )
    await differences.turn_down(difference_id=one.id, note="退回更妥", by=FIRST)
    await differences.propose(difference_id=one.id, deed="send_back", note="查无此单", by=FIRST)
    await differences.approve(difference_id=one.id, by=SECOND)
    return one


async def entries_of(teller: Teller, one: Difference) -> int:
    """How many entries two who carry it out at once leave in the books."""
    outcomes = await asyncio.gather(
        *(difference_deeds.carry_out(difference_id=one.id) for _ in range(2)), return_exceptions=True
    )
    assert all(outcome is None or isinstance(outcome, WENT_WRONG) for outcome in outcomes), outcomes
    await one.refresh_from_db()
    assert (one.state, one.resolution) == ("resolved", "send_back")
    assert set(teller.asked("refund")) == {one.return_no}
    return await LedgerEntry.filter(reconciliation_id__isnull=False).count()


async def test_carried_out_twice_at_once_it_stands_in_the_books_once(teller: Teller):
    assert await entries_of(teller, await decided_to_send_back(teller)) == 4


async def test_control_without_the_lock_it_stands_there_twice(teller: Teller, monkeypatch: pytest.MonkeyPatch):
    one = await decided_to_send_back(teller)
    both = asyncio.Barrier(2)

    async def merely_read(difference_id: int) -> Difference:
        found = await differences.find(difference_id)
        if found.state == "approved":
            await both.wait()
        return found

    monkeypatch.setattr(difference_deeds, "locked", merely_read)
    assert await entries_of(teller, one) == 8
