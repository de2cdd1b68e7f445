"""变更: a department says an unpaid bill anew; what it said before is kept, and a payment on its way is not lost.

An order pays the version of the bill that it was placed for. So before a bill is changed its live order is asked about
and closed at the channel: when it was paid meanwhile, the bill is settled as its payer was told, and the change is
refused. Money that arrives even later, for a version that is no more, goes back in full, once, and the bill stays due.
"""

from foundation import audit, clock, database
from foundation.actor import Actor
from foundation.events import tell
from payments import inquiry, pushed, raising
from payments.bill_errors import BillOfAnotherPayer
from payments.bill_models import BillVersion
from payments.errors import BillAlreadySettled, BillNotFound, BillWithdrawn, PaymentInProgress
from payments.events import BillAmended
from payments.models import Bill, BillItem, PaymentOrder
from payments.orders import LIVE
from payments.pushed import PushedBill, Received

TRIES = 3  # of being quicker than a payer who begins again
KEPT = ("exec_item_code", "exec_item_name", "amount_fen", "overdue_fen", "penalty_fen", "late_per_day", "late_kind")


async def change(*, bill: PushedBill, reason: str, by: Actor) -> Received:
    """Say the bill anew: title, items, total, 限缴日期, reference. Saying what it says already changes nothing.

    Raises TotalDoesNotAddUp, LateFeeNeedsDate, BillNotFound, BillOfAnotherPayer, BillAlreadySettled, BillWithdrawn,
    PaymentInProgress when an order can be neither closed nor told to be paid, and the channel's refusals.
    """
    pushed.check(bill)
    for _ in range(TRIES):
        row = await Bill.get_or_none(source=by.name, notice_no=bill.notice_no)
        if row is not None and not _says(row, bill):  # whoever pays what it says already is left in peace
            await _close_what_is_open(row)
        changed = await _rewrite(bill, reason, by)
        if changed is not None:
            return changed
    raise PaymentInProgress


async def _close_what_is_open(row: Bill) -> None:
    for order in await PaymentOrder.filter(bill=row, state__in=LIVE):
        await inquiry.ask(order.id, closing=True)


@database.retry_on_deadlock
async def _rewrite(bill: PushedBill, reason: str, by: Actor) -> Received | None:
    """None when somebody is paying: no order can be placed or paid while the bill's row is locked."""
    async with database.transaction():
        row = await Bill.filter(source=by.name, notice_no=bill.notice_no).select_for_update().first()
        if row is None:
            raise BillNotFound
        if _says(row, bill):
            return Received(bill.notice_no, "repeated", row.pay_code)
        _must_be_open(row)
        if await PaymentOrder.exists(bill=row, state__in=LIVE):
            return None
        await _keep_what_it_said(row, reason, by)
        await _write(row, bill)
        await audit.record("bill.changed", subject=f"bill:{row.id}", by=by, reason=reason)
        await tell(BillAmended(bill_id=row.id, citizen_id=row.citizen_id, version=row.version))  # type: ignore[attr-defined]
        return Received(bill.notice_no, "changed", row.pay_code)


def _says(row: Bill, bill: PushedBill) -> bool:
    """Whether the bill says this already. Raises BillOfAnotherPayer."""
    same_payer = row.payer_fingerprint in bill.payer.fingerprints and row.exec_unit_code == bill.exec_unit_code
    if not same_payer or bill.pay_code not in ("", row.pay_code):
        raise BillOfAnotherPayer
    return row.body_hash in pushed.said(bill)


def _must_be_open(row: Bill) -> None:
    if row.state == "withdrawn":
        raise BillWithdrawn
    if row.state != "unpaid":
        raise BillAlreadySettled


async def _keep_what_it_said(row: Bill, reason: str, by: Actor) -> None:
    items = await BillItem.filter(bill=row).order_by("position").values(*KEPT)
    await BillVersion.create(
        bill=row,
        version=row.version,
        title=row.title,
        total_fen=row.total_fen,
        expire_date=row.expire_date,
        items=items,
        replaced_by=str(by),
        reason=reason,
        replaced_at=clock.now(),
    )


async def _write(row: Bill, bill: PushedBill) -> None:
    row.version += 1
    row.title, row.reference, row.total_fen = bill.title, bill.reference, bill.total_fen
    row.expire_date, row.body_hash = bill.expire_date, pushed.said(bill)[0]
    await row.save(update_fields=["version", "title", "reference", "total_fen", "expire_date", "body_hash"])
    await BillItem.filter(bill=row).delete()
    await raising.insert_items({row.id: bill}, row.source)


async def versions(bill_id: int) -> list[BillVersion]:
    """What the bill said before, the latest first."""
    return await BillVersion.filter(bill_id=bill_id).order_by("-version")
