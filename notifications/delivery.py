"""消息台账: every message is a row before it leaves, and the row says what became of it.

The in-app inbox always gets it; each platform account of the person gets it too. The same occasion is told once.
"""

import json
from collections.abc import Mapping
from datetime import timedelta

from channels.messages import Outcome
from foundation import clock, database, jobs, logs, metrics
from identity import access
from identity.errors import NoSuchCitizen
from identity.models import PlatformAccount
from notifications import outlets, reached
from notifications.errors import TemplateUnknown
from notifications.models import Message
from notifications.templates import Template, ids_at

log = logs.logger(__name__)

ATTEMPTS = 8
FIRST_WAIT = timedelta(seconds=5)
LONGEST_TEXT = 400

ADD = """
insert into message
    (citizen_id, occasion, channel, title, text, page, fields_sent, state, problem, attempts, created_at)
values ($1, $2, $3, $4, $5, $6, $7::jsonb, $8, '', 0, $9)
on conflict (citizen_id, occasion, channel) do nothing returning id"""


async def announce(*, citizen_id: int, occasion: str, template: Template, values: Mapping[str, str], page: str) -> None:
    """Tell `citizen_id` of `occasion` (``booking_confirmed:12``), once per channel however often this is called.

    Whoever was merged meanwhile hears it as the one they have become; whoever has left hears nothing.
    """
    try:
        citizen_id = await access.active_id(citizen_id)
    except NoSuchCitizen:
        return
    async with database.transaction():
        await _add(citizen_id, occasion, "inbox", template, values, page)
        accounts = await PlatformAccount.filter(citizen_id=citizen_id).order_by("id")
        for platform in sorted({one.platform for one in accounts}):
            message_id = await _add(citizen_id, occasion, platform, template, values, page)
            if message_id is not None:
                await jobs.enqueue(send, template_id=template.channel_id(platform), message_id=message_id)


async def note(*, citizen_id: int, occasion: str, template: Template, page: str, **values: str) -> None:
    """Tell it in the app only, once. Whoever has left hears nothing."""
    try:
        citizen_id = await access.active_id(citizen_id)
    except NoSuchCitizen:
        return
    await _add(citizen_id, occasion, "inbox", template, values, page)


async def _add(
    citizen_id: int, occasion: str, channel: str, template: Template, values: Mapping[str, str], page: str
) -> int | None:
    fields = {name: text.format(**values) for name, text in getattr(template, channel, {}).items()}
    state = "delivered" if channel == "inbox" else "queued"
    text = template.text.format(**values)[:LONGEST_TEXT]
    found = await database.fetchval(
        ADD, citizen_id, occasion, channel, template.title, text, page, json.dumps(fields), state, clock.now()
    )
    return None if found is None else int(found)


@jobs.job(queue="messages")
async def send(*, message_id: int, template_id: str) -> None:
    """Hand a queued message to its platform. A refusal is final; trouble is tried again a few times."""
    message = await Message.get_or_none(id=message_id)
    if message is None or message.state != "queued":
        return
    citizen_id: int = message.citizen_id  # type: ignore[attr-defined]
    account = await PlatformAccount.filter(citizen_id=citizen_id, platform=message.channel).order_by("-id").first()
    if account is None:
        await _became(message, "failed", "no_account")
        return
    told = await outlets.send(
        platform=message.channel,
        openid=account.openid,
        template_id=template_id,
        fields={name: str(value) for name, value in message.fields_sent.items()},
        page=message.page,
    )
    message.attempts += 1
    if told.outcome is Outcome.SENT:
        await _became(message, "sent")
        await _use_consent(citizen_id, message.channel, template_id)
    elif told.outcome is Outcome.REFUSED:
        await _became(message, "refused", told.vendor_code)
    elif message.attempts >= ATTEMPTS:
        await _became(message, "failed", told.vendor_code or "no_answer")
    else:
        await _try_again(message, template_id)


async def _became(message: Message, state: str, problem: str = "") -> None:
    message.state, message.problem = state, problem
    message.sent_at = clock.now() if state == "sent" else None
    async with database.transaction():
        await message.save(update_fields=["state", "problem", "sent_at", "attempts"])
        await reached.note(message.occasion)
    metrics.count("messages_total", channel=message.channel, state=state)
    if state != "sent":
        log.warning("message_not_sent", message_id=message.id, state=state, problem=problem)


async def _try_again(message: Message, template_id: str) -> None:
    async with database.transaction():
        await message.save(update_fields=["attempts"])
        wait = FIRST_WAIT * 2**message.attempts
        await jobs.enqueue(send, at=clock.now() + wait, template_id=template_id, message_id=message.id)


async def _use_consent(citizen_id: int, platform: str, template_id: str) -> None:
    await database.execute(
        """update message_consent set used = used + 1, changed_at = $4
            where citizen_id = $1 and platform = $2 and template = $3 and used < granted""",
        citizen_id,
        platform,
        template_id,
        clock.now(),
    )


GRANT = """
insert into message_consent (citizen_id, platform, template, granted, used, changed_at) values ($1, $2, $3, 1, 0, $4)
on conflict (citizen_id, platform, template) do update set granted = message_consent.granted + 1, changed_at = $4"""


async def consent(*, citizen_id: int, platform: str, templates: list[str]) -> None:
    """The citizen tapped "allow" for these one-time templates: one more message each. Raises TemplateUnknown."""
    if unknown := set(templates) - ids_at(platform):
        raise TemplateUnknown(detail=sorted(unknown))
    async with database.transaction() as tx:
        for template in sorted(set(templates)):
            await tx.execute(GRANT, citizen_id, platform, template, clock.now())


async def inbox(citizen_id: int, *, limit: int = 50) -> list[Message]:
    """The citizen's messages as the app shows them, the latest first."""
    return await Message.filter(citizen_id=citizen_id, channel="inbox").order_by("-id").limit(limit)


async def unread(citizen_id: int) -> int:
    number = await database.fetchval(  # for every home page, so without the ORM
        "select count(*) from message where citizen_id = $1 and channel = 'inbox' and read_at is null", citizen_id
    )
    return int(number)


async def mark_read(*, citizen_id: int) -> int:
    """Mark all of the citizen's messages read; returns how many were new."""
    await reached.read_by(citizen_id)
    return await Message.filter(citizen_id=citizen_id, channel="inbox", read_at=None).update(read_at=clock.now())
