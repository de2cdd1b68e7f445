"""What came of one message: written down, and what follows from it."""

from datetime import timedelta

from channels.messages import MessageOutcome, Outcome
from foundation import clock, database, logs, metrics
from notifications import claims, consents, reached, routing
from notifications.claims import InHand
from notifications.kinds import SMS

log = logs.logger(__name__)

ATTEMPTS = 8
FIRST_WAIT = timedelta(seconds=5)
NO_CONSENT = {"43101", "USER_REFUSE_RECEIVE"}  # WeChat's and Alipay's word for it

# Whoever comes late finds it unknown; that it was taken after all is the better knowledge.
BECAME = """
update message set state = $3::varchar, problem = $4, vendor_no = $5,
       sent_at = case when $3::varchar = 'sent' then $6::timestamptz end
 where id = $1 and claim = $2 and (state = 'sending' or (state = 'unknown' and $3::varchar = 'sent')) returning id"""
LATER = """
update message set state = 'queued', problem = $3, due_at = $4, attempts = attempts - $5
 where id = $1 and claim = $2 and state = 'sending' returning id"""


@database.retry_on_deadlock
async def came_of(message: InHand, told: MessageOutcome) -> None:
    """Sent, refused for good, to be tried later, or nobody knows."""
    if told.outcome is Outcome.SENT:
        await _ended(message, "sent", vendor_no=told.vendor_no)
    elif told.outcome is Outcome.REFUSED:
        await _ended(message, "refused", told.vendor_code)
    elif told.outcome is Outcome.UNKNOWN:
        await _ended(message, "unknown", "no_answer")
    elif told.outcome is Outcome.LIMITED:
        await _later(message, told, wait=timedelta(seconds=told.retry_after or 60))
    elif message.attempts >= ATTEMPTS:
        await _ended(message, "failed", told.vendor_code or "no_answer")
    else:
        await _later(message, told, wait=FIRST_WAIT * 2**message.attempts)


async def _ended(message: InHand, state: str, problem: str = "", *, vendor_no: str = "") -> None:
    channel = message.sending.channel
    async with database.transaction() as tx:
        if await tx.fetchval(BECAME, message.id, message.claim, state, problem, vendor_no, clock.now()) is None:
            return  # we were thought dead, and everything else has taken its course
        await _settle_consent(message, state, problem)
        if state in ("refused", "failed") or (state == "unknown" and message.urgent):
            await routing.go_on(message.citizen_id, message.occasion, after=channel)
        await reached.note(message.occasion)
    metrics.count("messages_total", channel=channel, state=state)
    if state != "sent":
        log.warning("message_not_sent", message_id=message.id, state=state, problem=problem)


async def _settle_consent(message: InHand, state: str, problem: str) -> None:
    """An accept is used by a message that was taken, or that may have been."""
    if message.sending.channel == SMS:
        return
    about = (message.citizen_id, message.sending.channel, message.sending.template_id)
    if problem in NO_CONSENT:
        await consents.none_left(*about)
    elif message.counted and state not in ("sent", "unknown"):
        await consents.give_back(*about)


async def _later(message: InHand, told: MessageOutcome, *, wait: timedelta) -> None:
    """A quota that is used up is no attempt; but a text message has been counted for its day at the first."""
    uncount = int(told.outcome is Outcome.LIMITED and message.sending.channel != SMS)
    async with database.transaction() as tx:
        due = clock.now() + wait
        later = await tx.fetchval(LATER, message.id, message.claim, told.vendor_code, due, uncount)
        if later is not None and message.counted:
            await consents.give_back(message.citizen_id, message.sending.channel, message.sending.template_id)


async def reported(*, out_no: str, taken: bool, code: str) -> bool:
    """A carrier's report on a text message; whether it is one of ours. Again is harmless."""
    number = out_no.partition("-")[0]
    async with database.transaction() as tx:
        row = await tx.fetchrow(
            """select id, citizen_id, occasion, channel, urgency, state from message
                where id = $1 and channel = 'sms' for update""",
            int(number) if number.isascii() and number.isdigit() and len(number) < 19 else 0,
        )
        if row is None or claims.out_no(row["id"], row["occasion"]) != out_no:
            return False
        if taken and row["state"] in ("sending", "sent", "failed"):
            await tx.execute("update message set state = 'reached', problem = '' where id = $1", row["id"])
            await reached.note(row["occasion"])
        elif not taken and row["state"] in ("sending", "sent"):
            await tx.execute(claims.END, row["id"], "failed", code[:120])
            await routing.go_on(row["citizen_id"], row["occasion"], after=SMS)
            await reached.note(row["occasion"])
    return True
