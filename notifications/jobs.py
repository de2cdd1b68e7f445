"""Wakes the listeners, follows merges, and says what `notifications` keeps of a person.

Every module called ``…_listeners`` is one: a new one need be named nowhere.
"""

import importlib
import pkgutil
from datetime import datetime
from typing import Any

import notifications
from foundation import database, personal_data, retention, settings
from foundation.events import on
from identity.events import CitizensMerged
from notifications import ledger
from notifications.kinds import CHANNELS
from notifications.mass_models import UnreachedNotice
from notifications.models import Message, MessageConsent
from notifications.preference_models import MessagePreference, SmsDay, TopicSubscription

for _one in pkgutil.iter_modules(notifications.__path__):
    if _one.name == "listeners" or _one.name.endswith("_listeners"):
        importlib.import_module(f"{notifications.__name__}.{_one.name}")


@on(CitizensMerged)
async def follow_merge(event: CitizensMerged) -> None:
    """Messages told to both accounts stay once; of two settings those of the one that is kept hold."""
    async with database.transaction() as tx:
        await _move_consents(event)
        for move in MOVES:
            await tx.execute(move, event.kept, event.gone)
        await tx.execute(LEAVE, event.gone)


# $1 is kept, $2 is gone. What both have stays behind, and goes with the rest of it.
MOVES = (
    """update message m set citizen_id = $1 where citizen_id = $2 and not exists (
        select from message k where k.citizen_id = $1 and k.occasion = m.occasion and k.channel = m.channel)""",
    """update topic_subscription m set citizen_id = $1 where citizen_id = $2 and not exists (
        select from topic_subscription k where k.citizen_id = $1 and k.topic = m.topic and k.code = m.code)""",
    """update unreached_notice m set citizen_id = $1 where citizen_id = $2 and not exists (
        select from unreached_notice k where k.citizen_id = $1 and k.occasion = m.occasion)""",
    """update message_preference m set citizen_id = $1 where citizen_id = $2 and not exists (
        select from message_preference k where k.citizen_id = $1)""",
    """insert into sms_day (citizen_id, day, number) select $1, day, number from sms_day where citizen_id = $2
       on conflict (citizen_id, day) do update set number = sms_day.number + excluded.number""",
)
LEAVE = """
with messages as (delete from message where citizen_id = $1),
     topics as (delete from topic_subscription where citizen_id = $1),
     unreached as (delete from unreached_notice where citizen_id = $1),
     preferences as (delete from message_preference where citizen_id = $1)
delete from sms_day where citizen_id = $1"""


async def _move_consents(event: CitizensMerged) -> None:
    for consent in await MessageConsent.filter(citizen_id=event.gone):
        same = await MessageConsent.get_or_none(
            citizen_id=event.kept, platform=consent.platform, template=consent.template
        )
        if same is None:
            await MessageConsent.filter(id=consent.id).update(citizen_id=event.kept)
            continue
        await MessageConsent.filter(id=same.id).update(
            granted=same.granted + consent.granted, used=same.used + consent.used
        )
        await consent.delete()


CHOICES = {"once": "每次询问", "always": "总是接收", "refused": "不接收"}


async def export(citizen_id: int) -> dict[str, Any]:
    rows = await Message.filter(citizen_id=citizen_id).order_by("id")
    consents = await MessageConsent.filter(citizen_id=citizen_id).order_by("id")
    preference = await MessagePreference.get_or_none(citizen_id=citizen_id)
    return {
        "messages": [
            {
                "title": one.title, "text": one.text, "channel": CHANNELS[one.channel],
                "state": ledger.STATES[one.state],
                "at": one.created_at.isoformat(), "read_at": one.read_at.isoformat() if one.read_at else None,
            }
            for one in rows
        ],
        "consents": [
            {"platform": one.platform, "template": one.template, "choice": CHOICES[one.choice], "granted": one.granted,
             "used": one.used}
            for one in consents
        ],
        "topics": [
            {"topic": one.topic, "code": one.code}
            for one in await TopicSubscription.filter(citizen_id=citizen_id).order_by("id")
        ],
        "preference": {"quiet": preference.quiet, "sms": preference.sms, "muted": preference.muted}
        if preference else None,
    }  # fmt: skip


async def forget(citizen_id: int) -> None:
    for table in (Message, MessageConsent, TopicSubscription, UnreachedNotice, MessagePreference, SmsDay):
        await table.filter(citizen_id=citizen_id).delete()


async def delete_old_messages(before: datetime) -> int:
    return await Message.filter(created_at__lt=before).delete()


retention.register(
    "notifications.messages",
    title="消息",
    days=lambda: settings.current().privacy.keep_messages_days,
    sweep=delete_old_messages,
)
personal_data.register(
    "notifications", export=export, forget=forget,
    title="消息",
    holds=(
        personal_data.Holding("message", "消息"),
        personal_data.Holding("message_consent", "订阅授权"),
        personal_data.Holding("message_preference", "消息设置"),
        personal_data.Holding("topic_subscription", "订阅的资讯"),
        personal_data.Holding("sms_day", "当天短信条数"),
        personal_data.Holding("unreached_notice", "未送达的通知"),
    ),
)  # fmt: skip
