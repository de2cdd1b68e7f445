"""Taking messages in hand: a wave of them is locked, decided one by one, and marked as being sent, in one transaction.

Two workers never take the same message: each skips what the other has locked, and a message is `sending` before it is
on the wire. Whoever dies over it leaves it so; after `LEASE` it is known that nobody knows (`recover`).
"""

import hashlib
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import asyncpg
import msgspec

from foundation import clock, crypto, database, settings
from notifications import consents, quiet, routing
from notifications.kinds import ALIPAY, SMS, WECHAT, declared
from notifications.outlets import Sending

LEASE = timedelta(seconds=60)
BY_CONSENT = (WECHAT, ALIPAY)

CLAIM = """
with due as (
    select id from message where state = 'queued' and channel = $1 and urgency = any($2) and due_at <= $3
     order by urgency, due_at, id limit $4 for update skip locked)
select m.id, m.citizen_id, m.occasion, m.kind, m.channel, m.text, m.page, m.fields_sent, m.template_id, m.urgency,
       m.attempts, m.until_at, (i.told ->> 'urgent')::bool as urgent
  from message m join due on due.id = m.id
  left join message i on i.citizen_id = m.citizen_id and i.occasion = m.occasion and i.channel = 'inbox'
 order by m.citizen_id, m.id"""

WHERE_TO = """
select c.id, c.phone_sealed, p.quiet, p.sms,
       (select openid from platform_account a where a.citizen_id = c.id and a.platform = $2 order by a.id desc limit 1)
           as openid
  from citizen c left join message_preference p on p.citizen_id = c.id where c.id = any($1) and c.state = 'active'"""

SENDING = """
update message set state = 'sending', claim = $2, claimed_at = $3, attempts = attempts + 1 where id = any($1)"""
AGAIN = "update message set state = 'queued', due_at = $2 where id = $1"
POSTPONE = "update message set due_at = $2 where id = $1"
END = "update message set state = $2, problem = $3 where id = $1"
ONE_MORE_TEXT = """
insert into sms_day (citizen_id, day, number) values ($1, $2, 1)
on conflict (citizen_id, day) do update set number = sms_day.number + 1 where sms_day.number < $3 returning number"""


@dataclass(frozen=True, kw_only=True)
class InHand:
    """One message that is being sent. `counted`: an accept was used for it."""

    id: int
    claim: str
    citizen_id: int
    occasion: str
    urgent: bool
    attempts: int
    counted: bool
    sending: Sending


@database.retry_on_deadlock
async def claim(channel: str, urgencies: Collection[int], *, limit: int) -> tuple[list[InHand], int]:
    """The next wave, marked as being sent, and how many were looked at: some are put off, or end here."""
    mark = secrets.token_hex(16)
    async with database.transaction() as tx:
        rows = await tx.fetch(CLAIM, channel, list(urgencies), clock.now(), limit)
        people = {one["id"]: one for one in await tx.fetch(WHERE_TO, [row["citizen_id"] for row in rows], channel)}
        wave = [one for row in rows if (one := await _decide(tx, row, people.get(row["citizen_id"]), mark))]
        if wave:
            await tx.execute(SENDING, [one.id for one in wave], mark, clock.now())
    return wave, len(rows)


async def _decide(
    tx: database.Transaction, row: asyncpg.Record, person: asyncpg.Record | None, mark: str
) -> InHand | None:
    """Whether it leaves now; else it is put off, or ends with a reason and the next channel has its turn."""
    to = _address(row["channel"], person)
    template = declared.get(row["kind"])
    if to is None or person is None:
        await _ends(tx, row, "failed", "no_phone" if row["channel"] == SMS else "no_account")
        return None
    if row["until_at"] <= clock.now():
        await _ends(tx, row, "failed", "too_late")
        return None
    until = quiet.ends(person["quiet"] or "", clock.now())
    if until and template and template.waits_for_morning and not row["urgent"]:
        await tx.execute(POSTPONE, row["id"], until)
        return None
    taken = await _allowed(tx, row)
    if taken == "none":
        await _ends(tx, row, "refused", "sms_limit" if row["channel"] == SMS else "no_consent")
        return None
    return _in_hand(row, to, mark, counted=taken == "counted")


async def _allowed(tx: database.Transaction, row: asyncpg.Record) -> consents.Taken:
    """One accept of theirs for a platform, or one more text message of the day."""
    if row["channel"] in BY_CONSENT:
        return await consents.take(row["citizen_id"], row["channel"], row["template_id"])
    if row["attempts"]:
        return "free"  # it was counted the first time
    daily = settings.current().sms.daily
    one = await tx.fetchval(ONE_MORE_TEXT, row["citizen_id"], clock.today(), daily) if daily else None
    return "none" if one is None else "free"


def _address(channel: str, person: asyncpg.Record | None) -> str | None:
    if person is None:
        return None
    if channel == SMS:
        wanted = person["phone_sealed"] and person["sms"] is not False
        return crypto.open_sealed(person["phone_sealed"]) if wanted else None
    return person["openid"]  # type: ignore[no-any-return]


def _in_hand(row: Mapping[str, Any], to: str, mark: str, *, counted: bool) -> InHand:
    fields = {name: str(value) for name, value in msgspec.json.decode(row["fields_sent"]).items()}
    return InHand(
        id=row["id"], claim=mark, citizen_id=row["citizen_id"], occasion=row["occasion"],
        urgent=bool(row["urgent"]), attempts=row["attempts"] + 1, counted=counted,
        sending=Sending(
            channel=row["channel"], to=to, template_id=row["template_id"], fields=fields, text=row["text"],
            page=row["page"], out_no=out_no(row["id"], row["occasion"]),
        ),
    )  # fmt: skip


def out_no(message_id: int, occasion: str) -> str:
    """Our number of a text message: the same however often it is sent, another for another message."""
    return f"{message_id}-{hashlib.blake2s(occasion.encode(), digest_size=6).hexdigest()}"


async def _ends(tx: database.Transaction, row: Mapping[str, Any], state: str, problem: str) -> None:
    await tx.execute(END, row["id"], state, problem)
    await routing.go_on(row["citizen_id"], row["occasion"], after=row["channel"])


LEFT_BEHIND = """
select id, citizen_id, occasion, channel, urgency, claim, claimed_at from message
 where state = 'sending' and claimed_at < $1 order by id limit 500 for update skip locked"""


async def recover(*, after: timedelta = LEASE) -> int:
    """What a worker that died had in hand. A text message has a number of ours and is sent again under it; of any other
    nobody knows whether it arrived: it is marked so, and what is urgent takes the next channel. How many there were.
    """
    async with database.transaction() as tx:
        rows = await tx.fetch(LEFT_BEHIND, clock.now() - after)
        for row in rows:
            if row["channel"] == SMS:
                await tx.execute(AGAIN, row["id"], clock.now())
            else:
                await _became_unknown(tx, row)
    return len(rows)


async def _became_unknown(tx: database.Transaction, row: Mapping[str, Any]) -> None:
    """Never sent again on this channel; what is urgent rather arrives twice than not at all."""
    await tx.execute(END, row["id"], "unknown", "worker_died")
    urgent = await tx.fetchval(
        """select (told ->> 'urgent')::bool from message
            where citizen_id = $1 and occasion = $2 and channel = 'inbox'""",
        row["citizen_id"], row["occasion"],
    )  # fmt: skip
    if urgent:
        await routing.go_on(row["citizen_id"], row["occasion"], after=row["channel"])
