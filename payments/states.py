"""What a bill and an order can become: the one table of their moves, and the only place where they are made.

bill                                   order
unpaid ──▶ settled ──▶ refunded        created ─▶ awaiting ─┬─▶ paid ──▶ refunded
   └─────▶ withdrawn                      └─▶ unknown ──────┤    ▲
                                                            └─▶ closed  (money that comes after all)

A move is compare-and-set: it happens from a state of the table or not at all, whoever was quicker. The triggers
``bill_moves`` and ``payment_order_moves`` refuse any other, however it is written.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from foundation import audit, database
from foundation.actor import Actor
from payments.models import Bill, PaymentOrder

Moves = dict[str, tuple[str, ...]]

BILL_MOVES: Moves = {
    "unpaid": ("settled", "withdrawn"),
    "settled": ("refunded",),
    "withdrawn": (),
    "refunded": (),
}
ORDER_MOVES: Moves = {
    "created": ("awaiting", "unknown", "paid", "closed"),
    "unknown": ("awaiting", "paid", "closed"),
    "awaiting": ("paid", "closed"),
    "closed": ("paid",),
    "paid": ("refunded",),
    "refunded": (),
}

BILL_NAMES = {"unpaid": "待缴", "settled": "已缴清", "withdrawn": "已撤回", "refunded": "已退回"}
ORDER_NAMES = {
    "created": "已下单",
    "awaiting": "待支付",
    "unknown": "待核实",
    "paid": "已支付",
    "closed": "已关闭",
    "refunded": "已退款",
}


def before(moves: Moves, to: str) -> tuple[str, ...]:
    """The states from which `to` can be reached."""
    return tuple(state for state, onward in moves.items() if to in onward)


async def move_bill(bill: Bill, to: str, **also: Any) -> bool:
    """Move the bill on and write `also` with it; False when it is in no state that leads there."""
    moved = await Bill.filter(id=bill.id, state__in=before(BILL_MOVES, to)).update(state=to, **also)
    return _kept(bill, to, also) if moved else False


async def move_order(order: PaymentOrder, to: str, *, by: Actor | None = None, **also: Any) -> bool:
    """Move the order on and write `also` with it; False when it is in no state that leads there.

    With `by` the move leaves a row of its own in the audit.
    """
    if by is None:
        return await _move_order(order, to, also)
    async with database.transaction():
        moved = await _move_order(order, to, also)
        if moved:
            await audit.record(f"order.{to}", subject=f"order:{order.id}", by=by)
    return moved


async def _move_order(order: PaymentOrder, to: str, also: dict[str, Any]) -> bool:
    moved = await PaymentOrder.filter(id=order.id, state__in=before(ORDER_MOVES, to)).update(state=to, **also)
    return _kept(order, to, also) if moved else False


PAY = """
update payment_order o set state = 'paid', settles = true, ask_at = null, transaction_no = p.number, paid_at = p.at
  from unnest($1::bigint[], $2::text[], $3::timestamptz[]) as p (id, number, at)
 where o.id = p.id and o.state = any($4)"""
SETTLE = """
update bill b set state = 'settled', settled_fen = p.fen, settled_at = $3
  from unnest($1::bigint[], $2::bigint[]) as p (id, fen) where b.id = p.id and b.state = any($4)"""


async def settle_each(those: Sequence[tuple[int, int, int, str, datetime]], *, at: datetime) -> None:
    """Both moves of money that settles, for many of (bill, order, fen, number of the transaction, when it was paid)."""
    bills, orders, amounts, numbers, times = (list(column) for column in zip(*those, strict=True))
    await database.joined().execute(PAY, orders, numbers, times, before(ORDER_MOVES, "paid"))
    await database.joined().execute(SETTLE, bills, amounts, at, before(BILL_MOVES, "settled"))


def _kept(row: Bill | PaymentOrder, to: str, also: dict[str, Any]) -> bool:
    for name, value in {"state": to, **also}.items():
        setattr(row, name, value)
    return True
