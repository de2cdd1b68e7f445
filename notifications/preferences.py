"""消息设置: quiet hours of one's own, text messages or none, and groups that stay in the inbox."""

from collections.abc import Collection
from dataclasses import dataclass

from notifications import quiet
from notifications.errors import GroupUnknown
from notifications.kinds import GROUPS
from notifications.preference_models import MessagePreference


@dataclass(frozen=True)
class Preferences:
    quiet: str = ""
    sms: bool = True
    muted: tuple[str, ...] = ()


async def of(citizen_id: int) -> Preferences:
    row = await MessagePreference.get_or_none(citizen_id=citizen_id)
    return Preferences(row.quiet, row.sms, tuple(row.muted)) if row else Preferences()


async def keep(*, citizen_id: int, quiet_hours: str, sms: bool, muted: Collection[str]) -> Preferences:
    """What cannot be declined (a hall that closes) comes all the same. Raises QuietHoursFault, GroupUnknown."""
    if unknown := set(muted) - GROUPS.keys():
        raise GroupUnknown(detail=sorted(unknown))
    wanted = {"quiet": quiet.checked(quiet_hours), "sms": sms, "muted": sorted(set(muted))}
    await MessagePreference.update_or_create(defaults=wanted, citizen_id=citizen_id)
    return await of(citizen_id)
