"""财政电子票据: one for each settled bill, of what stays paid; taken back by a red entry (冲红) when money went back.

The bill is settled whatever becomes of its receipt. Each receipt and each red entry has a number of ours, given before
the issuer hears of it, so that a repeated or half-done request issues nothing twice and can be asked about.

An issued receipt cannot be changed, so any refund takes it back wholly. What stays paid gets a new one, and only once
the old one is taken back: never do two stand for the same money. The refunded amount comes off the last items first, of
each what had grown before the rest.
"""

from typing import Any

from tortoise.exceptions import IntegrityError

from channels.errors import ChannelRefused
from channels.receipts.issuer import Issued, ReceiptLine, ReceiptRequest, Voided
from foundation import audit, clock, crypto, database, jobs, logs, metrics
from foundation.actor import Actor
from foundation.events import tell
from payments import late_fee
from payments.events import ReceiptIssued, ReceiptVoided
from payments.models import Bill, BillItem, PaymentOrder, Refund
from payments.receipt_errors import ReceiptInOrder, ReceiptNotFound
from payments.receipt_issuer import issuer
from payments.receipt_models import Receipt

log = logs.logger(__name__)

BY = Actor.system("receipts")
VOID_REASON = "退款冲红"


@database.retry_on_deadlock
async def follow(bill_id: int) -> None:
    """Let the receipts of a bill be of what stays paid. Asking twice, or in any order of events, changes nothing."""
    async with database.transaction():
        bill = await Bill.select_for_update().get(id=bill_id)
        stays = await _stays_paid(bill)
        if stays is None:
            return
        standing = await Receipt.filter(bill=bill, void_wanted=False).first()
        if (standing.amount_fen if standing else 0) == stays:
            return
        if standing is not None:
            await _want_back(standing)
        if stays:
            await _want(bill, stays)


async def _stays_paid(bill: Bill) -> int | None:
    """What the order that settled the bill has received and kept; None when none has settled it."""
    order = await PaymentOrder.get_or_none(bill=bill, settles=True)
    if order is None:
        return None
    returned = await Refund.filter(order=order, state="done")
    return int(order.amount_fen - sum(one.amount_fen for one in returned))


async def _want(bill: Bill, amount_fen: int) -> None:
    before = await Receipt.filter(bill=bill).order_by("-id").first()
    receipt = await Receipt.create(
        bill=bill,
        replaces=before,
        request_no=f"E{clock.today():%Y%m%d}{crypto.random_code(16)}",
        amount_fen=amount_fen,
        wanted_at=clock.now(),
        items=lines_of(await BillItem.filter(bill=bill).order_by("position"), amount_fen),
    )
    await audit.record("receipt.asked", subject=f"bill:{bill.id}", by=BY, detail={"receipt": receipt.id})
    await jobs.enqueue(issue, lock=f"receipt:{receipt.id}", receipt_id=receipt.id)


async def _want_back(receipt: Receipt) -> None:
    receipt.void_wanted, receipt.void_no = True, f"V{clock.today():%Y%m%d}{crypto.random_code(16)}"
    receipt.wanted_at = clock.now()
    await receipt.save(update_fields=["void_wanted", "void_no", "wanted_at"])
    await jobs.enqueue(take_back, lock=f"receipt:{receipt.id}", receipt_id=receipt.id)


def lines_of(items: list[BillItem], amount_fen: int) -> list[dict[str, Any]]:
    """The items of a receipt of `amount_fen`: those of the bill, the last ones cut by what was given back."""
    lines, left = [], amount_fen
    for item in items:
        grown = f"{item.exec_item_name}（{late_fee.NAMES[item.late_kind]}）"  # after the 限缴日期, until it was paid
        pushed = item.amount_fen + item.overdue_fen + item.penalty_fen
        for name, fen in ((item.exec_item_name, pushed), (grown, item.late_fen)):
            part = min(left, fen)
            left -= part
            if part:
                lines.append({"code": item.exec_item_code, "name": name, "amount_fen": part})
    return lines


@jobs.job(queue="money", retries=12)
async def issue(*, receipt_id: int) -> None:
    """Ask the issuer for a receipt. Its predecessor must be taken back first; that begins this one."""
    receipt = await Receipt.get(id=receipt_id).prefetch_related("bill", "replaces")
    if receipt.state != "asked" or (receipt.replaces and receipt.replaces.state != "voided"):
        return
    asked_before = receipt.asked_times > 0
    await Receipt.filter(id=receipt.id).update(asked_times=receipt.asked_times + 1)
    try:
        known = await issuer().find(receipt.request_no) if asked_before else None
        issued = known or await issuer().issue(await _request(receipt))
    except ChannelRefused as refusal:
        await _stuck(receipt, refusal)
        return
    await note_issued(receipt.id, issued)


