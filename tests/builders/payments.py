"""Bills, their payers, and a payment channel that a test plays by hand."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

from channels.bills import BillRow, DownloadedBill, nothing_happened
from channels.errors import ForgedNotice, OrderPaid
from channels.payment import (
    ChannelPayment,
    ChannelRefund,
    ChannelState,
    Notice,
    NoticeKind,
    PaymentRequest,
    Prepared,
    RefundRequest,
    RefundState,
)
from foundation import clock, database
from foundation.actor import Actor
from identity.idnumber import Identity
from identity.models import Citizen
from payments import bills, checkout
from payments.models import Bill, PaymentOrder, Refund
from tests.builders import identity as people

UNIT = Actor.department("estate-bureau")
_numbers = count(1)


class Till:
    """A payment channel that speaks `channels.payment.PaymentChannel`.

    `trouble[verb]` is raised by the next call of that verb (`trouble["query P1"]`: about that number), after its effect
    when `after_effect` is set.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.orders: dict[str, ChannelPayment] = {}
        self.refunds: dict[str, ChannelRefund] = {}
        self.refund_state = RefundState.DONE
        self.bills: dict[date, list[BillRow]] = {}
        self.calls: list[tuple[str, str]] = []
        self.trouble: dict[str, BaseException] = {}
        self.after_effect = False
        self.slow = 0.0

    async def prepare(self, request: PaymentRequest) -> Prepared:
        await self._called("prepare", request.out_trade_no)
        if self._state(request.out_trade_no) is ChannelState.PAID:
            raise OrderPaid
        self.orders[request.out_trade_no] = ChannelPayment(
            channel=self.name,
            out_trade_no=request.out_trade_no,
            transaction_no=None,
            state=ChannelState.UNPAID,
            amount_fen=request.amount_fen,
            currency="CNY",
            payer_openid=request.payer_openid,
            app_id="",
            merchant_id="",
            paid_at=None,
        )
        self._fail("prepare", request.out_trade_no, late=True)
        return Prepared({"package": f"prepay_id={request.out_trade_no}"})

    async def query(self, out_trade_no: str) -> ChannelPayment:
        await self._called("query", out_trade_no)
        absent = ChannelPayment(self.name, out_trade_no, None, ChannelState.ABSENT, None, None, None, None, None, None)
        return self.orders.get(out_trade_no, absent)

    async def close(self, out_trade_no: str) -> None:
        await self._called("close", out_trade_no)
        if self._state(out_trade_no) is ChannelState.PAID:
            raise OrderPaid
        if out_trade_no in self.orders:
            self.orders[out_trade_no] = replace(self.orders[out_trade_no], state=ChannelState.CLOSED)

    async def refund(self, request: RefundRequest) -> ChannelRefund:
        await self._called("refund", request.out_refund_no)
        known = self.refunds.get(request.out_refund_no)
        if known is None:
            known = ChannelRefund(request.out_refund_no, self.refund_state, request.amount_fen, request.out_trade_no)
            self.refunds[request.out_refund_no] = known
        self._fail("refund", request.out_refund_no, late=True)
        return known

    async def query_refund(self, *, out_refund_no: str, out_trade_no: str) -> ChannelRefund:
        await self._called("query_refund", out_refund_no)
        return self.refunds.get(out_refund_no) or ChannelRefund(out_refund_no, RefundState.ABSENT, None, out_trade_no)

    @asynccontextmanager
    async def trade_bill(self, day: date) -> AsyncIterator[DownloadedBill[BillRow]]:
        """What the test put into `bills` for the day."""
        await self._called("trade_bill", day.isoformat())
        rows = self.bills.get(day, [])
        full = DownloadedBill(self.name, day, Path(f"{self.name}-{day}"), f"sha1-{day}", lambda: iter(rows))
        yield full if rows else nothing_happened(self.name, day)

    async def read_notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        """A notice of this till is JSON that names an order or a refund; anything else is forged."""
        told = json.loads(body)
        if told.get("seal") != self.name:
            raise ForgedNotice
        if "refund" in told:
            known = self.refunds.get(told["refund"]) or ChannelRefund(told["refund"], RefundState.DONE, 1, "P-unknown")
            return Notice(self.name, told["id"], NoticeKind.REFUND, None, known)
        changes = told.get("but", {})
        payment = replace(self.orders[told["order"]], **changes)
        return Notice(self.name, told["id"], NoticeKind.PAYMENT, payment)

    async def aclose(self) -> None: ...

    # the payer's and the test's side

    def pay(self, order: str, **but: Any) -> ChannelPayment:
        """The payer pays, whatever the state of the order."""
        paid = replace(
            self.orders[order], state=ChannelState.PAID, transaction_no=f"T-{order}", paid_at=clock.now(), **but
        )
        self.orders[order] = paid
        return paid

    def letter(self, **told: Any) -> bytes:
        """The body of a notice: `order` (and `but`, what it says otherwise) or `refund`."""
        return json.dumps({"seal": self.name, "id": f"N{next(_numbers)}", **told}).encode()

    def asked(self, verb: str) -> list[str]:
        """The numbers with which `verb` was called, in order."""
        return [number for called, number in self.calls if called == verb]

    async def _called(self, verb: str, number: str) -> None:
        self.calls.append((verb, number))
        await asyncio.sleep(self.slow)
        self._fail(verb, number, late=False)

    def _fail(self, verb: str, number: str, *, late: bool) -> None:
        for mark in (verb, f"{verb} {number}"):
            if late == self.after_effect and mark in self.trouble:
                raise self.trouble.pop(mark)

    def _state(self, number: str) -> ChannelState:
        return self.orders[number].state if number in self.orders else ChannelState.ABSENT


