"""What became of a payment, as its payer may know it: never from what the client says."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from msgspec import Struct

from foundation import logs, redis
from foundation.errors import Refusal
from foundation.questions import Question
from payments import concerned, inquiry, late_fee
from payments.concerned import CONCERNS
from payments.orders import LIVE, RECEIVED
from payments.own_bills import READ, Seen

log = logs.logger(__name__)

POLL_SECONDS = 3
PATIENCE_SECONDS = 4.0  # a page that waits for its result must not wait for a slow channel


@dataclass(frozen=True)
class Result:
    """`state`: ``settled``, ``waiting`` (the channel has not said), ``unpaid``, ``returned``."""

    state: str
    amount_fen: int
    paid_at: datetime | None


class _Attempt(Struct, frozen=True, array_like=True):
    id: int
    state: str
    settles: bool
    amount_fen: int
    paid_at: datetime | None


class _Tried(Seen, frozen=True, kw_only=True):
    """A bill with the latest attempt of who asks to pay it."""

    attempt: _Attempt | None


TRIED = Question(
    _Tried,
    f"""{READ}, {CONCERNS},
       (select json_build_array(o.id, o.state, o.settles, o.amount_fen, o.paid_at)
          from payment_order o where o.bill_id = b.id and o.payer_id = asked.who order by o.id desc limit 1) as attempt
  from bill b where b.pay_code = asked.pay_code""",
    pay_code="text",
    who="bigint",
)


async def of(*, pay_code: str, citizen_id: int) -> Result:
    """The result of the citizen's latest attempt to pay a bill; asks the channel when no notice has come.

    Raises BillNotFound.
    """
    bill = await concerned.shown_to(citizen_id, await TRIED.row(pay_code, citizen_id))
    if bill.attempt is not None and bill.attempt.state in LIVE:
        await _ask(bill.attempt.id)
        bill = await TRIED.row(pay_code, citizen_id) or bill
    return _read(bill, bill.attempt)


def _read(bill: Seen, order: _Attempt | None) -> Result:
    if order is not None and order.state in RECEIVED:
        stays = order.settles and order.state == "paid"
        return Result("settled" if stays else "returned", order.amount_fen, order.paid_at)
    if bill.state == "settled":
        return Result("settled", bill.settled_fen or bill.total_fen, bill.settled_at)
    if order is not None and order.state in LIVE:
        return Result("waiting", order.amount_fen, None)
    return Result("unpaid", late_fee.shown(bill).fen, None)


async def _ask(order_id: int) -> None:
    """The page that waits polls: the channel is asked every few seconds at most; without Redis only the job asks."""
    try:
        if not await redis.client().set(f"order-asked:{order_id}", "1", nx=True, ex=POLL_SECONDS):
            return
    except redis.LOST:
        return
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await inquiry.ask(order_id)
    except (Refusal, TimeoutError) as trouble:
        log.info("result_not_known_yet", order_id=order_id, trouble=type(trouble).__name__)
