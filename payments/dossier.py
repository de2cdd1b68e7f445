"""A bill with all that belongs to it, for finance: lines, versions, orders, refunds, notices, and who did what when."""

from dataclasses import dataclass

from foundation import audit, database
from foundation.actor import Actor
from foundation.audit import Deed
from identity.looks import Look, record_access
from identity.realname import masked_sealed
from payments import changing, late_fee
from payments.bill_models import BillVersion
from payments.errors import BillNotFound
from payments.models import Bill, ChannelEvent, PaymentOrder, Refund

MOST_DEEDS = 100


@dataclass(frozen=True, kw_only=True)
class Dossier:
    """`payer` is masked. The latest come first, but for `deeds`, which tell the story from its beginning."""

    bill: Bill
    payer: str
    due: late_fee.Due
    versions: list[BillVersion]
    orders: list[PaymentOrder]
    refunds: list[Refund]
    notices: list[ChannelEvent]
    deeds: list[Deed]


async def of(*, pay_code: str, by: Actor) -> Dossier:
    """That a member of staff read it is kept. Raises BillNotFound."""
    bill = await Bill.get_or_none(pay_code=pay_code).prefetch_related("items")
    if bill is None:
        raise BillNotFound
    async with database.transaction():
        await audit.record("bill.read", subject=f"bill:{bill.id}", by=by)
        owner: int | None = bill.citizen_id  # type: ignore[attr-defined]
        await record_access([owner] if owner else [], what=Look.BILLS, why="核对缴款通知书", by=by)
    orders = await PaymentOrder.filter(bill=bill).order_by("-id")
    numbers = [one.out_trade_no for one in orders]
    return Dossier(
        bill=bill,
        payer=masked_sealed(bill.payer_name_sealed),
        due=late_fee.shown(bill),
        versions=await changing.versions(bill.id),
        orders=orders,
        refunds=await Refund.filter(order__bill=bill).order_by("-id").prefetch_related("order"),
        notices=await ChannelEvent.filter(out_trade_no__in=numbers).order_by("-id") if numbers else [],
        deeds=(await audit.latest(_subjects(bill, orders), limit=MOST_DEEDS))[::-1],
    )


def _subjects(bill: Bill, orders: list[PaymentOrder]) -> list[str]:
    return [f"bill:{bill.id}", *(f"order:{one.id}" for one in orders)]
