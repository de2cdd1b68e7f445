"""隔离: what a channel told us and did not agree, or concerns no order we know, is kept open until it is worked off.

Nothing here believes the notice: the channel is asked again and its answer decides. Money is sent back by
`quarantine_returns`.
"""

import json
from dataclasses import asdict, dataclass
from typing import Any

from channels.payment import ChannelPayment, ChannelRefund, RefundState
from foundation import audit, clock, database, logs, metrics
from foundation.actor import Actor
from foundation.errors import Refusal
from payments import gateway, refunds_elsewhere, settlement
from payments.errors import DoesNotAgree, OrderNotFound
from payments.models import ChannelEvent
from payments.quarantine_errors import QuarantineNotFound, QuarantineOver
from payments.quarantine_models import WORKED_OFF, QuarantinedNotice
from payments.refund_applications import checked_reason

log = logs.logger(__name__)

UNKNOWN_ORDER = "unknown_order"
AT_ONCE = 200
BELIEVED = (settlement.Outcome.SETTLED, settlement.Outcome.RETURNED, settlement.Outcome.REPEATED)

# Told again, perhaps in other words, while it is open: it is the same one.
KEEP = """
insert into quarantined_notice (event_id, channel, kind, out_trade_no, out_refund_no, facts, problem, state, seen_times,
                                asked_times, asked_by, approved_by, note, created_at)
values ($1, $2, $3, $4, $5, $6::jsonb, $7, 'open', 1, 0, '', '', '', $8)
on conflict (channel, kind, out_trade_no, out_refund_no) where state in ('open', 'returning')
do update set seen_times = quarantined_notice.seen_times + 1
returning seen_times"""

APPEARED = """
select q.id from quarantined_notice q join payment_order o on o.out_trade_no = q.out_trade_no and o.channel = q.channel
 where q.state = 'open' and q.problem = 'unknown_order' order by q.id limit $1"""


@dataclass(frozen=True)
class Asked:
    """What asking again came to: `settled`, or still open with its `problem` (``not_paid``: no money over there)."""

    settled: bool
    problem: str


async def keep(event_id: int, channel: str, about: ChannelPayment | ChannelRefund, problem: str) -> bool:
    """In the transaction that notes the notice; False when it was told before and is still open."""
    refund = isinstance(about, ChannelRefund)
    seen = await database.joined().fetchval(
        KEEP,
        event_id,
        channel,
        "refund" if refund else "payment",
        (about.out_trade_no or "")[:64],
        about.out_refund_no[:64] if isinstance(about, ChannelRefund) else "",
        json.dumps(asdict(about), default=str),
        problem[:200],
        clock.now(),
    )
    return bool(seen == 1)


async def ask_again(*, quarantine_id: int, by: Actor) -> Asked:
    """Ask the channel once more and believe its answer if it agrees now.

    Raises QuarantineNotFound, QuarantineOver and what the channel says instead of an answer.
    """
    held = await _open(quarantine_id)
    try:
        problem = await (_ask_for_refund(held) if held.kind == "refund" else _ask_for_payment(held))
    except OrderNotFound:
        problem = UNKNOWN_ORDER
    except DoesNotAgree as why:
        problem = str(why)
    async with database.transaction():
        held = await locked_open(quarantine_id)
        await audit.record("quarantine.asked", subject=f"quarantine:{held.id}", by=by, detail={"problem": problem})
        if problem:
            held.problem = problem
            await held.save(update_fields=["problem"])
        else:
            await _end(held, "settled")
    return Asked(not problem, problem)


async def _ask_for_payment(held: QuarantinedNotice) -> str:
    """The problem that is left, if any."""
    payment = await gateway.channel(held.channel).query(held.out_trade_no)
    return "" if await settlement.settle(payment) in BELIEVED else "not_paid"


async def _ask_for_refund(held: QuarantinedNotice) -> str:
    told = ChannelRefund(held.out_refund_no, RefundState.PROCESSING, None, held.out_trade_no)
    await refunds_elsewhere.hear(told, channel=held.channel)
    return ""


async def close(*, quarantine_id: int, note: str, by: Actor) -> None:
    """Close it with a note of what was found out. Raises QuarantineNotFound, QuarantineOver, ReasonFault."""
    note = checked_reason(note)
    async with database.transaction():
        held = await locked_open(quarantine_id)
        held.note = note
        await _end(held, "closed")
        await audit.record("quarantine.closed", subject=f"quarantine:{held.id}", by=by, reason=note)


async def match_unknown() -> int:
    """Ask again for those whose order has appeared meanwhile; returns how many of them settled."""
    matched = 0
    for row in await database.fetch(APPEARED, AT_ONCE):
        try:
            matched += (await ask_again(quarantine_id=row["id"], by=Actor.system("quarantine"))).settled
        except Refusal as refusal:
            log.warning("quarantine_not_asked", quarantine_id=row["id"], code=refusal.code)
    return matched


async def watch() -> None:
    """The alarm: how many are open, by what differs."""
    rows = await database.fetch(
        "select kind, count(*) as number from quarantined_notice where state in ('open', 'returning') group by 1"
    )
    found = {row["kind"]: row["number"] for row in rows}
    for kind in ("payment", "refund"):
        metrics.level("quarantine_open", found.get(kind, 0), kind=kind)


async def _open(quarantine_id: int) -> QuarantinedNotice:
    held = await find(quarantine_id)
    if held.state != "open":
        raise QuarantineOver
    return held


async def locked_open(quarantine_id: int) -> QuarantinedNotice:
    """Raises QuarantineNotFound, QuarantineOver."""
    held = await QuarantinedNotice.select_for_update().get_or_none(id=quarantine_id)
    if held is None:
        raise QuarantineNotFound
    if held.state != "open":
        raise QuarantineOver
    return held


async def _end(held: QuarantinedNotice, state: str) -> None:
    held.state, held.closed_at = state, clock.now()
    await held.save(update_fields=["state", "closed_at", "note"])
    await ChannelEvent.filter(id=held.event_id).update(outcome=WORKED_OFF)  # type: ignore[attr-defined]


async def find(quarantine_id: int) -> QuarantinedNotice:
    """Raises QuarantineNotFound."""
    held = await QuarantinedNotice.get_or_none(id=quarantine_id)
    if held is None:
        raise QuarantineNotFound
    return held


async def listed(*, over: bool = False, limit: int = 200) -> list[QuarantinedNotice]:
    """Those to work off, the oldest first; or those that are over, the latest first."""
    if over:
        return await QuarantinedNotice.exclude(state__in=("open", "returning")).order_by("-id").limit(limit)
    return await QuarantinedNotice.filter(state__in=("open", "returning")).order_by("id").limit(limit)


def masked_facts(held: QuarantinedNotice) -> dict[str, Any]:
    """What the channel said, without saying whose account it was."""
    facts = {name: value for name, value in held.facts.items() if value is not None}
    if openid := facts.get("payer_openid"):
        facts["payer_openid"] = f"{openid[:4]}***{openid[-2:]}" if len(openid) > 8 else "***"
    return facts
