"""缴款通知书: pushed by departments, found by their payer, or by code with a second factor."""

import hmac
import secrets
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from tortoise.exceptions import IntegrityError

from foundation import audit, clock, crypto, database, idempotency, ratelimit
from foundation.actor import Actor
from foundation.events import tell
from identity import delegation, realname
from identity.idnumber import Identity
from payments.errors import (
    BillAlreadySettled,
    BillChanged,
    BillNotFound,
    BillWithdrawn,
    PayCodeTaken,
    TotalDoesNotAddUp,
)
from payments.events import BillRaised
from payments.models import Bill, BillItem, PaymentOrder
from payments.orders import LIVE

PER_CODE = (10, 3600)
PER_ADDRESS = (30, 3600)
NO_FACTOR = "0" * 64


@dataclass(frozen=True, kw_only=True)
class PushedItem:
    """执收项目: one line; amounts in fen."""

    exec_item_code: str
    exec_item_name: str
    amount_fen: int
    overdue_fen: int = 0
    penalty_fen: int = 0


@dataclass(frozen=True, kw_only=True)
class PushedBill:
    """A bill as a department tells it. Without `pay_code` one is given."""

    notice_no: str
    exec_unit_code: str
    exec_unit_name: str
    title: str
    payer_name: str
    payer: Identity
    items: tuple[PushedItem, ...]
    total_fen: int
    expire_date: date | None = None
    reference: str = ""
    pay_code: str = ""


@dataclass(frozen=True)
class Received:
    """What became of a pushed bill: ``raised``, or ``repeated`` when it was known."""

    notice_no: str
    outcome: str
    pay_code: str


async def is_known(*, notice_no: str, source: str) -> bool:
    return await Bill.exists(source=source, notice_no=notice_no)


async def raise_bill(*, bill: PushedBill, by: Actor) -> Received:
    """Raise one bill; the same bill again changes nothing.

    Raises TotalDoesNotAddUp, BillChanged, PayCodeTaken, and BillWithdrawn for one that was taken back.
    """
    amounts = [fen for one in bill.items for fen in (one.amount_fen, one.overdue_fen, one.penalty_fen)]
    if bill.total_fen <= 0 or bill.total_fen != sum(amounts) or min(amounts) < 0:
        raise TotalDoesNotAddUp
    try:
        async with database.transaction():
            raised = await _insert(bill, by)
            await tell(BillRaised(bill_id=raised.id, citizen_id=raised.citizen_id))  # type: ignore[attr-defined]
    except IntegrityError:
        return await _known(bill, by)
    return Received(bill.notice_no, "raised", raised.pay_code)


def _said(bill: PushedBill) -> list[str]:
    """The keyed fingerprints of what was pushed: a plain hash could be tried out for the payer's number."""
    return crypto.fingerprints(idempotency.body_hash(asdict(replace(bill, pay_code=""))), purpose="bill_body")


async def _insert(bill: PushedBill, by: Actor) -> Bill:
    pay_code = bill.pay_code or new_pay_code()
    raised = await Bill.create(
        pay_code=pay_code,
        source=by.name,
        notice_no=bill.notice_no,
        exec_unit_code=bill.exec_unit_code,
        exec_unit_name=bill.exec_unit_name,
        title=bill.title,
        reference=bill.reference,
        citizen_id=await realname.owner_of(bill.payer, name=bill.payer_name),
        payer_fingerprint=bill.payer.fingerprint,
        payer_name_sealed=crypto.seal(bill.payer_name),
        factor_fingerprint=_factor(pay_code, bill.payer.last_four),
        total_fen=bill.total_fen,
        expire_date=bill.expire_date,
        body_hash=_said(bill)[0],
    )
    await BillItem.bulk_create(
        [BillItem(bill=raised, position=number, **asdict(one)) for number, one in enumerate(bill.items)]
    )
    await audit.record("bill.raised", subject=f"bill:{raised.id}", by=by)
    return raised


async def _known(bill: PushedBill, by: Actor) -> Received:
    known = await Bill.get_or_none(source=by.name, notice_no=bill.notice_no)
    if known is None:
        raise PayCodeTaken
    if known.body_hash not in _said(bill) or bill.pay_code not in ("", known.pay_code):
        raise BillChanged
    if known.state == "withdrawn":
        raise BillWithdrawn
    return Received(bill.notice_no, "repeated", known.pay_code)


