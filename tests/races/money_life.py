"""Two bills' worth of everything that is ever done with money, for the machine of `test_any_order_of_money`.

Steps name bills, people and orders by number; whoever may not do a thing is refused, and that is a step too. What
channels, payers and finance do is drawn by the same dice, so whatever can meet, meets.
"""

from collections import Counter
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from channels.errors import ChannelRefused, ForgedNotice, SlowDown, SystemError
from channels.payment import RefundState
from foundation import clock, database
from foundation.actor import Actor
from foundation.errors import Refusal
from foundation.http import OutcomeUnknown, OutsideUnavailable
from identity.idnumber import Identity
from identity.models import Citizen
from payments import (
    bills,
    changing,
    checkout,
    gateway,
    inquiry,
    notices,
    quarantine_returns,
    refunds,
    results,
)  # fmt: skip
from payments.errors import BillAlreadySettled
from payments.late_fee_rules import Growth
from payments.models import Bill, PaymentOrder, Refund
from payments.orders import LIVE, RECEIVED
from tests.builders.hostile_till import TAKEN, HostileTill
from tests.builders.money_jobs import work
from tests.builders.payments import UNIT, a_bill, a_payer, pushed
from tests.races.money_finance import FINANCE, Finance, Nothing, at_once

PEOPLE, BILLS, FEN = 2, 3, 8000
CHANNELS = ("wechat", "alipay")
TROUBLE = (OutcomeUnknown, OutsideUnavailable, SystemError, SlowDown, ChannelRefused, RuntimeError)
AFTER_ALL = (OutcomeUnknown, SystemError, RuntimeError)  # it may have happened over there
VERBS = ("prepare", "query", "close", "refund", "query_refund", "refund", "query_refund")
LIES: tuple[dict[str, Any], ...] = (
    {"amount_fen": 1}, {"amount_fen": None}, {"currency": "USD"}, {"app_id": "another"}, {"merchant_id": "another"},
    {"payer_openid": "o-somebody"}, {"out_trade_no": "P-of-a-former-life"}, {"transaction_no": "T-another"},
)  # fmt: skip
LATER = (timedelta(seconds=20), timedelta(minutes=2), timedelta(minutes=31))

# Of a former life: its channels are no more, and what asks them for ever would make every life longer than the last.
FORGET = "update procrastinate_jobs set status = 'cancelled' where queue_name = 'money' and status = 'todo'"

# How often each is done, beside the others.
STEPS = {
    "another_bill": 3, "withdraw": 2, "change": 2, "begin": 8, "begin_at_once": 2, "begin_and_pay_hastily": 2,
    "pay": 6, "pay_wrongly": 2, "pay_late": 4, "pay_while_closing": 2,
    "hear": 6, "hear_at_once": 2, "hear_a_lie": 2, "hear_a_forgery": 1, "look_at_the_result": 2,
    "trouble": 5, "time_passes": 4, "ask_all": 4, "close_one": 1,
    "refund": 6, "refund_at_once": 1, "refund_at_the_console": 2, "refunds_go": 3, "refund_moves": 4,
    "hear_of_a_refund": 3, "answers_at_once": 3, "work": 4, "chase": 1,
    "quarantine_asks_again": 1, "quarantine_sends_back": 4, "pick_up": 2, "pay_back_offline": 4,
}  # fmt: skip


