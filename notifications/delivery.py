"""消息台账: every message is a row before it leaves, and the rows say what became of it.

The inbox always gets it; of the other channels one after another, until one takes it (`routing`). The same occasion is
told once. What leaves, and how fast, is `postman`'s affair.
"""

from collections.abc import Mapping
from datetime import datetime

from foundation import clock, database
from foundation.questions import Asking, Question
from identity import access
from identity.errors import NoSuchCitizen
from notifications import postman, reached, routing, unreached, wording
from notifications.errors import MessageNotFound
from notifications.kinds import INBOX, Template
from notifications.models import Message


async def announce(
    *,
    citizen_id: int,
    occasion: str,
    template: Template,
    values: Mapping[str, str],
    page: str,
    hall_path: str = "",
) -> None:
    """Tell `citizen_id` of `occasion` (``booking_confirmed:12``), once however often this is called.

    `hall_path`: the hall whose staff may read it.
    Whoever was merged meanwhile hears it as the one they have become; whoever has left hears nothing.
    """
    try:
        citizen_id = await access.active_id(citizen_id)
    except NoSuchCitizen:
        return
    seed = routing.Seed(
        citizen_id=citizen_id, occasion=occasion, template=template, values=values, page=page, hall_path=hall_path,
        urgent=template.urgent, urgency=template.urgency, until=clock.now() + template.lasts,
    )  # fmt: skip
    async with database.transaction():
        words = await wording.in_force(template)
        if await routing.add(seed, INBOX, words[INBOX], {citizen_id: None}):
            channel = await routing.begin(seed, words)
            if channel:
                await postman.nudge_afterwards(channel, seed.urgency)


async def note(*, citizen_id: int, occasion: str, template: Template, page: str, **values: str) -> None:
    """Tell it in the app only, once, whatever other channels the kind has. Whoever has left hears nothing."""
    try:
        citizen_id = await access.active_id(citizen_id)
    except NoSuchCitizen:
        return
    seed = routing.Seed(
        citizen_id=citizen_id, occasion=occasion, template=template, values=values, page=page, hall_path="",
        urgent=False, urgency=1, until=clock.now(),
    )  # fmt: skip
    await routing.add(seed, INBOX, (await wording.in_force(template))[INBOX], {citizen_id: None})


UNREAD = Question(
    lambda number: int(number),
    "select count(*) as number from message where citizen_id = asked.who and channel = 'inbox' and read_at is null",
    who="bigint",
)


def unread(citizen_id: int) -> Asking[int]:
    return UNREAD.asking(citizen_id, then=sum)


async def mark_read(*, citizen_id: int) -> int:
    """Mark all of the citizen's messages read; returns how many were new."""
    await reached.read_by(citizen_id)
    await unreached.read_by(citizen_id)
    return await Message.filter(citizen_id=citizen_id, channel=INBOX, read_at=None).update(read_at=clock.now())


async def mark_one_read(*, citizen_id: int, message_id: int) -> datetime:
    """Mark one message read; when it was first. Raises MessageNotFound."""
    message = await Message.get_or_none(id=message_id, citizen_id=citizen_id, channel=INBOX)
    if message is None:
        raise MessageNotFound
    if message.read_at is None:
        async with database.transaction():
            message.read_at = clock.now()
            await message.save(update_fields=["read_at"])
            await reached.note(message.occasion)
            await unreached.read_one(citizen_id, message.occasion)
    return message.read_at
