"""自助机: set up by a hall manager, known by a key that is shown once and kept as a keyed hash."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from appointments import types
from appointments.hall_errors import KioskNotFound, KioskUnknown, KioskUnnamed
from appointments.hall_models import Kiosk
from foundation import audit, clock, crypto, database
from foundation.actor import Actor

PURPOSE = "appointments.kiosk"


@dataclass(frozen=True)
class NewKiosk:
    """`key` is told this once."""

    id: int
    key: str


@dataclass(frozen=True, kw_only=True)
class KioskRow:
    """A kiosk as the hall's manager sees it."""

    id: int
    name: str
    created_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True)
class KnownKiosk:
    """A kiosk that proved itself, and the hall it stands in."""

    id: int
    hall_code: str

    @property
    def actor(self) -> Actor:
        return Actor.system(f"kiosk:{self.id}")


async def set_up(*, hall_code: str, name: str, by: Actor) -> NewKiosk:
    """A new kiosk for a hall. Raises HallNotFound, KioskUnnamed."""
    hall = await types.find_hall(code=hall_code)
    if not 1 <= len(name.strip()) <= 40:
        raise KioskUnnamed
    key = secrets.token_urlsafe(24)
    async with database.transaction():
        made = await Kiosk.create(
            hall=hall, name=name.strip(), key_fingerprint=crypto.fingerprint(key, purpose=PURPOSE), created_by=str(by)
        )
        await audit.record("kiosk.set_up", subject=f"kiosk:{made.id}", by=by, detail={"hall": hall_code})
    return NewKiosk(made.id, key)


async def revoke(*, kiosk_id: int, hall_code: str, by: Actor) -> None:
    """From now on its key is worth nothing; again is harmless. Raises KioskNotFound."""
    kiosk = await Kiosk.get_or_none(id=kiosk_id, hall__code=hall_code)
    if kiosk is None:
        raise KioskNotFound
    async with database.transaction():
        if await Kiosk.filter(id=kiosk_id, revoked_at=None).update(revoked_at=clock.now()):
            await audit.record("kiosk.revoked", subject=f"kiosk:{kiosk_id}", by=by)


async def of_hall(*, hall_code: str) -> list[KioskRow]:
    """Its kiosks, those at work first. Raises HallNotFound."""
    hall = await types.find_hall(code=hall_code)
    found = await Kiosk.filter(hall=hall).order_by("-id")
    rows = [KioskRow(id=one.id, name=one.name, created_at=one.created_at, revoked_at=one.revoked_at) for one in found]
    return sorted(rows, key=lambda one: one.revoked_at is not None)


async def known(*, key: str) -> KnownKiosk:
    """Whose key this is. Raises KioskUnknown."""
    prints = crypto.fingerprints(key, purpose=PURPOSE) if key else []
    row = await database.fetchrow(
        """select k.id, h.code from kiosk k join hall h on h.id = k.hall_id
            where k.key_fingerprint = any($1) and k.revoked_at is null and h.active""",
        prints,
    )
    if row is None:
        raise KioskUnknown
    return KnownKiosk(row["id"], row["code"])