def pushed(
    *, fen: int = 8000, payer: Identity | None = None, payer_name: str = "张三", **other: Any
) -> bills.PushedBill:
    """A bill as a department pushes it: 不动产登记费 of 80 yuan unless told otherwise."""
    payer = payer or Identity.of("id_card", people.id_number())
    items = other.pop("items", (bills.PushedItem(exec_item_code="1", exec_item_name="登记费", amount_fen=fen),))
    return bills.PushedBill(
        notice_no=other.pop("notice_no", f"N-{next(_numbers)}"),
        exec_unit_code="3507",
        exec_unit_name="自然资源局",
        title="不动产登记费",
        payer_name=payer_name,
        payer=payer,
        items=items,
        total_fen=other.pop("total_fen", fen),
        **other,
    )


async def a_payer(*platforms: str) -> tuple[Citizen, Identity]:
    """A verified citizen with accounts (WeChat and Alipay unless told otherwise), and their document."""
    number = people.id_number()
    citizen = await people.citizen(number=number)
    for platform in platforms or ("wechat", "alipay"):
        await people.account(citizen, platform=platform)
    return citizen, Identity.of("id_card", number)


async def a_bill(*, payer: Identity | None = None, **other: Any) -> Bill:
    raised = await bills.raise_bill(bill=pushed(payer=payer, **other), by=UNIT)
    return await Bill.get(pay_code=raised.pay_code)


async def begun(*, channel: str = "wechat", fen: int = 8000) -> tuple[Bill, PaymentOrder, Citizen]:
    """A bill whose payer has begun to pay it."""
    citizen, identity = await a_payer()
    bill = await a_bill(payer=identity, fen=fen)
    order = await begin(bill, citizen, channel)
    return bill, order, citizen


async def begin(bill: Bill, citizen: Citizen, channel: str = "wechat") -> PaymentOrder:
    done = await checkout.begin(bill=bill, channel=channel, by=Actor.citizen(citizen.id))
    return await PaymentOrder.get(out_trade_no=done.out_trade_no)


async def state_of(row: Bill | PaymentOrder | Refund) -> str:
    await row.refresh_from_db()
    return row.state


async def books() -> dict[str, int]:
    """Account → fen, and the rule that every posting balances and the books as a whole do."""
    rows = await database.fetch("select posting, sum(amount_fen) as off from ledger_entry group by 1")
    assert all(row["off"] == 0 for row in rows)
    accounts = await database.fetch("select account, sum(amount_fen)::bigint as fen from ledger_entry group by 1")
    return {row["account"]: row["fen"] for row in accounts if row["fen"]}
