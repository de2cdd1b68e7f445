"""What finance sees of receipts: what stands, what is still to be had from the issuer, and why it is not there."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from foundation import clock, database
from identity.realname import masked_sealed
from payments.receipt_models import Receipt
from payments.receipts import unfinished

STATES = {"asked": "开具中", "issued": "有效", "voiding": "冲红中", "voided": "已冲红"}
TOTALS = """
select state, count(*) as number, sum(amount_fen)::bigint as fen from receipt
 where created_at >= $1 and created_at < $2 group by 1"""


@dataclass(frozen=True, kw_only=True)
class Line:
    id: int
    code: str
    number: str
    issued_on: date | None
    amount_fen: int
    payer: str  # masked
    owner: int | None  # whose bill it is, where we know
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


async def listed(*, state: str, start: date, end: date, limit: int) -> list[Line]:
    """Receipts asked for from `start` to `end`, the latest first. `state` is one of STATES, ``waits`` or empty."""
    rows = _chosen(state, start, end).order_by("-id").limit(limit)
    return [_line(one) for one in await rows.prefetch_related("bill")]


async def totals(*, start: date, end: date) -> dict[str, tuple[int, int]]:
    """State → (how many, their fen), of the same days."""
    rows = await database.fetch(TOTALS, *_span(start, end))
    return {row["state"]: (row["number"], row["fen"]) for row in rows}


def _span(start: date, end: date) -> tuple[datetime, datetime]:
    """From the first moment of `start` to the one after `end`."""
    begins, ends = (datetime.combine(day, time(), clock.SHANGHAI) for day in (start, end + timedelta(days=1)))
    return begins, ends


def _chosen(state: str, start: date, end: date) -> QuerySet[Receipt]:
    begins, ends = _span(start, end)
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
        payer=masked_sealed(bill.payer_name_sealed),
        owner=bill.citizen_id,  # type: ignore[attr-defined]
        unit=bill.exec_unit_name,
        title=bill.title,
        pay_code=bill.pay_code,
        state=one.state,
        red_number=one.red_number,
        trouble=one.trouble,
        waits=unfinished(one),
        wanted_at=one.wanted_at,
    )
