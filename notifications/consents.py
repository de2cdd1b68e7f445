"""订阅授权台账: one accept is one message. What the ledger knows of is held to; the platform has the last word.

Of a template a person has never said anything about, the ledger knows nothing: the message is tried, and the platform's
answer begins the ledger. An accept is taken before the message leaves, so that two workers cannot use it twice, and
given back when the platform did not take the message.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Literal

from msgspec import Struct

from foundation import clock, database
from foundation.questions import Asking, Question
from notifications import wording
from notifications.errors import TemplateUnknown

Choice = Literal["once", "always", "refused"]
Taken = Literal["counted", "free", "none"]

# "Always" and "no" do not unsay what was accepted once; accepting once ends a refusal and leaves "always" alone.
SAY = """
insert into message_consent (citizen_id, platform, template, choice, granted, used, changed_at)
values ($1, $2, $3, $4::varchar, case $4::varchar when 'once' then 1 else 0 end, 0, $5)
on conflict (citizen_id, platform, template) do update set changed_at = $5,
    choice = case when $4::varchar = 'once' and message_consent.choice = 'always' then 'always' else $4::varchar end,
    granted = message_consent.granted + case $4::varchar when 'once' then 1 else 0 end"""

USE = """
update message_consent set changed_at = $4, used = used + 1
 where citizen_id = $1 and platform = $2 and template = $3 and choice = 'once' and used < granted returning id"""
KNOWN = "select choice from message_consent where citizen_id = $1 and platform = $2 and template = $3"


class Consent(Struct, frozen=True):
    """What one person has agreed to, as they are shown it."""

    platform: str
    template: str
    choice: str
    left: int
    used: int
    changed_at: datetime


SAID = Question(
    Consent,
    """
select platform, template, choice, granted - used as left, used, changed_at
  from message_consent where citizen_id = asked.who order by changed_at desc, id""",
    who="bigint",
)


async def say(*, citizen_id: int, platform: str, templates: Collection[str], choice: Choice = "once") -> None:
    """The citizen tapped "allow", "always" or "no" for these templates. Raises TemplateUnknown."""
    if unknown := set(templates) - await wording.ids_at(platform):
        raise TemplateUnknown(detail=sorted(unknown))
    async with database.transaction() as tx:
        for template in sorted(set(templates)):
            await tx.execute(SAY, citizen_id, platform, template, choice, clock.now())


async def take(citizen_id: int, platform: str, template: str) -> Taken:
    """What may be used for one message, within the transaction that begins its sending.

    counted: one accept, used by this; free: no accept is needed, or the ledger knows nothing yet; none: do not send.
    """
    key = (citizen_id, platform, template)
    choice = await database.joined().fetchval(KNOWN, *key)
    if choice in (None, "always"):
        return "free"
    return "none" if await database.joined().fetchval(USE, *key, clock.now()) is None else "counted"


async def give_back(citizen_id: int, platform: str, template: str) -> None:
    """The platform did not take the message: the accept is still there."""
    await database.execute(
        """update message_consent set used = used - 1, changed_at = $4
            where citizen_id = $1 and platform = $2 and template = $3 and used > 0""",
        citizen_id, platform, template, clock.now(),
    )  # fmt: skip


async def none_left(citizen_id: int, platform: str, template: str) -> None:
    """The platform says so (43101): whatever we thought was left is not, and "always" has been taken back."""
    await database.execute(
        """insert into message_consent (citizen_id, platform, template, choice, granted, used, changed_at)
           values ($1, $2, $3, 'once', 0, 0, $4) on conflict (citizen_id, platform, template)
           do update set choice = case message_consent.choice when 'always' then 'once' else message_consent.choice end,
                         used = message_consent.granted, changed_at = $4""",
        citizen_id, platform, template, clock.now(),
    )  # fmt: skip


def of(citizen_id: int) -> Asking[list[Consent]]:
    """What the citizen has said, the latest first."""
    return SAID.asking(citizen_id, then=list)
