import asyncio
from datetime import timedelta

import pytest
from argon2 import PasswordHasher, Type, extract_parameters

from foundation import clock, database, settings
from foundation.actor import Actor
from identity import access, passwords, staff, staff_sessions
from identity.access import Role, RoleGrant, StaffMember
from identity.errors import (
    LastAdministrator,
    NoSuchStaff,
    PasswordTooWeak,
    RoleNeeded,
    SignInRefused,
    UnknownRole,
    UsernameFault,
    UsernameTaken,
)
from identity.models import Staff
from identity.staff_errors import WrongOldPassword
from tests import cheap_passwords
from tests.builders import identity as build
from tests.builders.identity import PASSWORD

pytestmark = pytest.mark.usefixtures("db", "redis_db")
BY = Actor.system("test")


async def refused(username: str, password: str) -> str:
    with pytest.raises(SignInRefused) as refusal:
        await staff.sign_in(username=username, password=password)
    return str(refusal.value.as_dict())


async def test_sign_in_and_out() -> None:
    staff_id = await build.staff(("window", "9901/01/"), username="li.si", display_name="李四")
    done = await staff.sign_in(username=" Li.Si ", password=PASSWORD, device="Chrome")
    assert done.staff == StaffMember(staff_id, "李四", (RoleGrant(Role.WINDOW, "9901/01/"),))
    assert await access.signed_in_staff(done.token) == done.staff
    session = await staff_sessions.who(done.token)
    assert session is not None
    await staff_sessions.sign_out(session)
    assert await access.signed_in_staff(done.token) is None
    assert PASSWORD not in repr(done)
    assert done.token not in repr(done)


async def test_an_unknown_name_a_wrong_password_and_a_locked_account_look_alike() -> None:
    await build.staff(username="known")
    wrong, unknown = await refused("known", "wrong"), await refused("nobody", "wrong")
    for _ in range(settings.current().console.lockout_after):
        await refused("known", "wrong")
    assert wrong == unknown == await refused("known", PASSWORD)


async def test_and_take_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    await build.staff(username="known")
    checked: list[str] = []
    check = passwords._fits
    monkeypatch.setattr(passwords, "_fits", lambda stored, given: checked.append(stored) or check(stored, given))
    await refused("known", "wrong")
    await refused("nobody", "wrong")
    await Staff.filter(username="known").update(locked_until=clock.now() + timedelta(minutes=5))
    await refused("known", PASSWORD)
    assert len(checked) == 3
    assert len({stored.rsplit("$", 2)[0] for stored in checked}) == 1, "same algorithm, same cost"


async def test_locked_after_so_many_and_open_again_later() -> None:
    await build.staff(username="known")
    console = settings.current().console
    for _ in range(console.lockout_after):
        await refused("known", "wrong")
    await refused("known", PASSWORD)
    assert await database.fetchval("select count(*) from audit_row where action = 'staff.locked'") == 1
    with clock.shifted(timedelta(minutes=console.lockout_minutes, seconds=1)):
        assert (await staff.sign_in(username="known", password=PASSWORD)).token
    assert (await Staff.get(username="known")).failed_attempts == 0


async def test_a_right_password_starts_the_count_anew() -> None:
    await build.staff(username="known")
    for _ in range(2):
        for _ in range(settings.current().console.lockout_after - 1):
            await refused("known", "wrong")
        await staff.sign_in(username="known", password=PASSWORD)


async def test_guesses_at_once_are_counted_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    await build.staff(username="known")
    looked: list[str] = []

    async def fits(password: str, password_hash: str | None) -> bool:
        looked.extend([password_hash] if password_hash else [])
        return False

    monkeypatch.setattr(passwords, "fits", fits)
    await asyncio.gather(*(refused("known", f"guess-{nth}") for nth in range(30)))
    assert len(looked) == settings.current().console.lockout_after


async def test_what_is_stored_is_hard_to_guess(shipped_hasher: PasswordHasher, monkeypatch: pytest.MonkeyPatch) -> None:
    """As production hashes: the second recommendation of RFC 9106 or more, well above what OWASP asks for."""
    monkeypatch.setattr(passwords, "_hasher", shipped_hasher)
    stored = [await passwords.hashed(PASSWORD), passwords._nobodys.__wrapped__()]
    for hashed_as in map(extract_parameters, stored):
        assert (hashed_as.type, hashed_as.version) == (Type.ID, 0x13)
        assert hashed_as.memory_cost >= 64 * 1024
        assert hashed_as.time_cost >= 3
    assert await passwords.fits(PASSWORD, stored[0])
    assert not await passwords.fits(f"{PASSWORD}!", stored[0])
    assert extract_parameters(cheap_passwords.LEAST.hash(PASSWORD)).memory_cost < 64 * 1024, "or nothing was looked at"


