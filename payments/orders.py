"""What every verb on 支付单 shares: the states that matter, and the one order in which rows are locked."""

from typing import Any

from foundation.database import joined
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
