"""登记簿: bills and orders as finance looks for them, the newest first; by person only with a row in the audit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

from foundation import audit, clock, database
from foundation.actor import Actor
from identity import finding
from identity.idnumber import Identity
from identity.looks import Look, record_access
from payments.register_errors import RegisterTooLong

PAGE = 50
MOST = 50_000  # rows of one file
LAST = 2**62

R = TypeVar("R")

BILLS = """
select b.id, b.pay_code, b.notice_no, b.title, b.exec_unit_code, b.exec_unit_name, b.total_fen, b.settled_fen, b.state,
       b.expire_date, b.created_at, b.settled_at, b.version
  from bill b where {where} order by b.id desc limit {limit}
"""
ORDERS = """
select o.id, o.out_trade_no, b.pay_code, b.title, b.exec_unit_name, o.channel, o.amount_fen, o.late_fen, o.state,
       o.settles, o.transaction_no, o.created_at, o.paid_at,
       coalesce((select sum(r.amount_fen) from refund r where r.order_id = o.id and r.state = 'done'), 0)::bigint
         as returned_fen
  from payment_order o join bill b on b.id = o.bill_id where {where} order by o.id desc limit {limit}
"""
# From code to code by the index: a table of millions has a few dozen units.
UNITS = """
with recursive codes as (
  select min(exec_unit_code) as code from bill
  union all
  select (select min(exec_unit_code) from bill where exec_unit_code > codes.code) from codes where code is not null
)
select code, (select exec_unit_name from bill where exec_unit_code = code order by id desc limit 1) as name
  from codes where code is not null
"""
OF_PAYER = BILLS.format(where="b.payer_fingerprint = any($1)", limit="$2")


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is looked for: what is empty matches all. Days are those of the bill's or the order's making."""

    start: date | None = None
    end: date | None = None
    unit: str = ""
    state: str = ""
    channel: str = ""
    pay_code: str = ""


@dataclass(frozen=True, kw_only=True)
class BillRow:
    id: int
    pay_code: str
    notice_no: str
    title: str
    exec_unit_code: str
    exec_unit_name: str
    total_fen: int
    settled_fen: int | None
    state: str
    expire_date: date | None
    created_at: datetime
    settled_at: datetime | None
    version: int


@dataclass(frozen=True, kw_only=True)
class OrderRow:
    id: int
    out_trade_no: str
    pay_code: str
    title: str
    exec_unit_name: str
    channel: str
    amount_fen: int
    late_fen: int
    returned_fen: int
    state: str
    settles: bool
    transaction_no: str
    created_at: datetime
    paid_at: datetime | None


async def bills(wanted: Wanted, *, before: int = 0, limit: int = PAGE) -> list[BillRow]:
    """A page of bills, older than the one with the id `before`."""
    conditions = [*_made("b", wanted), ("b.state = {}", wanted.state)]
    return [BillRow(**row) for row in await _fetch(BILLS, "b.id", conditions, before, limit)]


async def orders(wanted: Wanted, *, before: int = 0, limit: int = PAGE) -> list[OrderRow]:
    """A page of orders, older than the one with the id `before`."""
    conditions = [*_made("o", wanted), ("o.state = {}", wanted.state), ("o.channel = {}", wanted.channel)]
    return [OrderRow(**row) for row in await _fetch(ORDERS, "o.id", conditions, before, limit)]


async def all_bills(wanted: Wanted) -> list[BillRow]:
    """For a file. Raises RegisterTooLong."""
    return _whole(await bills(wanted, limit=MOST + 1))


async def all_orders(wanted: Wanted) -> list[OrderRow]:
    """For a file. Raises RegisterTooLong."""
    return _whole(await orders(wanted, limit=MOST + 1))


async def bills_of_person(identity: Identity, *, by: Actor, reason: str) -> list[BillRow]:
    """The bills of whoever has this document. That somebody looked is kept, also where nothing is found."""
    known = await finding.by_identity(identity, by=by, why=reason)
    async with database.transaction():
        subject = f"citizen:{known[0]}" if known else "citizens"
        await audit.record("citizen.bills_read", subject=subject, by=by, reason=reason)
        await record_access(known, what=Look.BILLS, why=reason, by=by)
    rows = await database.fetch(OF_PAYER, identity.fingerprints, 2 * PAGE)
    return [BillRow(**row) for row in rows]


async def units() -> list[tuple[str, str]]:
    """The 执收单位 that have bills: code and name."""
    return [(row["code"], row["name"]) for row in await database.fetch(UNITS)]


def beginning(day: date) -> datetime:
    """When a day begins, here."""
    return datetime.combine(day, time(), clock.SHANGHAI)


def _made(of: str, wanted: Wanted) -> list[tuple[str, Any]]:
    return [
        (f"{of}.created_at >= {{}}", beginning(wanted.start) if wanted.start else None),
        (f"{of}.created_at < {{}}", beginning(wanted.end + timedelta(days=1)) if wanted.end else None),
        ("b.exec_unit_code = {}", wanted.unit),
        ("b.pay_code = {}", wanted.pay_code.strip()),
    ]


async def _fetch(query: str, key: str, conditions: Sequence[tuple[str, Any]], before: int, limit: int) -> list[Any]:
    """Only what is asked for becomes a part of the statement, so that an index can serve it."""
    asked = [(f"{key} < {{}}", before or LAST), *((text, value) for text, value in conditions if value)]
    where = " and ".join(text.format(f"${n}") for n, (text, _) in enumerate(asked, start=1))
    statement = query.format(where=where, limit=f"${len(asked) + 1}")
    return await database.fetch(statement, *(value for _, value in asked), limit)


def _whole(rows: list[R]) -> list[R]:
    if len(rows) > MOST:
        raise RegisterTooLong
    return rows