@pytest.mark.parametrize("password", ["short1", "onlyletters", "1234567890", "known-12345", "a1" * 200])
async def test_weak_passwords(password: str) -> None:
    with pytest.raises(PasswordTooWeak):
        await staff.create_staff(username="known", display_name="李四", password=password, roles=[], by=BY)


async def test_what_cannot_be_created() -> None:
    await build.staff(username="known")
    with pytest.raises(UsernameTaken):
        await build.staff(username="known")
    for username in ("A", "1abc", "has space", "王五", "x" * 41):
        with pytest.raises(UsernameFault):
            await build.staff(username=username)
    for role in (("mayor", ""), ("window", "9901/01"), ("window", "/")):
        with pytest.raises(UnknownRole):
            await build.staff(role)


async def test_roles_hold_from_the_next_request_on() -> None:
    staff_id = await build.staff(("window", ""))
    await staff.set_roles(staff_id=staff_id, roles=[("editor", ""), ("editor", "")], by=BY)
    member = await access.staff_member(staff_id)
    assert member is not None
    assert member.roles == (RoleGrant(Role.EDITOR),)
    detail = await database.fetchval("select detail from audit_row where action = 'staff.roles_set'")
    assert "editor@" in detail


async def test_deactivated_staff_are_out_at_once() -> None:
    staff_id = await build.staff(("window", ""), username="known")
    done = await staff.sign_in(username="known", password=PASSWORD)
    await staff.deactivate(staff_id=staff_id, by=BY, reason="调离")
    assert await access.signed_in_staff(done.token) is None
    await refused("known", PASSWORD)
    with pytest.raises(NoSuchStaff):
        await staff.deactivate(staff_id=staff_id, by=BY, reason="调离")


async def test_the_last_administrator_stays() -> None:
    one, two = await build.staff(("admin", "")), await build.staff(("admin", ""))
    await staff.deactivate(staff_id=two, by=BY, reason="调离")
    with pytest.raises(LastAdministrator):
        await staff.deactivate(staff_id=one, by=BY, reason="调离")
    with pytest.raises(LastAdministrator):
        await staff.set_roles(staff_id=one, roles=[("admin", "9901/")], by=BY)
    await staff.set_roles(staff_id=one, roles=[("admin", ""), ("editor", "")], by=BY)


async def test_a_new_password_ends_the_other_sessions() -> None:
    staff_id = await build.staff(username="known")
    here = await staff.sign_in(username="known", password=PASSWORD)
    there = await staff.sign_in(username="known", password=PASSWORD)
    session, by = await staff_sessions.who(here.token), Actor.staff(staff_id)
    assert session is not None
    with pytest.raises(WrongOldPassword):
        await staff.change_password(staff_id=staff_id, old="wrong", new="another-horse-9", by=by)
    for _ in range(settings.current().console.lockout_after):  # a new one that will not do is no wrong attempt
        with pytest.raises(PasswordTooWeak):
            await staff.change_password(staff_id=staff_id, old=PASSWORD, new="short", by=by)
    await staff.change_password(staff_id=staff_id, old=PASSWORD, new="another-horse-9", by=by, session_id=session.id)
    assert await access.signed_in_staff(here.token) is not None
    assert await access.signed_in_staff(there.token) is None
    await refused("known", PASSWORD)
    await staff.sign_in(username="known", password="another-horse-9")


def test_a_role_reaches_as_far_as_its_halls() -> None:
    member = StaffMember(1, "李四", (RoleGrant(Role.WINDOW, "9901/01/"), RoleGrant(Role.EDITOR)))
    assert member.may(Role.WINDOW, "9901/01/")
    assert member.may(Role.WINDOW, "9901/01/02/")
    assert member.may(Role.WINDOW)
    assert member.may(Role.EDITOR, "9901/02/")
    assert not member.may(Role.WINDOW, "9901/")
    assert not member.may(Role.WINDOW, "9901/011/")
    assert not member.may(Role.WINDOW, "")
    assert not member.may(Role.ADMIN)
    access.require(member, Role.HALL_MANAGER, Role.WINDOW, hall_path="9901/01/")
    with pytest.raises(RoleNeeded):
        access.require(member, Role.HALL_MANAGER, Role.FINANCE)
