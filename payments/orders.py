"""What every verb on 支付单 shares: the states that matter, and the one order in which rows are locked."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from foundation.database import Transaction, joined
from payments.errors import OrderNotFound
from payments.models import Bill, PaymentOrder

LIVE = ("created", "awaiting", "unknown")
RECEIVED = ("paid", "refunded")


NUMBER_LENGTH = 32


async def find(*, channel: str, out_trade_no: str) -> PaymentOrder | None:
    """The order of that number at that channel. A number that is longer than ours can be is no order's."""
    if len(out_trade_no) > NUMBER_LENGTH:
        return None
    return await PaymentOrder.get_or_none(channel=channel, out_trade_no=out_trade_no)


async def locked(**which: Any) -> tuple[Bill, PaymentOrder]:
    """The bill and its order, locked in this order everywhere, refunds after them. Raises OrderNotFound."""
    joined()  # a lock outside of a transaction would be none
    if len(which.get("out_trade_no", "")) > NUMBER_LENGTH:
        raise OrderNotFound
    found = await PaymentOrder.get_or_none(**which)
    if found is None:
        raise OrderNotFound
    bill = await Bill.select_for_update().get(id=found.bill_id)  # type: ignore[attr-defined]
    order = await PaymentOrder.select_for_update().get(id=found.id)
    return bill, order


LOCK_BILLS = """
select id, state, version, exec_unit_code from bill
 where id = any(array(select bill_id from payment_order where out_trade_no = any($1))) order by id
   for update skip locked"""
LOCK_ORDERS = """
select id, bill_id, bill_version, channel, out_trade_no, amount_fen, late_fen, app_id, merchant_id, payer_id,
       payer_openid, state, transaction_no
  from payment_order where out_trade_no = any($1) and bill_id = any($2) order by id for update"""


@dataclass(frozen=True, slots=True)
class Due:
    """What must be known of a bill to settle it."""

    id: int
    state: str
    version: int
    exec_unit_code: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What must be known of an order to settle its bill."""

    id: int
    bill_id: int
    bill_version: int
    channel: str
    out_trade_no: str
    amount_fen: int
    late_fen: int
    app_id: str
    merchant_id: str
    payer_id: int
    payer_openid: str
    state: str
    transaction_no: str


async def locked_all(tx: Transaction, numbers: Collection[str]) -> tuple[dict[int, Due], dict[str, Asked]]:
    """As `locked`, for many orders by their numbers: bills, then orders, each in the order of their ids.

    What is not there is missing in the answer, and so is what somebody else holds: it would keep all others waiting.
    """
    bills = [Due(**row) for row in await tx.fetch(LOCK_BILLS, list(numbers))]
    orders = [Asked(**row) for row in await tx.fetch(LOCK_ORDERS, list(numbers), [one.id for one in bills])]
    return {one.id: one for one in bills}, {one.out_trade_no: one for one in orders}
