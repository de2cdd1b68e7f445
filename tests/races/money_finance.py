"""What finance does in `money_life`: works off the quarantine, picks refunds up, pays back by transfer."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from foundation.actor import Actor
from foundation.errors import Refusal
from payments import picking_up, quarantine, quarantine_returns, refund_applications
from payments.models import Refund
from payments.orders import RECEIVED
from payments.quarantine_models import QuarantinedNotice
from tests.builders.hostile_till import HostileTill

FINANCE, OTHER = Actor.staff(1), Actor.staff(2)


class Finance:
    """Two people. `ours` are the orders of the life, `paid` the numbers that brought money."""

    tills: dict[str, HostileTill]
    ours: Callable[[], Any]
    paid: Callable[[], list[str]]
    one_of: Callable[[Any, int], Awaitable[Any]]

    async def quarantine_asks_again(self, one: int, _: int) -> None:
        held = await self.one_of(QuarantinedNotice.filter(state="open", out_trade_no__in=self.paid()), one)
        await quarantine.ask_again(quarantine_id=held.id, by=FINANCE)

    async def quarantine_sends_back(self, one: int, other: int) -> None:
        """Two people let money go that belongs to nobody here; now and then two of them at once."""
        wrong = [order for order in self.paid() if not await self.ours().filter(out_trade_no=order, state__in=RECEIVED)]
        theirs = QuarantinedNotice.filter(state="open", kind="payment", out_trade_no__in=wrong)
        held = await self.one_of(theirs, one)
        await quarantine_returns.want(quarantine_id=held.id, note="金额不符", by=FINANCE)
        await at_once(*(quarantine_returns.let_go(quarantine_id=held.id, by=OTHER) for _ in range(1 + other % 2)))

    async def pick_up(self, one: int, _: int) -> None:
        """A refund of the merchant's console that stands in a bill, heard of or not."""
        made = [(till.name, seen) for till in self.tills.values() for number, seen in till.refunds.items()
                if number.startswith("C")]  # fmt: skip
        if not made:
            raise Nothing
        channel, seen = made[one % len(made)]
        await picking_up.pick_up(
            channel=channel,
            out_trade_no=seen.out_trade_no or "",
            out_refund_no=seen.out_refund_no,
            amount_fen=seen.amount_fen or 0,
            by=FINANCE,
        )

    async def pay_back_offline(self, one: int, _: int) -> None:
        ours = await self.ours().values_list("id", flat=True)
        refund = await self.one_of(Refund.filter(order_id__in=ours, state="abnormal"), one)
        paper = await refund_applications.ask_to_repair(refund_id=refund.id, reason="原卡已注销，线下退付", by=FINANCE)
        await refund_applications.approve(application_id=paper.id, by=OTHER)


async def at_once(*deeds: Awaitable[None]) -> None:
    """All of them; each may be refused."""
    for fault in await asyncio.gather(*deeds, return_exceptions=True):
        if isinstance(fault, BaseException) and not isinstance(fault, Refusal | RuntimeError):
            raise fault


class Nothing(Refusal):
    """There is nothing to do that with."""
