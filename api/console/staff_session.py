"""Who sits at the console: a staff member with our cookie, coming from our own pages."""

from sanic import HTTPResponse, Request

from foundation import settings
from foundation.errors import NotSignedIn
from foundation.web import Access, refuse_foreign_origin
from identity import access, staff_sessions
from identity.access import StaffMember
from identity.staff_errors import FactorDue, PasswordDue

COOKIE = "console"
PATH = "/console"


class ConsoleSessionOver(NotSignedIn):
    """登录已到期，请重新登录后继续。"""


async def _staff(request: Request) -> StaffMember:
    who = await _own_account(request)
    if who.due:
        raise PasswordDue if who.due == "password" else FactorDue
    return who


async def _own_account(request: Request) -> StaffMember:
    refuse_foreign_origin(request)
    who = await _known(request)
    if who is None:
        raise ConsoleSessionOver if request.cookies.get(COOKIE) else NotSignedIn
    return who


async def _known(request: Request) -> StaffMember | None:
    token = request.cookies.get(COOKIE) or ""
    return await access.signed_in_staff(token) if token else None


async def is_open(request: Request) -> bool:
    """Whether this browser has signed in and not out."""
    return await _known(request) is not None


STAFF = Access(
    "staff",
    "已登录工作台的工作人员",
    _staff,
    scheme={"type": "apiKey", "in": "cookie", "name": COOKIE},
    errors=(NotSignedIn, ConsoleSessionOver, PasswordDue, FactorDue),
)
ONESELF = Access(
    "staff",
    "已登录工作台的工作人员，也在密码到期时",
    _own_account,
    scheme={"type": "apiKey", "in": "cookie", "name": COOKIE},
    errors=(NotSignedIn, ConsoleSessionOver),
)


async def id_of(request: Request) -> str:
    """Which of their sessions this browser has."""
    session = await staff_sessions.who(request.cookies.get(COOKIE) or "")
    return session.id if session else ""


def remember(response: HTTPResponse, token: str) -> None:
    """Give the browser the session; no script can read it, no other site can send it."""
    _write(response, token, settings.current().console.session_hours * 3600)


async def leave(request: Request, response: HTTPResponse) -> None:
    """End the session of this browser."""
    session = await staff_sessions.who(request.cookies.get(COOKIE) or "")
    if session is not None:
        await staff_sessions.sign_out(session)
    _write(response, "", 0)


def _write(response: HTTPResponse, value: str, seconds: int) -> None:
    secure = settings.current().processes.public_api_url.startswith("https:")
    response.add_cookie(COOKIE, value, path=PATH, httponly=True, samesite="Strict", secure=secure, max_age=seconds)
