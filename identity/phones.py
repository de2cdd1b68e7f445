"""手机号: bound by a platform's word, changed the same way; one that was only told is marked so."""

import re

from tortoise.exceptions import IntegrityError

from channels.errors import CodeUnusable
from foundation import audit, clock, crypto, database
from foundation.actor import Actor
from identity import platforms
from identity.errors import NoSuchCitizen, PhoneFault
from identity.models import Citizen
from identity.platforms import Name
from identity.standing_models import IdentityProof

PHONE = re.compile(r"1[3-9]\d{9}", re.ASCII)


async def bind(*, citizen_id: int, platform: Name, code: str, by: Actor) -> str:
    """绑定或更换手机号 by the platform's phone button; the masked number.

    What the button gave serves once, whatever the platform thinks of it. Raises PhoneFault, CodeUnusable, NoSuchCitizen
    and the channel's refusals.
    """
    phone = await platforms.named(platform).phone(code=code)
    return await keep(citizen_id=citizen_id, phone=phone, by=by, shown=f"{platform}:{code}")


async def keep(*, citizen_id: int, phone: str, by: Actor, shown: str = "") -> str:
    """Seal and keep a number which a platform vouches for by what was `shown`; the masked number.

    Raises PhoneFault, NoSuchCitizen, CodeUnusable for what was shown before.
    """
    if not PHONE.fullmatch(phone):
        raise PhoneFault
    mark = crypto.fingerprint(shown, purpose="identity.proof") if shown else None
    try:
        async with database.transaction():
            citizen = await Citizen.select_for_update().get_or_none(id=citizen_id, state="active")
            if citizen is None:
                raise NoSuchCitizen
            if shown and await IdentityProof.exists(mark__in=crypto.fingerprints(shown, purpose="identity.proof")):
                raise CodeUnusable  # also under a key that seals no more
            before, now = citizen.phone_fingerprint, clock.now()
            await _write(citizen, phone, verified=True)
            about = citizen.phone_fingerprint
            await IdentityProof.create(citizen=citizen, kind="phone", about=about, mark=mark, by=str(by), at=now)
            action = "phone.changed" if before not in (None, about) else "phone.bound"
            await audit.record(action, subject=f"citizen:{citizen_id}", by=by)
    except IntegrityError:
        raise CodeUnusable from None
    return masked_phone(phone)


async def note(*, citizen_id: int, phone: str, by: Actor) -> bool:
    """Within a transaction: keep a number that somebody told, where there is none; it stays marked as unverified."""
    citizen = await Citizen.select_for_update().get_or_none(id=citizen_id, phone_sealed="", state="active")
    if citizen is None:
        return False
    await _write(citizen, phone, verified=False)
    await audit.record("citizen.phone_noted", subject=f"citizen:{citizen_id}", by=by)
    return True


def typed(text: str) -> str:
    """A number as people type it. Raises PhoneFault."""
    phone = text.strip().replace(" ", "").replace("-", "")
    if not PHONE.fullmatch(phone):
        raise PhoneFault
    return phone


def masked_phone(phone: str) -> str:
    """``138****0001``."""
    return f"{phone[:3]}****{phone[-4:]}" if phone else ""


async def _write(citizen: Citizen, phone: str, *, verified: bool) -> None:
    citizen.phone_sealed, citizen.phone_fingerprint = crypto.seal(phone), crypto.fingerprint(phone, purpose="phone")
    citizen.phone_verified_at = clock.now() if verified else None
    await citizen.save(update_fields=["phone_sealed", "phone_fingerprint", "phone_verified_at"])
