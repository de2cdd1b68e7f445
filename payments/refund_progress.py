"""退款进度, as the payer sees it: what they applied for and the money on its way, the latest first."""

from datetime import datetime

from msgspec import Struct

from foundation.questions import Question
from payments import concerned
from payments.concerned import CONCERNS

LABELS = {
    "applied": "已提交，等待财务受理",
    "asked": "财务复核中",
    "rejected": "未通过",
    "requested": "退款中",
    "processing": "退款中",
    "abnormal": "原路退回异常，财务正在处理",
    "done": "已退回原支付账户",
    "offline": "已线下退付",
    "closed": "退款未成功，款项未动",
}


class Step(Struct, frozen=True, array_like=True):
    """An application that has not become a refund, or a refund. `state` is one of LABELS; `why` it was rejected."""

    state: str
    amount_fen: int
    reason: str
    why: str
    asked_at: datetime
    done_at: datetime | None

    @property
    def label(self) -> str:
        return LABELS[self.state]


class _Going(Struct, frozen=True, kw_only=True):
    """Of a bill that `concerns` who asked."""

    citizen_id: int | None
    concerns: bool
    steps: list[Step]


STEPS = """
select a.state, a.amount_fen, a.reason, case when a.state = 'rejected' then a.verdict else '' end as why,
       a.created_at as asked_at, a.decided_at as done_at
  from refund_application a
 where a.order_id = o.id and a.state in ('applied', 'asked', 'rejected') and a.way = 'original'
union all
select case when r.offline then 'offline' else r.state end, r.amount_fen, r.reason, '', r.created_at, r.done_at
  from refund r where r.order_id = o.id"""
GOING = Question(
    _Going,
    f"""
select b.citizen_id, {CONCERNS}, (
    select coalesce(json_agg(json_build_array(s.state, s.amount_fen, s.reason, s.why, s.asked_at, s.done_at)
                             order by s.asked_at desc), '[]')
      from payment_order o cross join lateral ({STEPS}) as s
     where o.bill_id = b.id and (o.settles or o.payer_id = asked.who)) as steps
  from bill b where b.pay_code = asked.pay_code""",
    pay_code="text",
    who="bigint",
)


async def of(*, pay_code: str, citizen_id: int) -> list[Step]:
    """The refunds of a bill that concerns the citizen, of the order that settled it and of theirs.

    Raises BillNotFound.
    """
    return (await concerned.shown_to(citizen_id, await GOING.row(pay_code, citizen_id))).steps