async def _request(receipt: Receipt) -> ReceiptRequest:
    bill = receipt.bill
    order = await PaymentOrder.get(bill=bill, settles=True)
    return ReceiptRequest(
        request_no=receipt.request_no,
        amount_fen=receipt.amount_fen,
        payer=crypto.open_sealed(bill.payer_name_sealed),
        unit_code=bill.exec_unit_code,
        unit=bill.exec_unit_name,
        title=bill.title,
        pay_code=bill.pay_code,
        paid_on=clock.shanghai(order.paid_at or clock.now()).date(),
        lines=tuple(ReceiptLine(**one) for one in receipt.items),
    )


async def note_issued(receipt_id: int, issued: Issued) -> None:
    """Take in a receipt that exists; twice changes nothing."""
    try:
        async with database.transaction():
            receipt = await Receipt.select_for_update().get(id=receipt_id)
            if receipt.state != "asked":
                return
            receipt.state, receipt.trouble, receipt.issued_at = "issued", "", clock.now()
            receipt.code, receipt.number, receipt.check_code = issued.code, issued.number, issued.check_code
            receipt.issued_on = issued.issued_on
            await receipt.save()
            await audit.record("receipt.issued", subject=f"bill:{receipt.bill_id}", by=BY)  # type: ignore[attr-defined]
            await tell(ReceiptIssued(bill_id=receipt.bill_id, receipt_id=receipt.id))  # type: ignore[attr-defined]
            if receipt.void_wanted:
                await jobs.enqueue(take_back, lock=f"receipt:{receipt.id}", receipt_id=receipt.id)
    except IntegrityError:  # a number that another receipt of ours bears
        log.error("receipt_number_taken", receipt_id=receipt_id)
        await Receipt.filter(id=receipt_id).update(trouble="number taken")
        return
    metrics.count("receipts_issued_total")


@jobs.job(queue="money", retries=12)
async def take_back(*, receipt_id: int) -> None:
    """冲红. One that is still being issued is taken back once it is."""
    receipt = await Receipt.get(id=receipt_id)
    if not receipt.void_wanted or receipt.state not in ("issued", "voiding"):
        return
    asked_before = receipt.state == "voiding"
    await Receipt.filter(id=receipt.id, state="issued").update(state="voiding")
    try:
        known = await issuer().find_void(receipt.void_no) if asked_before else None
        voided = known or await issuer().void(
            void_no=receipt.void_no, code=receipt.code, number=receipt.number, reason=VOID_REASON
        )
    except ChannelRefused as refusal:
        await _stuck(receipt, refusal)
        return
    await note_voided(receipt.id, voided)


async def note_voided(receipt_id: int, voided: Voided) -> None:
    async with database.transaction():
        receipt = await Receipt.select_for_update().get(id=receipt_id)
        if receipt.state != "voiding":
            return
        receipt.state, receipt.trouble, receipt.voided_at = "voided", "", clock.now()
        receipt.red_code, receipt.red_number = voided.red_code, voided.red_number
        await receipt.save()
        await audit.record("receipt.voided", subject=f"bill:{receipt.bill_id}", by=BY)  # type: ignore[attr-defined]
        await tell(ReceiptVoided(bill_id=receipt.bill_id, receipt_id=receipt.id))  # type: ignore[attr-defined]
        for successor in await Receipt.filter(replaces=receipt):
            await jobs.enqueue(issue, lock=f"receipt:{successor.id}", receipt_id=successor.id)
    metrics.count("receipts_voided_total")


async def _stuck(receipt: Receipt, refusal: ChannelRefused) -> None:
    """The issuer said no: a person must look; `chase` asks again meanwhile."""
    why = f"{refusal.code} {refusal.vendor_code}".strip()
    await Receipt.filter(id=receipt.id).update(trouble=why[:80])
    metrics.count("receipts_refused_total", code=refusal.code)
    log.error("receipt_refused", receipt_id=receipt.id, code=refusal.code, vendor_code=refusal.vendor_code)


async def again(*, receipt_id: int, by: Actor) -> None:
    """Staff have the issuer asked once more, now. Raises ReceiptNotFound, ReceiptInOrder."""
    async with database.transaction():
        receipt = await Receipt.select_for_update().get_or_none(id=receipt_id)
        if receipt is None:
            raise ReceiptNotFound
        if not unfinished(receipt):
            raise ReceiptInOrder
        await audit.record("receipt.asked_again", subject=f"bill:{receipt.bill_id}", by=by)  # type: ignore[attr-defined]
        await ask_again(receipt)


def unfinished(receipt: Receipt) -> bool:
    """Whether something is still to be had from the issuer."""
    return receipt.state == "asked" or (receipt.void_wanted and receipt.state != "voided")


async def ask_again(receipt: Receipt) -> None:
    """One question waits at a time."""
    work = issue if receipt.state == "asked" else take_back
    await jobs.enqueue_once(work, mark=f"receipt-asked:{receipt.id}", receipt_id=receipt.id)
