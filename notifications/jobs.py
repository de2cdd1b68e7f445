"""Declares the listeners, follows merges, and says what `notifications` keeps of a person."""

from datetime import datetime
from typing import Any

from foundation import database, personal_data, retention, settings
from foundation.events import on
from identity.events import CitizensMerged
from notifications import (
    booking_listeners,
    closure_listeners,
    credit_listeners,
    draw_listeners,
    handover_listeners,
    listeners,
    people_listeners,
    refund_listeners,
)
from notifications.models import Message, MessageConsent

__all__ = [
    "booking_listeners",
    "closure_listeners",
    "credit_listeners",
    "draw_listeners",
    "handover_listeners",
    "listeners",
    "people_listeners",
    "refund_listeners",
]


@on(CitizensMerged)
async def follow_merge(event: CitizensMerged) -> None:
    """Messages told to both accounts stay once."""
    async with database.transaction():
        await _move_messages(event)
        await _move_consents(event)


async def _move_messages(event: CitizensMerged) -> None:
    told = await Message.filter(citizen_id=event.kept).values_list("occasion", "channel")
    for message in await Message.filter(citizen_id=event.gone):
        if (message.occasion, message.channel) in told:
            await message.delete()
        else:
            await Message.filter(id=message.id).update(citizen_id=event.kept)


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


async def export(citizen_id: int) -> list[dict[str, Any]]:
    rows = await Message.filter(citizen_id=citizen_id).order_by("id")
    return [{"title": one.title, "text": one.text, "at": one.created_at.isoformat()} for one in rows]


async def forget(citizen_id: int) -> None:
    await Message.filter(citizen_id=citizen_id).delete()
    await MessageConsent.filter(citizen_id=citizen_id).delete()


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
    holds=(personal_data.Holding("message", "消息"), personal_data.Holding("message_consent", "订阅授权")),
)  # fmt: skip
