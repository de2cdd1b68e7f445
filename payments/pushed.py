"""A bill as a department or a room tells it, and what must be right about it before it is raised."""

from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from foundation import crypto, idempotency
from identity.idnumber import Identity
from payments import pay_code
from payments.bill_errors import LateFeeNeedsDate
from payments.errors import TotalDoesNotAddUp
from payments.late_fee_rules import NONE, Growth


@dataclass(frozen=True, kw_only=True)
class PushedItem:
    """执收项目: one line; amounts in fen. Without `growth` the rule of the item holds, if there is one."""

    exec_item_code: str
    exec_item_name: str
    amount_fen: int
    overdue_fen: int = 0
    penalty_fen: int = 0
    growth: Growth | None = None


@dataclass(frozen=True, kw_only=True)
class PushedBill:
    """A bill as it is told. Without `pay_code` one is given."""

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
    """What became of a bill: ``raised``, ``repeated`` when it was known, ``changed``."""

    notice_no: str
    outcome: str
    pay_code: str


def check(bill: PushedBill) -> None:
    """Raises TotalDoesNotAddUp, LateFeeNeedsDate, PayCodeMalformed."""
    amounts = [fen for one in bill.items for fen in (one.amount_fen, one.overdue_fen, one.penalty_fen)]
    if bill.total_fen <= 0 or bill.total_fen != sum(amounts) or min(amounts) < 0:
        raise TotalDoesNotAddUp
    if bill.expire_date is None and any(one.growth and one.growth.per_day for one in bill.items):
        raise LateFeeNeedsDate
    if bill.pay_code:
        pay_code.must_fit(bill.pay_code)


def said(bill: PushedBill) -> list[str]:
    """The keyed fingerprints of what was told: a plain hash could be tried out for the payer's number."""
    return crypto.fingerprints(idempotency.body_hash(asdict(replace(bill, pay_code=""))), purpose="bill_body")


def factor(code: str, last_four: str) -> str:
    """What a look-up by code must match besides the code."""
    return crypto.fingerprint(f"{code}|{last_four.upper()}", purpose="bill_factor")


def item_rows(bill_id: int, bill: PushedBill, rules: dict[str, Growth]) -> list[dict[str, Any]]:
    """The items as they are kept, each with the way it grows."""
    rows = []
    for position, one in enumerate(bill.items):
        growth = one.growth or rules.get(one.exec_item_code, NONE)
        rows.append(
            {
                "bill_id": bill_id,
                "position": position,
                "exec_item_code": one.exec_item_code,
                "exec_item_name": one.exec_item_name,
                "amount_fen": one.amount_fen,
                "overdue_fen": one.overdue_fen,
                "penalty_fen": one.penalty_fen,
                "late_per_day": growth.per_day,
                "late_kind": growth.kind,
                "late_basis": growth.basis,
            }
        )
    return rows
