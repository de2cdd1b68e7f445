"""Money for nobody goes back out of quarantine or by a difference, never both. The control shows why."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from foundation import clock
from foundation.actor import Actor
from foundation.errors import Refusal
from payments import differences, gateway, notices, quarantine_returns, reconciliation, sending_back
from payments.quarantine_errors import SentBackOtherwise
from payments.quarantine_models import QuarantinedNotice
from payments.reconciliation_errors import DeedNotFitting
from payments.reconciliation_models import Difference
from tests.builders.payments import begun
from tests.builders.statements import Teller, at, paid_row, yesterday

FIRST, SECOND = Actor.staff(1), Actor.staff(2)
STRAY = "P-of-a-former-life"


@pytest.fixture
async def both_wanted(db: None) -> AsyncIterator[tuple[int, int]]:
    """Money that one person wants sent back from either side: the ids of the notice and of the difference.

    Its notice comes after the difference was proposed, as a notice may.
    """
    teller = Teller("wechat")
    gateway.use({"wechat": teller})
    _, order, _ = await begun()
    teller.orders[STRAY] = replace(teller.pay(order.out_trade_no), out_trade_no=STRAY, amount_fen=500)
    teller.statements[yesterday()] = [paid_row(STRAY, day=yesterday(), fen=500)]
    with clock.frozen(max(clock.now(), at(yesterday(), 0) + timedelta(days=1, hours=11))):
        await reconciliation.run(channel="wechat", day=yesterday(), by=FIRST)
    one = await Difference.get(number=STRAY)
    await differences.propose(difference_id=one.id, deed="send_back", note="查无此单", by=FIRST)
    await notices.receive(channel="wechat", headers={}, body=teller.letter(order=STRAY))
    held = await QuarantinedNotice.get()
    await quarantine_returns.want(quarantine_id=held.id, note="查无此单", by=FIRST)
    yield held.id, one.id
    gateway.use({})


async def at_once(ids: tuple[int, int]) -> list[Any]:
    return await asyncio.gather(
        quarantine_returns.let_go(quarantine_id=ids[0], by=SECOND),
        differences.approve(difference_id=ids[1], by=SECOND),
        return_exceptions=True,
    )


async def ways() -> set[str]:
    """On which it goes back."""
    found = {"quarantine": (await QuarantinedNotice.get()).state, "difference": (await Difference.get()).state}
    return {way for way, state in found.items() if state in ("returning", "approved")}


@pytest.mark.parametrize("first", ["quarantine", "difference"])
async def test_whoever_is_first_sends_it_back(both_wanted: tuple[int, int], first: str):
    """An open notice is in the way of a difference; once it is closed the difference goes, and the notice no more."""
    held, one = both_wanted
    if first == "quarantine":
        await quarantine_returns.let_go(quarantine_id=held, by=SECOND)
        with pytest.raises(DeedNotFitting):
            await differences.approve(difference_id=one, by=SECOND)
        assert await ways() == {"quarantine"}
        return
    await QuarantinedNotice.filter(id=held).update(channel="alipay")  # not heard of yet
    await differences.approve(difference_id=one, by=SECOND)
    await QuarantinedNotice.filter(id=held).update(channel="wechat")
    with pytest.raises(SentBackOtherwise):
        await quarantine_returns.let_go(quarantine_id=held, by=SECOND)
    assert await ways() == {"difference"}


def heard_of_in_between(monkeypatch: pytest.MonkeyPatch) -> None:
    """The notice is one that the difference cannot see: each looks at what has been let go, and at that alone."""
    monkeypatch.setattr(
        sending_back,
        "IN_QUARANTINE",
        sending_back.IN_QUARANTINE.replace("('open', 'returning', 'returned')", "('returning', 'returned')"),
    )


async def test_at_once_one_of_both_sends_it_back(both_wanted: tuple[int, int], monkeypatch: pytest.MonkeyPatch):
    heard_of_in_between(monkeypatch)
    outcomes = await at_once(both_wanted)
    assert len(await ways()) == 1
    assert sum(isinstance(one, Refusal) for one in outcomes) == 1, outcomes


async def test_control_without_the_lock_it_goes_back_on_both(
    both_wanted: tuple[int, int], monkeypatch: pytest.MonkeyPatch
):
    heard_of_in_between(monkeypatch)
    both = asyncio.Barrier(2)

    async def merely_there(**_: Any) -> None: ...

    def looking(really: Any) -> Any:
        async def look(**which: Any) -> Any:
            found = await really(**which)
            await both.wait()
            return found

        return look

    monkeypatch.setattr(sending_back, "alone", merely_there)
    for name in ("by_difference", "in_quarantine"):
        monkeypatch.setattr(sending_back, name, looking(getattr(sending_back, name)))
    assert await at_once(both_wanted) == [None, None]
    assert await ways() == {"quarantine", "difference"}