class LittleTreasury(Finance):
    """A few bills, two people with an account at each of two hostile channels, and a clock that only goes on."""

    def __init__(self) -> None:
        self.reached: Counter[str] = Counter()
        self.ahead = timedelta()
        self.bills: list[Bill] = []
        self.late: list[tuple[HostileTill, bytes]] = []  # what only a letter can tell us: nobody asks about the closed
        self.tills = {name: HostileTill(name) for name in CHANNELS}

    async def open(self) -> None:
        gateway.use(dict(self.tills))
        await database.execute(FORGET)
        self.people: list[tuple[Citizen, Identity]] = [await a_payer() for _ in range(PEOPLE)]
        await self.another_bill(0, 0)

    async def step(self, name: str, one: int, other: int) -> bool:
        """Do it, or be refused; time stands still meanwhile. False when there was nothing to do it with."""
        try:
            with clock.shifted(self.ahead):
                await getattr(self, name)(one, other)
        except Nothing:
            return False
        except (Refusal, RuntimeError) as no:
            self.reached[type(no).__name__] += 1
        else:
            self.reached[name] += 1
        assert await self.untrue() == [], name
        return True

    # Who and what the numbers mean

    def bill(self, one: int) -> Bill:
        return self.bills[-1 - one % min(BILLS, len(self.bills))]

    def person(self, one: int) -> Actor:
        return Actor.citizen(self.people[one % PEOPLE][0].id)

    async def one_of(self, rows: Any, one: int) -> Any:
        found = await rows.order_by("-id").limit(2 * BILLS)
        if not found:
            raise Nothing
        return found[one % len(found)]

    def ours(self) -> Any:
        return PaymentOrder.filter(bill_id__in=[bill.id for bill in self.bills])

    async def over_there(self, one: int, *states: str) -> tuple[HostileTill, str]:
        """An order that its channel knows in one of these states."""
        known = [(till, number) for till in self.tills.values() for number, order in till.orders.items()
                 if order.state in states][-BILLS:]  # fmt: skip
        if not known:
            raise Nothing
        return known[one % len(known)]

    def paid(self) -> list[str]:
        """Orders that brought money, as asked for or not."""
        return [number for till in self.tills.values() for number in till.paid]

    def a_letter(self, one: int) -> tuple[str, bytes]:
        """Any of the last ones; it may have come before, or come now for the first time."""
        written = [(till.name, body) for till in self.tills.values() for body in list(till.letters)[-4:]]
        if not written:
            raise Nothing
        return written[one % len(written)]

    async def receive(self, channel: str, body: bytes) -> None:
        self.reached[await notices.receive(channel=channel, headers={}, body=body)] += 1

    # Bills, and the way to pay them

    async def another_bill(self, one: int, other: int) -> None:
        """Of some the day is over, and something grows with every day."""
        late = (
            {"expire_date": clock.today() - timedelta(days=3), "items": (growing(FEN + other),)} if one % 3 == 0 else {}
        )
        self.bills.append(await a_bill(payer=self.people[one % PEOPLE][1], fen=FEN + other, **late))

    async def withdraw(self, one: int, _: int) -> None:
        await bills.withdraw(notice_no=self.bill(one).notice_no, by=UNIT, reason="开错")

    async def change(self, one: int, other: int) -> None:
        """The department says one of the bills anew, whoever is paying it."""
        bill = self.bill(one)
        payer = next(identity for _, identity in self.people if bill.payer_fingerprint in identity.fingerprints)
        said = pushed(payer=payer, notice_no=bill.notice_no, fen=FEN + 60 + other)
        await changing.change(bill=said, reason="金额有误", by=UNIT)

    async def begin(self, one: int, other: int) -> None:
        channel = CHANNELS[other % 2]
        begun = await checkout.begin(bill=self.bill(one), channel=channel, by=self.person(other // 2))
        assert begun.parameters

    async def begin_at_once(self, one: int, other: int) -> None:
        """Two people, or one on both phones, for one bill."""
        both = (self.begin(one, other + nth) for nth in (0, 1 + other % 3))
        await at_once(*both)

    async def begin_and_pay_hastily(self, one: int, other: int) -> None:
        """The notice is here before the answer to our order."""
        till = self.tills[CHANNELS[other % 2]]
        till.hasty = lambda body: self.receive(till.name, body)
        try:
            with suppress(BillAlreadySettled):  # so the payer is told
                await self.begin(one, other)
        finally:
            till.hasty = None

    async def pay(self, one: int, _: int) -> None:
        till, number = await self.over_there(one, "unpaid")
        till.pays(number)

    async def pay_wrongly(self, one: int, other: int) -> None:
        till, number = await self.over_there(one, "unpaid")
        till.pays(number, **LIES[other % 2 * 4])

    async def pay_late(self, one: int, _: int) -> None:
        """The channel takes money for what it had closed."""
        till, number = await self.over_there(one, "closed")
        self.late.append((till, till.pays(number)))

    async def pay_while_closing(self, one: int, _: int) -> None:
        list(self.tills.values())[one % 2].quick = True

    # What we hear, and what we ask

    async def hear(self, one: int, _: int) -> None:
        await self.receive(*self.a_letter(one))

    async def hear_at_once(self, one: int, other: int) -> None:
        """The same letter twice, a bill paid on both channels, a payment and its refund."""
        channel, body = self.a_letter(one)
        tried = (self.receive(channel, body), self.receive(channel, body), self.receive(*self.a_letter(other)))
        await at_once(*tried)

    async def hear_a_lie(self, one: int, other: int) -> None:
        """Signed by the channel, and not what we asked for."""
        till, number = await self.over_there(one, "paid", "refunded", "unpaid")
        order = till.orders[number]
        lie = LIES[other % len(LIES)]
        body = till.write(number, **{"state": "paid", "transaction_no": f"T-{number}", "paid_at": clock.now()} | lie)
        before = await self.ours().filter(state__in=RECEIVED).count()
        if "transaction_no" not in lie or order.state in TAKEN:
            await self.receive(till.name, body)
            assert await self.ours().filter(state__in=RECEIVED).count() == before or "transaction_no" in lie
        del till.letters[body]

    async def hear_a_forgery(self, one: int, _: int) -> None:
        with pytest.raises(ForgedNotice):
            await notices.receive(channel=CHANNELS[one % 2], headers={}, body=b"{}")

    async def look_at_the_result(self, one: int, other: int) -> None:
        shown = await results.of(pay_code=self.bill(one).pay_code, citizen_id=self.person(other).number)
        await self.bill(one).refresh_from_db()
        assert shown.state != "settled" or self.bill(one).state == "settled"

    async def trouble(self, one: int, other: int) -> None:
        """The next call of a verb fails, before it had an effect or after."""
        till, kind = list(self.tills.values())[one % 2], TROUBLE[one // 2 % len(TROUBLE)]
        till.trouble[VERBS[other % len(VERBS)]] = kind()
        till.after_effect = kind in AFTER_ALL and bool(other // len(VERBS) % 2)

    async def time_passes(self, one: int, _: int) -> None:
        self.ahead += LATER[one % len(LATER)]

    async def ask_all(self, _: int, __: int) -> None:
        await inquiry.ask_all_due()

    async def close_one(self, one: int, _: int) -> None:
        await inquiry.ask((await self.one_of(self.ours(), one)).id, closing=True)

    # Money on its way back

    async def refund(self, one: int, other: int) -> None:
        order = await self.one_of(self.ours().filter(state__in=RECEIVED), one)
        part = (order.amount_fen, order.amount_fen // 2, order.amount_fen // 3)[other % 3]
        async with database.transaction():
            await refunds.request(order=order, amount_fen=part, reason="多缴", by=FINANCE)

    async def refund_at_once(self, one: int, other: int) -> None:
        await at_once(*(self.refund(one, other) for _ in range(3)))

    async def refund_at_the_console(self, one: int, other: int) -> None:
        till, number = await self.over_there(one, *TAKEN)
        left = (till.paid[number].amount_fen or 0) - till.given_back(number)
        if left > 0:
            till.refund_at_console(number, (left, left // 2 or left)[other % 2])

    async def refunds_go(self, one: int, other: int) -> None:
        """How the next refunds go over there."""
        states = (
            RefundState.PROCESSING,
            RefundState.ABNORMAL,
            RefundState.DONE,
            RefundState.PROCESSING,
            RefundState.CLOSED,
        )
        list(self.tills.values())[one % 2].refund_state = states[other % len(states)]

    async def refund_moves(self, one: int, other: int) -> None:
        under_way = [(till, number) for till in self.tills.values() for number, seen in till.refunds.items()
                     if seen.state in (RefundState.PROCESSING, RefundState.ABNORMAL)]  # fmt: skip
        if not under_way:
            raise Nothing
        till, number = under_way[one % len(under_way)]
        till.becomes(number, (RefundState.DONE, RefundState.DONE, RefundState.ABNORMAL, RefundState.CLOSED)[other % 4])
        till.write_of_refund(number)

    async def hear_of_a_refund(self, one: int, _: int) -> None:
        known = [(till, number) for till in self.tills.values() for number in till.refunds]
        if not known:
            raise Nothing
        till, number = known[one % len(known)]
        await self.receive(till.name, till.write_of_refund(number))

    async def answers_at_once(self, one: int, other: int) -> None:
        """Three are after the same refund, and the channel may not answer the first of them."""
        mine = Refund.filter(order__bill_id__in=[bill.id for bill in self.bills], state__in=refunds.UNDER_WAY)
        refund = await self.one_of(mine.prefetch_related("order"), one)
        if other % 2:
            self.tills[refund.order.channel].trouble[f"query_refund {refund.out_refund_no}"] = OutcomeUnknown()
        tried = (refunds.ask(refund_id=refund.id), refunds.send(refund_id=refund.id), refunds.ask(refund_id=refund.id))
        await at_once(*tried)

    async def work(self, _: int = 0, __: int = 0) -> None:
        await work()

    async def chase(self, _: int, __: int) -> None:
        await refunds.chase()

    # What must be true beside the invariants of the database

    async def untrue(self) -> list[str]:
        """Money that we believe in and that is not there: settled without having come, returned without having gone."""
        found = []
        for order in await self.ours().filter(state__in=RECEIVED):
            if not self.agrees(order):
                found.append(f"{order.out_trade_no} is {order.state} and was never paid as asked for")
        for refund in await Refund.filter(order__bill_id__in=[bill.id for bill in self.bills]).prefetch_related(
            "order"
        ):
            there = self.tills[refund.order.channel].refunds.get(refund.out_refund_no)
            if refund.state == "done" and not refund.offline and (there is None or there.state is not RefundState.DONE):
                found.append(f"{refund.out_refund_no} is done and never went")
        for till in self.tills.values():
            found += [f"{order} gave back more than came" for order, paid in till.paid.items()
                      if till.given_back(order) > (paid.amount_fen or 0)]  # fmt: skip
        return found

    def agrees(self, order: PaymentOrder) -> bool:
        """Whether it was truly paid, as we had asked."""
        paid = self.tills[order.channel].paid.get(order.out_trade_no)
        ours = (order.amount_fen, order.app_id, order.merchant_id, order.payer_openid, "CNY")
        return paid is not None and ours == (
            paid.amount_fen, paid.app_id, paid.merchant_id, paid.payer_openid, paid.currency
        )  # fmt: skip

    async def calm_down(self) -> None:
        """Channels speak the truth again and the worker does all it has; letters that were lost stay lost."""
        for till in self.tills.values():
            till.trouble.clear()
            till.quick, till.refund_state = False, RefundState.DONE
            for number, seen in list(till.refunds.items()):
                if seen.state is RefundState.PROCESSING:
                    till.becomes(number, RefundState.DONE)
        for till, body in self.late:
            with clock.shifted(self.ahead):
                await self.receive(till.name, body)
        for _ in range(4):
            self.ahead += timedelta(hours=7)
            with clock.shifted(self.ahead):
                await inquiry.ask_all_due()
                await refunds.chase()
                await quarantine_returns.chase()
                while await work():
                    pass

    async def unfinished(self) -> list[str]:
        """What has not come to its end though everything is calm."""
        found = []
        for order in await self.ours().prefetch_related("bill", "refunds"):
            till = self.tills[order.channel]
            meddled = any(
                one.startswith("C") and seen.out_trade_no == order.out_trade_no for one, seen in till.refunds.items()
            )
            went = sum(one.amount_fen for one in order.refunds if one.state == "done")
            if order.state in LIVE and (order.out_trade_no not in till.paid or self.agrees(order)) and not meddled:
                found.append(f"{order.out_trade_no} is still {order.state}")
            if self.agrees(order) and order.state not in RECEIVED and not meddled:
                found.append(f"{order.out_trade_no} was paid and is {order.state}")
            if order.state in RECEIVED and not order.settles and went < order.amount_fen and not meddled:
                stuck = [one.state for one in order.refunds if one.state in ("abnormal", "closed")]
                if not stuck:
                    found.append(f"{order.out_trade_no} settles nothing and has not gone back: {went}")
            if order.state in RECEIVED and (order.bill.state, order.bill_version) == ("unpaid", order.bill.version):
                found.append(f"{order.out_trade_no} was paid and its bill is unpaid")
        return found


def growing(fen: int) -> bills.PushedItem:
    growth = Growth(per_day=5, kind="overdue", basis="示例条例第一条")
    return bills.PushedItem(exec_item_code="1", exec_item_name="登记费", amount_fen=fen, growth=growth)
