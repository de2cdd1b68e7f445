"""渠道通知: what a channel tells us is kept as it came, then understood, and answered only once it is safe.

Most tell of a payment that agrees: those are kept and settled at once, many together. All others are kept first, each
by itself, so that whatever we cannot understand is there to be looked at.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict

from channels.payment import ChannelPayment, ChannelRefund, Notice, NoticeKind
from foundation import clock, database, logs, metrics
from foundation.events import tell
from payments import gateway, inbox, notice_gathering, quarantine, refunds_elsewhere, settlement
from payments.errors import DoesNotAgree, OrderNotFound
from payments.events import NoticeQuarantined
from payments.models import ChannelEvent
from payments.quarantine_models import WORKED_OFF

log = logs.logger(__name__)

OVER = ("settled", "returned", WORKED_OFF)


async def receive(*, channel: str, headers: Mapping[str, str], body: bytes) -> str:
    """Verify, keep, settle; returns the outcome. Raises ForgedNotice, StaleNotice, UnreadableNotice."""
    notice = await gateway.channel(channel).read_notice(headers, body)
    if notice.payment is not None:
        plainly = await notice_gathering.settle(inbox.letter(channel, headers, body, notice.payment))
        if plainly is not None:
            return plainly
    about = notice.payment or notice.refund
    event_id = await inbox.keep(channel, headers, body, about.out_trade_no if about else None)
    outcome, problem = await _understand(notice)
    await _note(channel, event_id, outcome, problem, about)
    return outcome


async def set_aside(payment: ChannelPayment, problem: DoesNotAgree) -> None:
    """An answer to our question that does not agree with its order is kept as a notice would be."""
    body = json.dumps(asdict(payment), default=str, sort_keys=True).encode()
    event_id = await inbox.keep(payment.channel, {}, body, payment.out_trade_no)
    await _note(payment.channel, event_id, "quarantined", str(problem), payment)


async def _note(
    channel: str, event_id: int, outcome: str, problem: str, about: ChannelPayment | ChannelRefund | None
) -> None:
    async with database.transaction():
        event = ChannelEvent.filter(id=event_id).exclude(outcome__in=OVER)  # told again: no news
        news = await event.exclude(outcome=outcome).update(outcome=outcome, problem=problem, handled_at=clock.now())
        if outcome in ("quarantined", "unknown_order"):
            log.error("notice_quarantined", channel=channel, event_id=event_id, outcome=outcome, differing=problem)
            if news and about and await quarantine.keep(event_id, channel, about, problem or outcome):
                await tell(NoticeQuarantined(channel_event_id=event_id))
    metrics.count("notices_total", channel=channel, outcome=outcome)


async def _understand(notice: Notice) -> tuple[str, str]:
    """(outcome, problem)."""
    try:
        if notice.kind is NoticeKind.PAYMENT and notice.payment is not None:
            return await settlement.settle(notice.payment), ""
        if notice.refund is not None:
            await refunds_elsewhere.hear(notice.refund, channel=notice.channel)
        return "noted", ""
    except OrderNotFound:
        return "unknown_order", ""
    except DoesNotAgree as problem:
        return "quarantined", str(problem)