def new_pay_code() -> str:
    """缴款识别码: a text of 20 digits, the day and twelve at random."""
    return f"{clock.today():%Y%m%d}{secrets.randbelow(10**12):012d}"


def _factor(pay_code: str, last_four: str) -> str:
    return crypto.fingerprint(f"{pay_code}|{last_four.upper()}", purpose="bill_factor")


async def withdraw(*, notice_no: str, by: Actor, reason: str) -> Bill:
    """The department takes an unpaid bill back. A payment in flight that arrives later goes back by itself.

    Raises BillNotFound, BillAlreadySettled.
    """
    async with database.transaction():
        bill = await Bill.filter(source=by.name, notice_no=notice_no).select_for_update().first()
        if bill is None:
            raise BillNotFound
        if bill.state == "settled":
            raise BillAlreadySettled
        if bill.state == "unpaid":
            bill.state = "withdrawn"
            await bill.save(update_fields=["state"])
            await PaymentOrder.filter(bill=bill, state__in=LIVE).update(ask_at=clock.now())  # to be closed over there
            await audit.record("bill.withdrawn", subject=f"bill:{bill.id}", by=by, reason=reason)
        return bill


async def mine(citizen_id: int, *, limit: int = 50) -> list[Bill]:
    """The citizen's bills, unpaid first, then the latest."""
    theirs = Bill.filter(citizen_id=citizen_id).order_by("-id").limit(limit).prefetch_related("items")
    return [*await theirs.filter(state="unpaid"), *await theirs.exclude(state="unpaid")][:limit]


async def unpaid(citizen_id: int) -> tuple[int, int]:
    """How many bills of the citizen are unpaid, and their sum in fen."""
    row = await database.fetchrow(
        "select count(*) as number, coalesce(sum(total_fen), 0)::bigint as fen from bill"
        " where citizen_id = $1 and state = 'unpaid'",
        citizen_id,
    )
    return (row["number"], row["fen"]) if row else (0, 0)


async def one_for(*, pay_code: str, citizen_id: int) -> Bill:
    """A bill for its payer, their delegate or whoever has paid it. Raises BillNotFound for everybody else."""
    bill = await Bill.get_or_none(pay_code=pay_code).prefetch_related("items")
    if bill is None:
        raise BillNotFound
    owner: int | None = bill.citizen_id  # type: ignore[attr-defined]
    if owner == citizen_id or await bill.orders.filter(payer_id=citizen_id).exists():  # type: ignore[attr-defined]
        return bill
    if owner is not None and await delegation.may_act(agent=citizen_id, principal=owner, scope="pay"):
        return bill
    raise BillNotFound


async def by_code(*, pay_code: str, last_four: str, address: str) -> Bill:
    """Anybody may pay a bill whose code and second factor they know. Raises BillNotFound, TooManyRequests."""
    # a number of a person typed in the wrong field is kept nowhere as it is
    typed = crypto.fingerprint(pay_code, purpose="limit")
    await ratelimit.check(("bill-lookup-code", typed, *PER_CODE), ("bill-lookup-ip", address, *PER_ADDRESS))
    bill = await Bill.get_or_none(pay_code=pay_code)
    wanted = bill.factor_fingerprint if bill else NO_FACTOR
    given = crypto.fingerprints(f"{pay_code}|{last_four.upper()}", purpose="bill_factor")
    matches = any([hmac.compare_digest(wanted, one) for one in given])
    if bill is None or not matches:
        raise BillNotFound
    await bill.fetch_related("items")  # only now: a wrong code and a wrong factor take the same
    return bill


async def export(citizen_id: int) -> dict[str, list[dict[str, Any]]]:
    bills = await Bill.filter(citizen_id=citizen_id).order_by("id")
    orders = await PaymentOrder.filter(payer_id=citizen_id).order_by("id").prefetch_related("bill")
    return {
        "bills": [
            {"pay_code": one.pay_code, "title": one.title, "fen": one.total_fen, "state": one.state} for one in bills
        ],
        "payments": [
            {"pay_code": one.bill.pay_code, "channel": one.channel, "fen": one.amount_fen, "state": one.state}
            for one in orders
        ],
    }
