"""What finance sees of receipts: what stands, what is still to be had from the issuer, and why it is not there."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from foundation import clock, crypto
from identity.realname import masked_name
from payments.receipt_models import Receipt
from payments.receipts import unfinished

STATES = {"asked": "开具中", "issued": "有效", "voiding": "冲红中", "voided": "已冲红"}


@dataclass(frozen=True, kw_only=True)
class Line:
    id: int
    code: str
    number: str
    issued_on: date | None
    amount_fen: int
    payer: str  # masked
    unit: str
    title: str
    pay_code: str
    state: str
    red_number: str
    trouble: str
    waits: bool
    wanted_at: datetime

    @property
    def label(self) -> str:
        return "待冲红" if self.waits and self.state == "issued" else STATES[self.state]


async def listed(*, state: str, start: date, end: date, limit: int | None = None) -> list[Line]:
    """Receipts asked for from `start` to `end`, the latest first. `state` is one of STATES, ``waits`` or empty."""
    rows = _chosen(state, start, end).order_by("-id")
    if limit:
        rows = rows.limit(limit)
    return [_line(one) for one in await rows.prefetch_related("bill")]


async def totals(*, start: date, end: date) -> dict[str, tuple[int, int]]:
    """State → (how many, their fen), of the same days."""
    found: dict[str, tuple[int, int]] = {}
    for state, fen in await _chosen("", start, end).values_list("state", "amount_fen"):
        number, sum_fen = found.get(state, (0, 0))
        found[state] = (number + 1, sum_fen + fen)
    return found


def _chosen(state: str, start: date, end: date) -> QuerySet[Receipt]:
    begins = datetime.combine(start, time(), clock.SHANGHAI)
    ends = datetime.combine(end + timedelta(days=1), time(), clock.SHANGHAI)
    rows: Any = Receipt.filter(created_at__gte=begins, created_at__lt=ends)
    if state == "waits":
        return rows.filter(Q(state="asked") | Q(void_wanted=True, state__not="voided"))  # type: ignore[no-any-return]
    return rows.filter(state=state) if state else rows  # type: ignore[no-any-return]


def _line(one: Receipt) -> Line:
    bill = one.bill
    return Line(
        id=one.id,
        code=one.code,
        number=one.number,
        issued_on=one.issued_on,
        amount_fen=one.amount_fen,
        payer=masked_name(crypto.open_sealed(bill.payer_name_sealed)) if bill.payer_name_sealed else "",
        unit=bill.exec_unit_name,
        title=bill.title,
        pay_code=bill.pay_code,
        state=one.state,
        red_number=one.red_number,
        trouble=one.trouble,
        waits=unfinished(one),
        wanted_at=one.wanted_at,
    )
