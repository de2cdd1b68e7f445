"""我的缴费单: bills as their payer reads them, with their items; each answer is one statement."""

from datetime import date
from typing import Literal

from msgspec import Struct

from foundation import clock
from foundation.questions import Asking, Question
from payments import concerned, late_fee
from payments.bill_read import BillRead, Late
from payments.concerned import CONCERNS

MOST = 50

Which = Literal["all", "open", "settled"]


class Due(Struct, frozen=True):
    """An unpaid bill in a line; what has grown since is on its own page."""

    pay_code: str
    title: str
    unit: str
    total_fen: int
    expire_date: date | None


class Owed(Struct, frozen=True):
    """How many bills are unpaid, what they come to today in fen, and those that are due first."""

    number: int
    fen: int
    first: list[Due]


class _Unpaid(Due, frozen=True, kw_only=True):
    """One of them, with what all come to; `late` are those on which something grows."""

    number: int
    fen: int
    late: list[Late] | None


class Seen(BillRead, frozen=True, kw_only=True):
    """A bill, and whether it `concerns` who asked."""

    concerns: bool


ITEMS = """(select coalesce(json_agg(json_build_array(i.position, i.exec_item_name, i.amount_fen, i.overdue_fen,
               i.penalty_fen, i.late_fen, i.late_kind, i.late_per_day, i.late_basis) order by i.position), '[]')
          from bill_item i where i.bill_id = b.id)"""
READ = f"""
select b.id, b.citizen_id, b.pay_code, b.title, b.exec_unit_name, b.reference, b.total_fen, b.settled_fen, b.state,
       b.expire_date, b.settled_at, {ITEMS} as items"""


MINE = Question(
    BillRead,
    f"""{READ} from bill b
 where b.citizen_id = asked.who and (asked.which = 'all' or (b.state = 'unpaid') = (asked.which = 'open'))
 order by b.state = 'unpaid' desc, b.id desc limit asked.most""",
    who="bigint",
    which="text",
    most="int",
)
ONE = Question(Seen, f"{READ}, {CONCERNS} from bill b where b.pay_code = asked.pay_code", pay_code="text", who="bigint")
UNPAID = Question(
    _Unpaid,
    f"""
select count(*) over ()::int as number, sum(b.total_fen) over ()::bigint as fen,
       json_agg(json_build_array(b.expire_date, {ITEMS})) filter (where b.expire_date < asked.today and exists (
         select from bill_item i where i.bill_id = b.id and i.late_per_day > 0)) over () as late,
       b.pay_code, b.title, b.exec_unit_name as unit, b.total_fen, b.expire_date
  from bill b where b.citizen_id = asked.who and b.state = 'unpaid'
 order by b.expire_date nulls last, b.id limit asked.most""",
    who="bigint",
    today="date",
    most="int",
)


async def mine(citizen_id: int, *, which: Which = "all", limit: int = MOST) -> list[BillRead]:
    """The citizen's bills, unpaid first, then the latest; or the open or the other ones only."""
    return await MINE.rows(citizen_id, which, limit)


async def one(*, pay_code: str, citizen_id: int) -> BillRead:
    """A bill for its payer, their delegate or whoever has paid it. Raises BillNotFound for everybody else."""
    return await concerned.shown_to(citizen_id, await ONE.row(pay_code, citizen_id))


def owed(citizen_id: int, *, first: int = 1) -> Asking[Owed]:
    """What the citizen has to pay; most people owe nothing."""
    return UNPAID.asking(citizen_id, clock.today(), first, then=_in_all)


def _in_all(found: list[_Unpaid]) -> Owed:
    if not found:
        return Owed(0, 0, [])
    late = found[0].late or ()
    grown = sum(late_fee.due(one, one.items).late_fen for one in late)
    return Owed(found[0].number, found[0].fen + grown, [*found])
