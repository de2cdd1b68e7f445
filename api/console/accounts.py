"""账号与权限: the staff accounts, their roles, and getting somebody in again or out at once."""

from typing import Annotated, Any

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import deeds, page
from api.console.desk import RowId
from api.console.staff_session import STAFF
from catalogue.models import Hall
from foundation.web import Asked, Routes
from identity import access, staff_accounts
from identity.access import ROLE_NAMES, Role, StaffMember

routes = Routes("账号与权限", tag="console", error_page=page.refused)

Reason = Annotated[str, Meta(min_length=2, max_length=200)]
RoleName = Annotated[str, Meta(max_length=20)]
HallPath = Annotated[str, Meta(max_length=60)]


class NewAccount(Asked):
    """`hall_path`：空为全市."""

    username: Annotated[str, Meta(max_length=80)]
    display_name: Annotated[str, Meta(min_length=1, max_length=40)]
    role: RoleName
    hall_path: HallPath = ""


class GrantForm(Asked):
    staff_id: RowId
    role: RoleName
    hall_path: HallPath = ""


class Wanted(Asked):
    staff_id: RowId


class Deed(Asked):
    staff_id: RowId
    reason: Reason


@routes.page("/console/staff", access=STAFF)
async def accounts(request: Request, who: StaffMember) -> HTTPResponse:
    access.require(who, Role.ADMIN, hall_path="")
    return page.shown(
        request, "accounts.html", who=who, accounts=await staff_accounts.listed(), roles=ROLE_NAMES,
        halls=await halls(),
    )  # fmt: skip


@routes.page("/console/staff/list", access=STAFF)
async def listed(request: Request, who: StaffMember) -> HTTPResponse:
    access.require(who, Role.ADMIN, hall_path="")
    return page.shown(request, "_accounts.html", accounts=await staff_accounts.listed(), halls=await halls())


@routes.page("/console/staff", method="POST", access=STAFF)
async def create(request: Request, form: NewAccount, who: StaffMember) -> HTTPResponse:
    """A new colleague, with a password for the first sign-in."""
    access.require(who, Role.ADMIN, hall_path="")
    _, password = await staff_accounts.create(
        username=form.username.strip().lower(), display_name=form.display_name.strip(),
        roles=[(form.role, form.hall_path)], by=who.actor,
    )  # fmt: skip
    return page.done(request, f"已建立账号 {form.username.strip().lower()}，首次登录密码：{password}", lines=[ONCE])


ONCE = "密码只显示这一次，请当面告知本人；登录后须设置新密码。"


@routes.page("/console/staff/<staff_id>", access=STAFF)
async def one(request: Request, staff_id: RowId, who: StaffMember) -> HTTPResponse:
    access.require(who, Role.ADMIN, hall_path="")
    return page.shown(
        request, "account_of.html", who=who, roles=ROLE_NAMES, halls=await halls(), **(await _shown(staff_id)),
    )  # fmt: skip


@routes.page("/console/staff/<staff_id>/state", access=STAFF)
async def state(request: Request, staff_id: RowId, who: StaffMember) -> HTTPResponse:
    access.require(who, Role.ADMIN, hall_path="")
    return page.shown(request, "_account_state.html", halls=await halls(), **(await _shown(staff_id)))


@routes.page("/console/staff/<staff_id>/deeds", access=STAFF)
async def deeds_of(request: Request, staff_id: RowId, who: StaffMember) -> HTTPResponse:
    """What can be done with the account as it is now."""
    access.require(who, Role.ADMIN, hall_path="")
    account = await staff_accounts.one(staff_id)
    return page.shown(request, "_account_deeds.html", account=account, roles=ROLE_NAMES, halls=await halls())


@routes.page("/console/staff/grant", method="POST", access=STAFF)
async def grant(request: Request, form: GrantForm, who: StaffMember) -> HTTPResponse:
    access.require(who, Role.ADMIN, hall_path="")
    await staff_accounts.grant(staff_id=form.staff_id, role=form.role, hall_path=form.hall_path, by=who.actor)
    return page.done(request, "已授予角色，下一次操作起生效。")


@routes.page("/console/staff/take-back", method="POST", access=STAFF)
async def take_back(request: Request, form: GrantForm, who: StaffMember) -> HTTPResponse:
    access.require(who, Role.ADMIN, hall_path="")
    await staff_accounts.take_back(staff_id=form.staff_id, role=form.role, hall_path=form.hall_path, by=who.actor)
    return page.done(request, "已收回角色，下一次操作起生效。")


@routes.page("/console/staff/reset", method="POST", access=STAFF)
async def reset(request: Request, form: Deed, who: StaffMember) -> HTTPResponse:
    access.require(who, Role.ADMIN, hall_path="")
    password = await staff_accounts.reset_password(staff_id=form.staff_id, by=who.actor, reason=form.reason)
    return page.done(request, f"已重置密码：{password}", lines=[ONCE, "该账号在各设备上的登录已退出。"])


@routes.page("/console/staff/unlock", method="POST", access=STAFF)
async def unlock(request: Request, form: Wanted, who: StaffMember) -> HTTPResponse:
    access.require(who, Role.ADMIN, hall_path="")
    await staff_accounts.unlock(staff_id=form.staff_id, by=who.actor)
    return page.done(request, "已解除锁定。")


@routes.page("/console/staff/sign-out", method="POST", access=STAFF)
async def sign_out(request: Request, form: Deed, who: StaffMember) -> HTTPResponse:
    access.require(who, Role.ADMIN, hall_path="")
    ended = await staff_accounts.sign_out(staff_id=form.staff_id, by=who.actor, reason=form.reason)
    return page.done(request, f"已强制下线，退出了 {ended} 处登录。")


@routes.page("/console/staff/factor-off", method="POST", access=STAFF)
async def factor_off(request: Request, form: Deed, who: StaffMember) -> HTTPResponse:
    access.require(who, Role.ADMIN, hall_path="")
    await staff_accounts.remove_factor(staff_id=form.staff_id, by=who.actor, reason=form.reason)
    return page.done(request, "已清除动态口令，本人下次登录后可重新启用。")


@routes.page("/console/staff/deactivate", method="POST", access=STAFF)
async def deactivate(request: Request, form: Deed, who: StaffMember) -> HTTPResponse:
    access.require(who, Role.ADMIN, hall_path="")
    await staff_accounts.deactivate(staff_id=form.staff_id, by=who.actor, reason=form.reason)
    return page.done(request, "账号已停用，各设备上的登录已退出。")


@routes.page("/console/staff/reactivate", method="POST", access=STAFF)
async def reactivate(request: Request, form: Deed, who: StaffMember) -> HTTPResponse:
    access.require(who, Role.ADMIN, hall_path="")
    password = await staff_accounts.reactivate(staff_id=form.staff_id, by=who.actor, reason=form.reason)
    return page.done(request, f"账号已恢复，首次登录密码：{password}", lines=[ONCE, "角色仍是停用前的，请核对。"])


async def _shown(staff_id: int) -> dict[str, Any]:
    return {
        "account": await staff_accounts.one(staff_id),
        "sessions": await staff_accounts.sessions(staff_id),
        "deeds": await deeds.of_subjects([f"staff:{staff_id}"]),
        "role_names": ROLE_NAMES,
    }


async def halls() -> list[tuple[str, str]]:
    """(path, name), parents first."""
    return [(one.path, one.name) for one in await Hall.filter(active=True).order_by("path")]
