"""What administrators do for and against accounts; passwords that end."""

from datetime import timedelta

import pytest

from foundation import audit, clock
from foundation.actor import Actor
from identity import access, rescue, staff, staff_accounts
from identity.access import Role, RoleGrant
from identity.errors import LastAdministrator, NoSuchStaff, PasswordTooWeak, SignInRefused, UnknownRole
from identity.models import Staff
from identity.staff_errors import NotOneself, PasswordUsedBefore
from tests.builders import identity as build
from tests.builders.identity import PASSWORD
from tests.builders.settings import changed

pytestmark = pytest.mark.usefixtures("db", "redis_db")
ADMIN = Actor.staff(10**9)


async def due(staff_id: int) -> str:
    member = await access.staff_member(staff_id)
    assert member is not None
    return member.due


async def test_a_new_account_sets_its_own_password_first() -> None:
    staff_id, password = await staff_accounts.create(
        username="li.si", display_name="李四", roles=[("window", "9901/")], by=ADMIN
    )
    assert (await staff.sign_in(username="li.si", password=password)).staff.due == "password"
    await staff.change_password(staff_id=staff_id, old=password, new="staple-battery-3", by=Actor.staff(staff_id))
    assert await due(staff_id) == ""


async def test_a_reset_signs_out_unlocks_and_passes_once() -> None:
    staff_id = await build.staff(("window", ""), username="known")
    before = await staff.sign_in(username="known", password=PASSWORD)
    await Staff.filter(id=staff_id).update(locked_until=clock.now() + timedelta(minutes=9))
    password = await staff_accounts.reset_password(staff_id=staff_id, by=ADMIN, reason="忘记密码")
    assert await access.signed_in_staff(before.token) is None
    with pytest.raises(SignInRefused):
        await staff.sign_in(username="known", password=PASSWORD)
    assert (await staff.sign_in(username="known", password=password)).staff.due == "password"
    with pytest.raises(PasswordUsedBefore):
        await staff.change_password(staff_id=staff_id, old=password, new=PASSWORD, by=Actor.staff(staff_id))


async def test_a_password_ends_after_its_days_and_none_of_the_last_is_taken_again() -> None:
    staff_id = await build.staff(("window", ""), username="known")
    by, old = Actor.staff(staff_id), PASSWORD
    for new in ("staple-battery-1", "staple-battery-2"):
        await staff.change_password(staff_id=staff_id, old=old, new=new, by=by)
        old = new
    for used in (PASSWORD, "staple-battery-1", "staple-battery-2"):
        with pytest.raises(PasswordUsedBefore):
            await staff.change_password(staff_id=staff_id, old=old, new=used, by=by)
    with pytest.raises(PasswordTooWeak):
        await staff.change_password(staff_id=staff_id, old=old, new="aaaaaaaaaaa1", by=by)
    with clock.frozen(clock.now() + timedelta(days=181)):
        assert await due(staff_id) == "password"
        with changed(console={"password_days": 0}):
            assert await due(staff_id) == ""
    assert await due(staff_id) == ""


async def test_who_comes_back_has_the_old_name_and_a_password_for_one_sign_in() -> None:
    staff_id = await build.staff(("window", "9901/"), username="known")
    with pytest.raises(NoSuchStaff):
        await staff_accounts.reactivate(staff_id=staff_id, by=ADMIN, reason="没有停用过")
    await staff_accounts.deactivate(staff_id=staff_id, by=ADMIN, reason="调离")
    password = await staff_accounts.reactivate(staff_id=staff_id, by=ADMIN, reason="回到原岗位")
    with pytest.raises(SignInRefused):
        await staff.sign_in(username="known", password=PASSWORD)
    back = (await staff.sign_in(username="known", password=password)).staff
    assert (back.due, back.may(Role.WINDOW, "9901/")) == ("password", True)


async def test_roles_are_given_and_taken_one_by_one() -> None:
    staff_id, admin = await build.staff(("window", "9901/")), await build.staff(("admin", ""))
    await staff_accounts.grant(staff_id=staff_id, role="editor", hall_path="", by=ADMIN)
    await staff_accounts.grant(staff_id=staff_id, role="editor", hall_path="", by=ADMIN)
    await staff_accounts.take_back(staff_id=staff_id, role="window", hall_path="9901/", by=ADMIN)
    member = await access.staff_member(staff_id)
    assert member is not None
    assert member.roles == (RoleGrant(Role.EDITOR),)
    with pytest.raises(UnknownRole):
        await staff_accounts.grant(staff_id=staff_id, role="king", hall_path="", by=ADMIN)
    with pytest.raises(LastAdministrator):
        await staff_accounts.take_back(staff_id=admin, role="admin", hall_path="", by=ADMIN)
    assert (await staff_accounts.one(staff_id)).named([]) == ["知识编辑"]


async def test_out_by_force_and_nobody_against_themselves() -> None:
    staff_id = await build.staff(("window", ""), username="known")
    here = await staff.sign_in(username="known", password=PASSWORD, device="Chrome")
    assert [one.device for one in await staff_accounts.sessions(staff_id)] == ["Chrome"]
    assert await staff_accounts.sign_out(staff_id=staff_id, by=ADMIN, reason="离岗") == 1
    assert await access.signed_in_staff(here.token) is None
    own = Actor.staff(staff_id)
    for verb in (staff_accounts.reset_password, staff_accounts.remove_factor, staff_accounts.deactivate):
        with pytest.raises(NotOneself):
            await verb(staff_id=staff_id, by=own, reason="自己")
    await staff_accounts.deactivate(staff_id=staff_id, by=ADMIN, reason="调离")
    with pytest.raises(NoSuchStaff):
        await staff_accounts.unlock(staff_id=staff_id, by=ADMIN)
    assert [one.active for one in await staff_accounts.listed()] == [False]


async def test_who_runs_the_servers_lets_an_administrator_in_again() -> None:
    staff_id = await build.staff(("admin", ""), username="known")
    password = await rescue.rescue(" Known ", factor=True)
    assert (await staff.sign_in(username="known", password=password)).staff.id == staff_id
    assert [one.actor for one in await audit.latest([f"staff:{staff_id}"]) if "reset" in one.action] == [
        "system:identity.rescue"
    ]
    with pytest.raises(NoSuchStaff):
        await rescue.rescue("nobody", factor=False)
