"""A bill as it is read for its payer: a quarter of the cost of the rows that verbs work on."""

from datetime import date, datetime

from msgspec import Struct


class Item(Struct, frozen=True, array_like=True):
    """An 执收项目 of a bill."""

    position: int
    exec_item_name: str
    amount_fen: int
    overdue_fen: int
    penalty_fen: int
    late_fen: int
    late_kind: str
    late_per_day: int
    late_basis: str


class BillRead(Struct, frozen=True, kw_only=True):
    """A bill on its own page; `late_fee.shown` tells what is due today."""

    id: int
    citizen_id: int | None
    pay_code: str
    title: str
    exec_unit_name: str
    reference: str
    total_fen: int
    settled_fen: int | None
    state: str
    expire_date: date | None
    settled_at: datetime | None
    items: list[Item]


class Late(Struct, frozen=True, array_like=True):
    """What grows on a bill whose 限缴日期 is over."""

    expire_date: date
    items: list[Item]
