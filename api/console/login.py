"""登录: in and out."""

from typing import Annotated, Any

from msgspec import Meta
from sanic import HTTPResponse, Request, redirect

from api.console import page, staff_session
from api.console.staff_session import ONESELF
from foundation.errors import Refusal
from foundation.web import PUBLIC, Access, Asked, Limit, Routes, client_address, refuse_foreign_origin
from identity import staff
from identity.access import StaffMember
from identity.staff_errors import CodeNeeded, WrongCode


def _again(request: Request, refusal: Refusal) -> HTTPResponse:
    """The form with the message; the name that was typed is still there, the password never is."""
    typed: Any = request.get_form() or {}
    return page.shown(
        request,
        "login.html",
        status=refusal.status,
        back=page.safe_back(str(typed.get("back") or "")),
        username=str(typed.get("username") or "")[:80],
        problem=refusal.message,
    )


routes = Routes("工作台登录", tag="console", error_page=_again)
leaving = Routes("工作台退出", tag="console", error_page=page.refused)


async def _own_page(request: Request) -> None:
    refuse_foreign_origin(request)


VISITOR = Access("visitor", "登录页面本身", _own_page, errors=())


class Where(Asked):
    back: Annotated[str, Meta(max_length=500)] = ""


class SignIn(Asked):
    username: Annotated[str, Meta(max_length=80)]
    password: Annotated[str, Meta(max_length=200)]
    back: Annotated[str, Meta(max_length=500)] = ""


class Code(Asked):
    """`step`：输入密码后得到，五分钟内有效."""

    step: Annotated[str, Meta(max_length=60)]
    code: Annotated[str, Meta(max_length=20)]
    back: Annotated[str, Meta(max_length=500)] = ""


@routes.page("/console/login", access=PUBLIC)
async def form(request: Request, query: Where) -> HTTPResponse:
    if await staff_session.is_open(request):  # the browser's back button, a second tab
        return redirect(page.safe_back(query.back), status=303)
    return page.shown(request, "login.html", back=page.safe_back(query.back), username="", problem="")


@routes.page("/console/login", method="POST", access=VISITOR, limit=Limit(ip=30, seconds=60))
async def sign_in(request: Request, form: SignIn) -> HTTPResponse:
    try:
        entered = await staff.sign_in(
            username=form.username,
            password=form.password,
            device=request.headers.get("user-agent", ""),
            address=client_address(request),
        )
    except CodeNeeded as needed:
        return page.shown(request, "login_code.html", step=needed.step, back=page.safe_back(form.back), problem="")
    return _in(entered, form.back)


@routes.page("/console/login/code", method="POST", access=VISITOR, limit=Limit(ip=30, seconds=60))
async def second_step(request: Request, form: Code) -> HTTPResponse:
    try:
        entered = await staff.enter_code(step=form.step, code=form.code, address=client_address(request))
    except WrongCode as wrong:
        back = page.safe_back(form.back)
        return page.shown(
            request, "login_code.html", status=wrong.status, step=form.step, back=back, problem=wrong.message
        )
    return _in(entered, form.back)


def _in(entered: staff.StaffSignedIn, back: str) -> HTTPResponse:
    response = redirect(page.safe_back(back), status=303)
    staff_session.remember(response, entered.token)
    return response


@leaving.page("/console/sign-out", method="POST", access=ONESELF)
async def sign_out(request: Request, who: StaffMember) -> HTTPResponse:
    response = redirect(page.LOGIN, status=303)
    await staff_session.leave(request, response)
    return response
