"""动态口令: six digits that change every half minute (TOTP, RFC 6238), and codes for the day the phone is lost.

A secret counts once a code made with it was typed in. A code is taken once: what was read over a shoulder opens
nothing a second time (RFC 6238 §5.2). One step before and after ours is believed, for clocks differ.
"""

from dataclasses import dataclass, field

import pyotp

from foundation import audit, clock, crypto, database, settings
from foundation.actor import Actor
from identity.models import Staff
from identity.staff_errors import FactorNeeded, FactorNotBegun, FactorOn, WrongCode
from identity.staff_models import StaffFactor, StaffRecoveryCode

STEP, DRIFT = 30, 1
CODES = 8
CODE_LENGTH = 10


@dataclass(frozen=True)
class Enrolment:
    """What the app is given: by its camera (`uri`) or by hand (`secret`)."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)


async def is_on(staff_id: int) -> bool:
    return await StaffFactor.exists(staff_id=staff_id, confirmed_at__not_isnull=True)


async def begin(*, staff_id: int) -> Enrolment:
    """A secret that counts once confirmed; the same until then. Raises FactorOn."""
    row = await Staff.get(id=staff_id)
    fresh = crypto.seal(pyotp.random_base32())
    kept, _ = await StaffFactor.get_or_create({"secret_sealed": fresh}, staff_id=staff_id)
    if kept.confirmed_at is not None:
        raise FactorOn
    secret = crypto.open_sealed(kept.secret_sealed)
    issuer = f"{settings.current().processes.city_name}指尖办"
    return Enrolment(secret, pyotp.TOTP(secret).provisioning_uri(name=row.username, issuer_name=issuer))


async def confirm(*, staff_id: int, code: str, by: Actor) -> list[str]:
    """It counts from now on; the recovery codes, shown this once. Raises FactorOn, FactorNotBegun, WrongCode."""
    async with database.transaction():
        kept = await StaffFactor.select_for_update().get_or_none(staff_id=staff_id)
        if kept is None:
            raise FactorNotBegun
        if kept.confirmed_at is not None:
            raise FactorOn
        await _use(kept, code)
        await StaffFactor.filter(id=kept.id).update(confirmed_at=clock.now())
        await audit.record("staff.factor_on", subject=f"staff:{staff_id}", by=by)
        return await _fresh_codes(staff_id)


async def new_codes(*, staff_id: int, code: str, by: Actor) -> list[str]:
    """The old ones open nothing any more. Raises FactorNotBegun, WrongCode."""
    async with database.transaction():
        await _check(staff_id, code)
        await audit.record("staff.recovery_codes_made", subject=f"staff:{staff_id}", by=by)
        return await _fresh_codes(staff_id)


async def check(*, staff_id: int, code: str) -> None:
    """A code of the app, or a recovery code; neither is taken twice. Raises FactorNotBegun, WrongCode."""
    async with database.transaction():
        if await _use_recovery_code(staff_id, code):
            by = Actor.staff(staff_id)
            await audit.record("staff.recovery_code_used", subject=f"staff:{staff_id}", by=by)
        else:
            await _check(staff_id, code)


async def turn_off(*, staff_id: int, code: str, by: Actor) -> None:
    """By oneself, with a last code. Raises FactorNeeded, FactorNotBegun, WrongCode."""
    if await is_due(staff_id):
        raise FactorNeeded
    await check(staff_id=staff_id, code=code)
    await remove(staff_id=staff_id, by=by, reason="本人停用")


async def remove(*, staff_id: int, by: Actor, reason: str) -> bool:
    """By an administrator, for who has lost phone and codes; whether there was one."""
    async with database.transaction():
        gone = await StaffFactor.filter(staff_id=staff_id).delete()
        await StaffRecoveryCode.filter(staff_id=staff_id).delete()
        if gone:
            await audit.record("staff.factor_off", subject=f"staff:{staff_id}", by=by, reason=reason)
    return bool(gone)


async def is_due(staff_id: int) -> bool:
    """Whether one of their roles must have it (CONSOLE_TOTP_ROLES)."""
    roles = list(settings.current().console.totp_roles)
    return bool(await Staff.exists(id=staff_id, roles__role__in=roles)) if roles else False


async def codes_left(staff_id: int) -> int:
    return await StaffRecoveryCode.filter(staff_id=staff_id, used_at=None).count()


async def _check(staff_id: int, code: str) -> None:
    kept = await StaffFactor.select_for_update().get_or_none(staff_id=staff_id, confirmed_at__not_isnull=True)
    if kept is None:
        raise FactorNotBegun
    await _use(kept, code)


async def _use(kept: StaffFactor, code: str) -> None:
    """Within a transaction that holds the row."""
    app, typed, now = pyotp.TOTP(crypto.open_sealed(kept.secret_sealed)), code.replace(" ", ""), _step()
    right = [
        step for step in range(now - DRIFT, now + DRIFT + 1) if pyotp.utils.strings_equal(app.at(step * STEP), typed)
    ]
    if not right or right[0] <= kept.last_step:
        raise WrongCode
    await StaffFactor.filter(id=kept.id).update(last_step=right[0])


def _step() -> int:
    return int(clock.now().timestamp()) // STEP


async def _fresh_codes(staff_id: int) -> list[str]:
    await StaffRecoveryCode.filter(staff_id=staff_id).delete()
    codes = [crypto.random_code(CODE_LENGTH) for _ in range(CODES)]
    await StaffRecoveryCode.bulk_create([StaffRecoveryCode(staff_id=staff_id, fingerprint=_mark(one)) for one in codes])
    return codes


async def _use_recovery_code(staff_id: int, code: str) -> bool:
    typed = crypto.read_code(code)
    marks = crypto.fingerprints(typed, purpose="staff_recovery")
    theirs = StaffRecoveryCode.filter(staff_id=staff_id, fingerprint__in=marks, used_at=None)
    return bool(await theirs.update(used_at=clock.now()))


def _mark(code: str) -> str:
    return crypto.fingerprint(code, purpose="staff_recovery")
