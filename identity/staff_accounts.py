"""账号管理: what an administrator sees of the staff accounts, and does for those who cannot get in or should not."""

import secrets
import string
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from foundation import audit, clock, database
from foundation.actor import Actor
from identity import passwords, staff, staff_factor, staff_sessions
from identity.access import ROLE_NAMES, Role
from identity.errors import NoSuchStaff
from identity.models import Staff
from identity.staff_errors import NotOneself
from identity.staff_models import StaffPassword
from identity.staff_sessions import StaffSession

LIST = """
select s.id, s.username, s.display_name, s.active, s.locked_until > $1 as locked, s.signed_in_at, s.password_set_at,
       s.must_change_password, f.id is not null as has_factor,
       array(select r.role || '@' || r.hall_path from staff_role r where r.staff_id = s.id order by r.id) as grants
  from staff s left join staff_factor f on f.staff_id = s.id and f.confirmed_at is not null
 where $2::bigint is null or s.id = $2 order by s.active desc, s.username
"""
DIGITS = "23456789"
LETTERS = string.ascii_lowercase.replace("l", "").replace("o", "")


@dataclass(frozen=True, kw_only=True)
class Account:
    """`grants` are (role, hall path)."""

    id: int
    username: str
    display_name: str
    active: bool
    locked: bool
    signed_in_at: datetime | None
    password_set_at: datetime
    must_change_password: bool
    has_factor: bool
    grants: tuple[tuple[str, str], ...]

    def named(self, halls: Sequence[tuple[str, str]]) -> list[str]:
        """The roles as people read them, with the names of `halls`, (path, name): 大厅管理员（东岸区政务服务中心）."""
        names = dict(halls)
        return [ROLE_NAMES[Role(role)] + (f"（{names.get(path, path)}）" if path else "") for role, path in self.grants]


async def listed() -> list[Account]:
    """All accounts, those in use first."""
    return await _read(None)


async def one(staff_id: int) -> Account:
    """Raises NoSuchStaff."""
    found = await _read(staff_id)
    if not found:
        raise NoSuchStaff
    return found[0]


async def sessions(staff_id: int) -> list[StaffSession]:
    """Where they are signed in, the latest first."""
    return sorted(await staff_sessions.mine(staff_id), key=lambda session: session.opened_at, reverse=True)


async def create(*, username: str, display_name: str, roles: Sequence[tuple[str, str]], by: Actor) -> tuple[int, str]:
    """The new account's id, and the password of its first sign-in, shown this once. Raises as `staff.create_staff`."""
    password = _passing()
    async with database.transaction():
        staff_id = await staff.create_staff(
            username=username, display_name=display_name, password=password, roles=roles, by=by
        )
        await Staff.filter(id=staff_id).update(must_change_password=True)
    return staff_id, password


async def reset_password(*, staff_id: int, by: Actor, reason: str) -> str:
    """A password for one sign-in, shown this once: the next thing its owner does is to set another.

    They are signed out everywhere; a locked account is open again. Raises NoSuchStaff, NotOneself.
    """
    _must_be_another(staff_id, by)
    fresh = _passing()
    password_hash = await passwords.hashed(fresh)
    async with database.transaction():
        row = await _active(staff_id)
        await StaffPassword.create(staff_id=staff_id, password_hash=row.password_hash)
        await Staff.filter(id=staff_id).update(
            password_hash=password_hash,
            password_set_at=clock.now(),
            must_change_password=True,
            failed_attempts=0,
            locked_until=None,
        )
        await audit.record("staff.password_reset", subject=f"staff:{staff_id}", by=by, reason=reason)
    await staff_sessions.sign_out_everywhere(staff_id)
    return fresh


async def unlock(*, staff_id: int, by: Actor) -> None:
    """Raises NoSuchStaff."""
    async with database.transaction():
        await _active(staff_id)
        await Staff.filter(id=staff_id).update(failed_attempts=0, locked_until=None)
        await audit.record("staff.unlocked", subject=f"staff:{staff_id}", by=by)


