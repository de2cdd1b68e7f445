"""消息设置: quiet hours of one's own, text messages or none, and groups that stay in the inbox."""

from collections.abc import Collection

from msgspec import Struct

from foundation.questions import Asking, Question
from notifications import quiet
from notifications.errors import GroupUnknown
from notifications.kinds import GROUPS
from notifications.preference_models import MessagePreference


class Preferences(Struct, frozen=True):
    quiet: str = ""
    sms: bool = True
    muted: tuple[str, ...] = ()


KEPT = Question(
    Preferences, "select quiet, sms, muted from message_preference where citizen_id = asked.who", who="bigint"
)


def of(citizen_id: int) -> Asking[Preferences]:
    return KEPT.asking(citizen_id, then=lambda found: found[0] if found else Preferences())


async def keep(*, citizen_id: int, quiet_hours: str, sms: bool, muted: Collection[str]) -> Preferences:
    """What cannot be declined (a hall that closes) comes all the same. Raises QuietHoursFault, GroupUnknown."""
    if unknown := set(muted) - GROUPS.keys():
        raise GroupUnknown(detail=sorted(unknown))
    wanted = {"quiet": quiet.checked(quiet_hours), "sms": sms, "muted": sorted(set(muted))}
    await MessagePreference.update_or_create(defaults=wanted, citizen_id=citizen_id)
    return await of(citizen_id)
