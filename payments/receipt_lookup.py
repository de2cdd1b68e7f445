"""Who may see a receipt: whoever paid or owes its bill and who acts for them; and anybody who holds its numbers."""

import hmac
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from foundation import crypto, ratelimit, settings
from identity import acting
from identity.delegation import Scope
from identity.realname import masked_name
from payments import bills
from payments.errors import BillNotFound
from payments.models import Bill, PaymentOrder
from payments.receipt_errors import NothingToReceipt, ReceiptNotFound, ReceiptNotReady
from payments.receipt_models import Receipt

PER_NUMBER = (10, 3600)
PER_ADDRESS = (30, 3600)
NO_CODE = "\0" * 6
CODE_LENGTH, NUMBER_LENGTH = 8, 10
STATES = {"issued": "有效", "voided": "已冲红", "voiding": "冲红中"}


@dataclass(frozen=True)
class Line:
    name: str
    amount_fen: int


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A receipt as it is shown. `state` is one of STATES; `red_number` the red entry that took it back."""

    code: str
    number: str
    check_code: str
    issued_on: date
    amount_fen: int
    payer: str
    unit: str
    title: str
    pay_code: str
    lines: tuple[Line, ...]
    state: str
    red_code: str
    red_number: str

    @property
    def label(self) -> str:
        return STATES[self.state]

    @property
    def check_address(self) -> str:
        """What its QR code leads to. After the #, so that no log on the way keeps it."""
        numbers = "/".join(quote(one, safe="") for one in (self.code, self.number, self.check_code))
        return f"{settings.current().processes.public_bff_url}/h5/#/receipt-check/{numbers}"


async def of_bill(*, pay_code: str, citizen_id: int) -> Shown:
    """The receipt that stands for a bill, or the last one that was taken back.

    Raises BillNotFound for whom it does not concern, ReceiptNotReady, NothingToReceipt.
    """
    bill = await bills.one_for(pay_code=pay_code, citizen_id=citizen_id)
    order = await PaymentOrder.get_or_none(bill=bill, settles=True)
    owner, payer = bill.citizen_id, order.payer_id if order else None  # type: ignore[attr-defined]
    if citizen_id not in (owner, payer) and not await _acts_for(owner, citizen_id):
        raise BillNotFound  # whoever only began to pay somebody's bill may see the bill, not a paper with the name
    found = await Receipt.filter(bill=bill).order_by("-id")
    given = next((one for one in found if one.state != "asked"), None)
    if given is None or (found[0].state == "asked" and given.void_wanted):
        raise ReceiptNotReady if found or bill.state == "settled" else NothingToReceipt
    return shown(given, bill)


async def _acts_for(owner: int | None, citizen_id: int) -> bool:
    return owner is not None and await acting.may(agent=citizen_id, subject=owner, scope=Scope.PAY)


async def check(*, code: str, number: str, check_code: str, address: str) -> Shown:
    """验真, by anybody who holds the numbers; the payer's name is masked. Whatever number is wrong, it looks the same.

    Raises ReceiptNotFound, TooManyRequests.
    """
    typed = crypto.fingerprint(f"{code}|{number}", purpose="limit")
    await ratelimit.check(("receipt-check", typed, *PER_NUMBER), ("receipt-check-ip", address, *PER_ADDRESS))
    fits = len(code) <= CODE_LENGTH and len(number) <= NUMBER_LENGTH  # else the model would refuse to look
    found = await Receipt.get_or_none(code=code, number=number).prefetch_related("bill") if fits else None
    wanted = found.check_code if found else NO_CODE
    matches = hmac.compare_digest(wanted.lower().encode(), check_code.lower().encode())
    if found is None or not matches:
        raise ReceiptNotFound
    return shown(found, found.bill, masked=True)


def shown(receipt: Receipt, bill: Bill, *, masked: bool = False) -> Shown:
    assert receipt.issued_on is not None, "only issued receipts are shown"
    payer = crypto.open_sealed(bill.payer_name_sealed) if bill.payer_name_sealed else ""
    return Shown(
        code=receipt.code,
        number=receipt.number,
        check_code=receipt.check_code,
        issued_on=receipt.issued_on,
        amount_fen=receipt.amount_fen,
        payer=masked_name(payer) if masked else payer,
        unit=bill.exec_unit_name,
        title=bill.title,
        pay_code=bill.pay_code,
        lines=tuple(Line(one["name"], one["amount_fen"]) for one in receipt.items),
        state="voiding" if receipt.void_wanted and receipt.state == "issued" else receipt.state,
        red_code=receipt.red_code,
        red_number=receipt.red_number,
    )
