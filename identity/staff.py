"""工作人员: sign-in with lockout, accounts and their roles. Every write is audited."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from tortoise.exceptions import IntegrityError
from tortoise.expressions import F

from foundation import audit, clock, database, metrics, settings
from foundation.actor import Actor
from identity import access, passwords, staff_factor, staff_sessions
from identity.access import Role, RoleGrant, StaffMember
from identity.errors import LastAdministrator, NoSuchStaff, SignInRefused, UnknownRole, UsernameFault, UsernameTaken
from identity.models import Staff, StaffRole
from identity.staff_errors import CodeNeeded, PasswordUsedBefore, StepOver, WrongCode, WrongOldPassword
from identity.staff_models import StaffPassword

USERNAME = re.compile(r"[a-z][a-z0-9.-]{2,39}")
HALL_PATH = re.compile(r"([^/\s]+/)*")
REMEMBERED = 5
"""Passwords before the present one that are not taken again."""


@dataclass(frozen=True)
class StaffSignedIn:
    """`token` is shown this once."""

    token: str = field(repr=False)
    staff: StaffMember


async def sign_in(*, username: str, password: str, device: str = "", address: str = "") -> StaffSignedIn:
    """Raises SignInRefused: for an unknown name, a wrong password and a locked account alike, after the same time;
    CodeNeeded, whose `step` `enter_code` takes, where the password was right and a second factor stands behind it.
    """
    attempt = await _count_attempt(username.strip().lower())
    right = await passwords.fits(password, attempt.password_hash if attempt else None)
    if attempt is None or not right:
        metrics.count("staff_sign_ins_refused_total")
        raise SignInRefused
    if await staff_factor.is_on(attempt.id):
        # what counts now is the code: who mistypes it once has still as many tries as with the password
        await Staff.filter(id=attempt.id).update(failed_attempts=F("failed_attempts") - 1)
        raise CodeNeeded.at(await staff_sessions.begin(staff_id=attempt.id, device=device, address=address))
    return await _enter(attempt.id, device=device, address=address)


async def enter_code(*, step: str, code: str, address: str = "") -> StaffSignedIn:
    """The second step. Raises StepOver, WrongCode, and SignInRefused for an account that tried too often."""
    begun = await staff_sessions.begun(step)
    row = await Staff.get_or_none(id=begun.staff_id, active=True) if begun else None
    if begun is None or row is None:
        raise StepOver
    if await _count_attempt(row.username) is None:
        raise SignInRefused
    try:
        await staff_factor.check(staff_id=row.id, code=code)
    except WrongCode:
        metrics.count("staff_sign_ins_refused_total")
        raise
    if not await staff_sessions.end(begun):
        raise StepOver  # it was taken by somebody else at this moment
    return await _enter(row.id, device=begun.device, address=address)


async def _enter(staff_id: int, *, device: str, address: str) -> StaffSignedIn:
    await _succeed(staff_id)
    member = await access.staff_member(staff_id)
    if member is None:
        raise SignInRefused
    return StaffSignedIn(await staff_sessions.start(staff_id=member.id, device=device, address=address), member)


async def _count_attempt(username: str) -> Staff | None:
    """The account, if it may try. Counted before the password is looked at: a hundred guesses at once are a hundred."""
    console = settings.current().console
    async with database.transaction():
        found = await Staff.select_for_update().get_or_none(username=username, active=True)
        if found is None or (found.locked_until and found.locked_until > clock.now()):
            return None
        found.failed_attempts = 1 if found.locked_until else found.failed_attempts + 1
        found.locked_until = None
        if found.failed_attempts >= console.lockout_after:
            found.locked_until = clock.now() + timedelta(minutes=console.lockout_minutes)
            await audit.record("staff.locked", subject=f"staff:{found.id}", by=Actor.system("sign-in"))
        await found.save(update_fields=["failed_attempts", "locked_until"])
        return found


async def _succeed(staff_id: int) -> None:
    async with database.transaction():
        await Staff.filter(id=staff_id).update(failed_attempts=0, locked_until=None, signed_in_at=clock.now())
        await audit.record("staff.signed_in", subject=f"staff:{staff_id}", by=Actor.staff(staff_id))


async def create_staff(
    *, username: str, display_name: str, password: str, roles: Sequence[tuple[str, str]], by: Actor
) -> int:
    """The new account's id. `roles` are (role, hall path). Raises UsernameFault, UsernameTaken, PasswordTooWeak,
    UnknownRole.
    """
    if not USERNAME.fullmatch(username):
        raise UsernameFault
    passwords.must_be_strong(password, username=username)
    grants, password_hash = checked(roles), await passwords.hashed(password)
    async with database.transaction():
        try:
            row = await Staff.create(username=username, display_name=display_name, password_hash=password_hash)
        except IntegrityError:
            raise UsernameTaken from None
        await _write_roles(row.id, grants)
        await audit.record("staff.created", subject=f"staff:{row.id}", by=by, detail=_told(grants))
    return int(row.id)


async def set_roles(*, staff_id: int, roles: Sequence[tuple[str, str]], by: Actor) -> None:
    """Replace all roles; they hold from the next request on. Raises NoSuchStaff, UnknownRole, LastAdministrator."""
    grants = checked(roles)
    async with database.transaction():
        await _locked(staff_id)
        if RoleGrant(Role.ADMIN) not in grants:
            await _must_leave_an_administrator(staff_id)
        await StaffRole.filter(staff_id=staff_id).delete()
        await _write_roles(staff_id, grants)
        await audit.record("staff.roles_set", subject=f"staff:{staff_id}", by=by, detail=_told(grants))


async def deactivate(*, staff_id: int, by: Actor, reason: str) -> None:
    """停用: signed out everywhere, and not in again until an administrator takes them back.

    Raises NoSuchStaff, LastAdministrator.
    """
    async with database.transaction():
        row = await _locked(staff_id)
        await _must_leave_an_administrator(staff_id)
        row.active = False
        await row.save(update_fields=["active"])
        await audit.record("staff.deactivated", subject=f"staff:{staff_id}", by=by, reason=reason)
    await staff_sessions.sign_out_everywhere(staff_id)


async def change_password(*, staff_id: int, old: str, new: str, by: Actor, session_id: str = "") -> None:
    """One's own password; every other session ends.

    Raises WrongOldPassword, PasswordTooWeak, PasswordUsedBefore.
    """
    row = await Staff.get_or_none(id=staff_id, active=True)
    attempt = await _count_attempt(row.username) if row else None
    if attempt is None or not await passwords.fits(old, attempt.password_hash):
        raise WrongOldPassword
    # whoever knows the old one may try new ones for as long as they like
    await Staff.filter(id=staff_id).update(failed_attempts=0, locked_until=None)
    passwords.must_be_strong(new, username=attempt.username)
    await _must_be_new(attempt, new)
    password_hash = await passwords.hashed(new)
    async with database.transaction():
        await StaffPassword.create(staff_id=staff_id, password_hash=attempt.password_hash)
        await Staff.filter(id=staff_id).update(
            password_hash=password_hash,
            password_set_at=clock.now(),
            must_change_password=False,
        )
        await audit.record("staff.password_changed", subject=f"staff:{staff_id}", by=by)
    await staff_sessions.sign_out_everywhere(staff_id, but=session_id)


async def _must_be_new(row: Staff, password: str) -> None:
    old = StaffPassword.filter(staff_id=row.id).order_by("-id").limit(REMEMBERED)
    for used in [row.password_hash, *await old.values_list("password_hash", flat=True)]:
        if await passwords.fits(password, str(used)):
            raise PasswordUsedBefore


def checked(roles: Sequence[tuple[str, str]]) -> list[RoleGrant]:
    """Raises UnknownRole for a role or a hall path (``9901/01/``) that cannot be."""
    for role, hall_path in roles:
        if role not in set(Role) or not HALL_PATH.fullmatch(hall_path):
            raise UnknownRole(detail={"role": role, "hall_path": hall_path})
    return [RoleGrant(Role(role), hall_path) for role, hall_path in dict.fromkeys(map(tuple, roles))]


def _told(grants: list[RoleGrant]) -> dict[str, object]:
    return {"roles": [f"{grant.role}@{grant.hall_path}" for grant in grants]}


async def _write_roles(staff_id: int, grants: list[RoleGrant]) -> None:
    await StaffRole.bulk_create(
        [StaffRole(staff_id=staff_id, role=grant.role, hall_path=grant.hall_path) for grant in grants]
    )


async def _locked(staff_id: int) -> Staff:
    # of two administrators who step down at the same moment the second must see the first gone
    await database.joined().execute("select pg_advisory_xact_lock(hashtextextended('administrators', 13))")
    row = await Staff.select_for_update().get_or_none(id=staff_id, active=True)
    if row is None:
        raise NoSuchStaff
    return row


async def _must_leave_an_administrator(staff_id: int) -> None:
    administrators = await database.fetch(
        """select distinct s.id from staff s join staff_role r on r.staff_id = s.id
           where s.active and r.role = 'admin' and r.hall_path = ''"""
    )
    if [row["id"] for row in administrators] == [staff_id]:
        raise LastAdministrator
