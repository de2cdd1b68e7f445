"""滞纳金 and 加处罚款: what grows by the day after the 限缴日期, and what is due on a day.

The formula, of one 执收项目: amount × rate (ten-thousandths a day) × days, rounded down to the fen, where the first day
is the one after the 限缴日期; and never more than makes the 滞纳金 and 加罚 of the item equal to its amount.

Sources: 行政处罚法 第七十二条 (每日按罚款数额的百分之三加处罚款，加处罚款的数额不得超出罚款的数额: a rate of 300);
行政强制法 第四十五条 (加处罚款或者滞纳金的数额不得超出金钱给付义务的数额). The rate is the department's: it comes with
the bill, or stands as a rule of the item.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from foundation import clock
from payments.bill_read import BillRead, Item, Late
from payments.models import Bill, BillItem, PaymentOrder

WHOLE = 10_000
NAMES = {"overdue": "滞纳金", "penalty": "加处罚款"}


@dataclass(frozen=True)
class Line:
    """One item as it is paid: `late_fen` has grown and comes on top of what was pushed."""

    position: int
    name: str
    amount_fen: int
    overdue_fen: int
    penalty_fen: int
    late_fen: int
    late_kind: str
    late_per_day: int
    late_basis: str

    @property
    def fen(self) -> int:
        return self.amount_fen + self.overdue_fen + self.penalty_fen + self.late_fen


@dataclass(frozen=True)
class Due:
    """What pays a bill on a day."""

    lines: list[Line]
    days_late: int

    @property
    def fen(self) -> int:
        return sum(one.fen for one in self.lines)

    @property
    def late_fen(self) -> int:
        return sum(one.late_fen for one in self.lines)

    @property
    def payable(self) -> bool:
        """After the 限缴日期 only what grows can still be paid: the rule is what its payer was told."""
        return not self.days_late or any(one.late_per_day for one in self.lines)

    def breakdown(self) -> list[dict[str, Any]]:
        """The lines as an order keeps them."""
        return [asdict(one) for one in self.lines]


def grown(item: BillItem | Item, *, days_late: int) -> int:
    """What has grown in so many days."""
    room = item.amount_fen - item.overdue_fen - item.penalty_fen
    return max(0, int(min(item.amount_fen * item.late_per_day * days_late // WHOLE, room)))


def due(bill: Bill | BillRead | Late, items: Iterable[BillItem | Item], *, on: date | None = None) -> Due:
    """What pays the unpaid bill on a day, today unless told otherwise."""
    day = on or clock.today()
    days_late = max(0, (day - bill.expire_date).days) if bill.expire_date else 0
    return Due([_line(one, grown(one, days_late=days_late)) for one in _ordered(items)], days_late)


def shown(bill: Bill | BillRead) -> Due:
    """The lines of a bill, read with its items, as people see them: growing while unpaid, afterwards as it was paid."""
    items: Iterable[BillItem | Item] = bill.items  # type: ignore[union-attr]
    if bill.state == "unpaid":
        return due(bill, items)
    return Due([_line(one, one.late_fen) for one in _ordered(items)], 0)


async def fix(order: PaymentOrder) -> None:
    """In the transaction that settles: the bill's items keep what had grown when the order was placed."""
    for line in order.breakdown or []:
        if line["late_fen"]:
            items = BillItem.filter(bill_id=order.bill_id, position=line["position"])  # type: ignore[attr-defined]
            await items.update(late_fen=line["late_fen"])


def _ordered(items: Iterable[BillItem | Item]) -> list[BillItem | Item]:
    return sorted(items, key=lambda one: one.position)


def _line(item: BillItem | Item, late_fen: int) -> Line:
    return Line(
        item.position,
        item.exec_item_name,
        item.amount_fen,
        item.overdue_fen,
        item.penalty_fen,
        late_fen,
        item.late_kind,
        item.late_per_day,
        item.late_basis,
    )