async def sign_out(*, staff_id: int, by: Actor, reason: str) -> int:
    """强制下线: every session ends at once; how many. Raises NoSuchStaff."""
    async with database.transaction():
        await _active(staff_id)
        await audit.record("staff.signed_out_by_force", subject=f"staff:{staff_id}", by=by, reason=reason)
    return await staff_sessions.sign_out_everywhere(staff_id)


async def remove_factor(*, staff_id: int, by: Actor, reason: str) -> None:
    """For who has lost the phone and the codes; they are signed out everywhere. Raises NoSuchStaff, NotOneself."""
    _must_be_another(staff_id, by)
    async with database.transaction():
        await _active(staff_id)
        await staff_factor.remove(staff_id=staff_id, by=by, reason=reason)
    await staff_sessions.sign_out_everywhere(staff_id)


async def grant(*, staff_id: int, role: str, hall_path: str, by: Actor) -> None:
    """Holds from the next request on. Raises NoSuchStaff, UnknownRole."""
    async with database.transaction():
        held = await _held(staff_id)
        await staff.set_roles(staff_id=staff_id, roles=[*held, (role, hall_path)], by=by)


async def take_back(*, staff_id: int, role: str, hall_path: str, by: Actor) -> None:
    """Raises NoSuchStaff, LastAdministrator."""
    async with database.transaction():
        held = [one for one in await _held(staff_id) if one != (role, hall_path)]
        await staff.set_roles(staff_id=staff_id, roles=held, by=by)


async def _held(staff_id: int) -> list[tuple[str, str]]:
    """Within a transaction: the grants of an account that nobody else changes until its end."""
    await _active(staff_id)
    rows = await database.fetch("select role, hall_path from staff_role where staff_id = $1 order by id", staff_id)
    return [(row["role"], row["hall_path"]) for row in rows]


async def deactivate(*, staff_id: int, by: Actor, reason: str) -> None:
    """As `staff.deactivate`, and never oneself. Raises NotOneself besides."""
    _must_be_another(staff_id, by)
    await staff.deactivate(staff_id=staff_id, by=by, reason=reason)


async def reactivate(*, staff_id: int, by: Actor, reason: str) -> str:
    """恢复: of who comes back, under the same name and with the roles they had; a password for one sign-in, shown this
    once. Raises NoSuchStaff, also for an account in use.
    """
    fresh = _passing()
    password_hash = await passwords.hashed(fresh)
    async with database.transaction():
        row = await Staff.select_for_update().get_or_none(id=staff_id, active=False)
        if row is None:
            raise NoSuchStaff
        await StaffPassword.create(staff_id=staff_id, password_hash=row.password_hash)
        await Staff.filter(id=staff_id).update(
            active=True,
            password_hash=password_hash,
            password_set_at=clock.now(),
            must_change_password=True,
            failed_attempts=0,
            locked_until=None,
        )
        await audit.record("staff.reactivated", subject=f"staff:{staff_id}", by=by, reason=reason)
    return fresh


def _passing() -> str:
    """A password to be read out once: four groups of four, and a digit at the least."""
    groups = ["".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4)]
    return "-".join([*groups, "".join(secrets.choice(DIGITS) for _ in range(4))])


def _must_be_another(staff_id: int, by: Actor) -> None:
    if by == Actor.staff(staff_id):
        raise NotOneself


async def _active(staff_id: int) -> Staff:
    row = await Staff.select_for_update().get_or_none(id=staff_id, active=True)
    if row is None:
        raise NoSuchStaff
    return row


async def _read(staff_id: int | None) -> list[Account]:
    rows = await database.fetch(LIST, clock.now(), staff_id)
    return [
        Account(**{**row, "locked": bool(row["locked"]), "grants": tuple(_split(each) for each in row["grants"])})
        for row in rows
    ]


def _split(grant: str) -> tuple[str, str]:
    role, _, path = grant.partition("@")
    return role, path
