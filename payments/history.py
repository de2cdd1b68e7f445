"""缴费记录: what a citizen has paid or is paying, the latest first; attempts that came to nothing are left out."""

from dataclasses import dataclass
from datetime import datetime

from foundation.questions import Question

PAGE = 30

PAID = """
select o.out_trade_no, b.pay_code, b.title, b.exec_unit_name as unit, o.channel, o.amount_fen, o.late_fen, o.state,
       o.settles, o.created_at, o.paid_at,
       coalesce((select sum(r.amount_fen) from refund r where r.order_id = o.id and r.state = 'done'), 0)::bigint
         as returned_fen
  from payment_order o join bill b on b.id = o.bill_id
 where o.payer_id = asked.who and o.state <> 'closed'
   and o.id < coalesce((select id from payment_order where out_trade_no = asked.before and payer_id = asked.who),
                       9223372036854775807)
 order by o.id desc limit asked.most
"""


@dataclass(frozen=True, kw_only=True)
class Payment:
    """One attempt that is under way or brought money; `settles`: it is what settled the bill."""

    out_trade_no: str
    pay_code: str
    title: str
    unit: str
    channel: str
    amount_fen: int
    late_fen: int
    returned_fen: int
    state: str
    settles: bool
    created_at: datetime
    paid_at: datetime | None


THEIRS = Question(Payment, PAID, who="bigint", before="text", most="int")


async def of(citizen_id: int, *, before: str = "", limit: int = PAGE) -> list[Payment]:
    """The citizen's payments, older than their `before` when that is named."""
    return await THEIRS.rows(citizen_id, before, limit)
