"""What every verb on 支付单 shares: the states that matter, and the one order in which rows are locked."""

from typing import Any

from foundation.database import joined
from payments.errors import OrderNotFound
from payments.models import Bill, PaymentOrder

LIVE = ("created", "awaiting", "unknown")
RECEIVED = ("paid", "refunded")


async def locked(**which: Any) -> tuple[Bill, PaymentOrder]:
    """The bill and its order, locked in this order everywhere, refunds after them. Raises OrderNotFound."""
    joined()  # a lock outside of a transaction would be none
    found = await PaymentOrder.get_or_none(**which)
    if found is None:
        raise OrderNotFound
    bill = await Bill.select_for_update().get(id=found.bill_id)  # type: ignore[attr-defined]
    order = await PaymentOrder.select_for_update().get(id=found.id)
    return bill, order
