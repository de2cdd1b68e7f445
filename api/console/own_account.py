"""我的账号: one's own password, one-time codes, and where one is signed in."""

import io
from typing import Annotated

import segno
from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import accounts, page, staff_session
from api.console.staff_session import ONESELF
from foundation.web import Asked, Routes
from identity import staff, staff_accounts, staff_factor, staff_sessions
from identity.access import StaffMember
from identity.errors import NoSuchSession
from identity.staff_errors import PasswordsDiffer

routes = Routes("我的账号", tag="console", error_page=page.refused)

Password = Annotated[str, Meta(max_length=200)]
TypedCode = Annotated[str, Meta(max_length=20)]


class PasswordForm(Asked):
    old: Password
    new: Password
    again: Password


class CodeForm(Asked):
    code: TypedCode


class SessionForm(Asked):
    session_id: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


@routes.page("/console/account", access=ONESELF)
async def account(request: Request, who: StaffMember) -> HTTPResponse:
    return page.shown(
        request, "account.html", who=who, account=await staff_accounts.one(who.id),
        sessions=await staff_accounts.sessions(who.id), here=await staff_session.id_of(request),
        codes_left=await staff_factor.codes_left(who.id), bound=await staff_factor.is_due(who.id),
        halls=await accounts.halls(),
    )  # fmt: skip


@routes.page("/console/account/sessions", access=ONESELF)
async def sessions(request: Request, who: StaffMember) -> HTTPResponse:
    return page.shown(
        request, "_account_sessions.html", sessions=await staff_accounts.sessions(who.id),
        here=await staff_session.id_of(request),
    )  # fmt: skip


@routes.page("/console/account/password", method="POST", access=ONESELF)
async def password(request: Request, form: PasswordForm, who: StaffMember) -> HTTPResponse:
    if form.new != form.again:
        raise PasswordsDiffer
    here = await staff_session.id_of(request)
    await staff.change_password(staff_id=who.id, old=form.old, new=form.new, by=who.actor, session_id=here)
    if who.due:  # now they may go where they wanted
        return page.onward(request, page.HOME)
    return page.done(request, "密码已修改，其他设备上的登录已退出。")


@routes.page("/console/account/factor", method="POST", access=ONESELF)
async def enrol(request: Request, who: StaffMember) -> HTTPResponse:
    """The secret, as a picture for the app's camera and as text."""
    made, drawn = await staff_factor.begin(staff_id=who.id), io.BytesIO()
    segno.make(made.uri, error="m").save(drawn, kind="svg", scale=4, border=2, xmldecl=False, svgclass=None)
    secret = " ".join(made.secret[i : i + 4] for i in range(0, len(made.secret), 4))
    return page.shown(request, "_account_enrol.html", qr=drawn.getvalue().decode(), secret=secret)


@routes.page("/console/account/factor/confirm", method="POST", access=ONESELF)
async def confirm(request: Request, form: CodeForm, who: StaffMember) -> HTTPResponse:
    codes = await staff_factor.confirm(staff_id=who.id, code=form.code, by=who.actor)
    return page.shown(request, "_account_codes.html", codes=codes, heading="动态口令已启用")


@routes.page("/console/account/factor/codes", method="POST", access=ONESELF)
async def new_codes(request: Request, form: CodeForm, who: StaffMember) -> HTTPResponse:
    codes = await staff_factor.new_codes(staff_id=who.id, code=form.code, by=who.actor)
    return page.shown(request, "_account_codes.html", codes=codes, heading="新的恢复码")


@routes.page("/console/account/factor/off", method="POST", access=ONESELF)
async def turn_off(request: Request, form: CodeForm, who: StaffMember) -> HTTPResponse:
    await staff_factor.turn_off(staff_id=who.id, code=form.code, by=who.actor)
    return page.onward(request, page.ACCOUNT)


@routes.page("/console/account/sessions/end", method="POST", access=ONESELF)
async def end(request: Request, form: SessionForm, who: StaffMember) -> HTTPResponse:
    theirs = {one.id: one for one in await staff_sessions.mine(who.id)}
    if form.session_id not in theirs:
        raise NoSuchSession
    await staff_sessions.sign_out(theirs[form.session_id])
    return page.done(request, "已让那台设备退出登录。")
