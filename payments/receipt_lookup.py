"""Who may see a receipt: whoever paid or owes its bill and who acts for them; and anybody who holds its numbers."""

import hmac
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from msgspec import Struct

from foundation import crypto, ratelimit, settings
from foundation.questions import Question
from identity.realname import masked_name
from payments import concerned
from payments.receipt_errors import NothingToReceipt, ReceiptNotFound, ReceiptNotReady

PER_NUMBER = (10, 3600)
PER_ADDRESS = (30, 3600)
NO_CODE = "\0" * 6
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


class _Given(Struct, frozen=True, kw_only=True):
    """A receipt that was issued, with what stands on it of its bill."""

    code: str
    number: str
    check_code: str
    issued_on: date
    amount_fen: int
    items: list[Line]
    state: str
    void_wanted: bool
    red_code: str
    red_number: str
    payer_name_sealed: str
    unit: str
    title: str
    pay_code: str


class _OfBill(Struct, frozen=True, kw_only=True):
    """Of a bill that `concerns` who asked: its last receipt. `asked`: whether the newest is only asked for, None when
    there is none.
    """

    citizen_id: int | None
    concerns: bool
    settled: bool
    asked: bool | None
    given: _Given | None


GIVEN = """
select r.code, r.number, r.check_code, r.issued_on, r.amount_fen, r.items, r.state, r.void_wanted, r.red_code,
       r.red_number, b.payer_name_sealed, b.exec_unit_name as unit, b.title, b.pay_code
  from receipt r"""
# Whoever only began to pay somebody's bill may see the bill, not a paper with the name.
OF_BILL = Question(
    _OfBill,
    f"""
select b.citizen_id, b.state = 'settled' as settled, b.citizen_id is not distinct from asked.who
       or exists (select from payment_order o where o.bill_id = b.id and o.settles and o.payer_id = asked.who)
       as concerns,
       (select r.state = 'asked' from receipt r where r.bill_id = b.id order by r.id desc limit 1) as asked,
       (select to_json(given) from ({GIVEN} where r.bill_id = b.id and r.state <> 'asked'
                                     order by r.id desc limit 1) as given) as given
  from bill b where b.pay_code = asked.pay_code""",
    pay_code="text",
    who="bigint",
)
BY_NUMBER = Question(
    _Given,
    f"""{GIVEN} join bill b on b.id = r.bill_id
 where r.code = asked.code and r.number = asked.number and r.state <> 'asked'""",
    code="text",
    number="text",
)


async def of_bill(*, pay_code: str, citizen_id: int) -> Shown:
    """The receipt that stands for a bill, or the last one that was taken back.

    Raises BillNotFound for whom it does not concern, ReceiptNotReady, NothingToReceipt.
    """
    found = await concerned.shown_to(citizen_id, await OF_BILL.row(pay_code, citizen_id))
    if found.given is None or (found.asked and found.given.void_wanted):
        raise ReceiptNotReady if found.asked is not None or found.settled else NothingToReceipt
    return _shown(found.given)


async def check(*, code: str, number: str, check_code: str, address: str) -> Shown:
    """验真, by anybody who holds the numbers; the payer's name is masked. Whatever number is wrong, it looks the same.

    Raises ReceiptNotFound, TooManyRequests.
    """
    typed = crypto.fingerprint(f"{code}|{number}", purpose="limit")
    await ratelimit.check(("receipt-check", typed, *PER_NUMBER), ("receipt-check-ip", address, *PER_ADDRESS))
    found = await BY_NUMBER.row(code, number)
    wanted = found.check_code if found else NO_CODE
    matches = hmac.compare_digest(wanted.lower().encode(), check_code.lower().encode())
    if found is None or not matches:
        raise ReceiptNotFound
    return _shown(found, masked=True)


def _shown(one: _Given, *, masked: bool = False) -> Shown:
    payer = crypto.open_sealed(one.payer_name_sealed) if one.payer_name_sealed else ""
    return Shown(
        code=one.code,
        number=one.number,
        check_code=one.check_code,
        issued_on=one.issued_on,
        amount_fen=one.amount_fen,
        payer=masked_name(payer) if masked else payer,
        unit=one.unit,
        title=one.title,
        pay_code=one.pay_code,
        lines=tuple(one.items),
        state="voiding" if one.void_wanted and one.state == "issued" else one.state,
        red_code=one.red_code,
        red_number=one.red_number,
    )
