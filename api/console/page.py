"""How the console shows things: whole pages, parts of them for htmx, the outcome of a deed, a refusal."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import jinja2
from sanic import HTTPResponse, Request, redirect

from api.console import navigation, scope
from api.console.refusal_lines import lines_of
from appointments.timetable import WEEKDAYS, weekdays_text
from foundation import clock, settings
from foundation.errors import NotSignedIn, Refusal
from foundation.web import answers, journal
from identity.staff_errors import FactorDue, PasswordDue

HOME, LOGIN, ACCOUNT = "/console/", "/console/login", "/console/account"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def shown(request: Request, template: str, *, status: int = 200, **values: Any) -> HTTPResponse:
    """A page or, where the template is a part, a part of one; a page for `who` has the way to theirs in its head."""
    if "who" in values:
        values["nav"] = navigation.of(values["who"], request.path)
    city = settings.current().processes.city_name
    html = pages.get_template(template).render(city=city, today=clock.today(), now=clock.now(), **values)
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}
    return HTTPResponse(html, status=status, headers=headers, content_type="text/html; charset=utf-8")


def done(request: Request, sentence: str, *, lines: list[str] | None = None) -> HTTPResponse:
    """A deed is done: say so, and let the parts of the page that show its traces come anew."""
    response = _outcome(request, sentence, lines or [], good=True)
    response.headers["HX-Trigger-After-Swap"] = "changed"
    return response


def onward(request: Request, address: str) -> HTTPResponse:
    """A deed is done, and its traces are on a page of their own."""
    if is_part(request):
        return HTTPResponse(status=200, headers={"HX-Redirect": address, "Cache-Control": "no-store"})
    return redirect(address, status=303)


def refused(request: Request, refusal: Refusal) -> HTTPResponse:
    """The Chinese sentence of a refusal where the deed was tried; what was typed stays in the page."""
    if isinstance(refusal, NotSignedIn):
        return _to_login(request, refusal)
    if isinstance(refusal, PasswordDue | FactorDue) and request.method == "GET" and _here(request) != ACCOUNT:
        return onward(request, ACCOUNT)  # never from there to itself: what they type would be gone
    lines = lines_of(refusal.detail)
    if refusal.status >= 500:
        lines.append(f"编号：{journal.request_id(request)}")
    response = _outcome(request, refusal.message, lines, good=False, status=refusal.status)
    if refusal.retry_after is not None:
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response


def missing(request: Request, error: Exception) -> HTTPResponse:
    """An address that is none: below /console/ a page says so, signed in or not; elsewhere it is data."""
    if not request.path.startswith(HOME):
        return answers.refused(request, error)
    sentence = "没有这个页面，请核对网址，或从首页进入。"
    return _outcome(request, sentence, [], good=False, status=404, heading="没有这个页面")


def is_part(request: Request) -> bool:
    """Whether htmx asks for a part, not the browser for a page."""
    return request.headers.get("hx-request") == "true"


def _outcome(request: Request, sentence: str, lines: list[str], **values: Any) -> HTTPResponse:
    template = "_outcome.html" if is_part(request) else "outcome.html"
    values.setdefault("heading", "已完成" if values["good"] else "没有完成")
    return shown(request, template, sentence=sentence, lines=lines, back=_before(request), **values)


def _to_login(request: Request, refusal: Refusal) -> HTTPResponse:
    login = f"{LOGIN}?back={quote(_here(request), safe='')}"
    if request.method == "GET" and not is_part(request):
        return redirect(login, status=303)
    if request.method == "GET":
        return HTTPResponse(status=401, headers={"HX-Redirect": login, "Cache-Control": "no-store"})
    # what was typed stays in the page while they sign in elsewhere
    return _outcome(request, refusal.message, [], good=False, status=401, login=login)


def _here(request: Request) -> str:
    """The page they are on: this address, or the page that asks for a part or sent a form."""
    own = request.url if request.method == "GET" else ""
    return _ours(request.headers.get("hx-current-url") or own) if own or is_part(request) else _before(request)


def came_from(request: Request) -> str:
    """The page of the console that led here; empty when none did, or this one itself."""
    before = request.headers.get("referer", "") and _before(request)
    return "" if urlsplit(before).path == request.path else before


def _before(request: Request) -> str:
    """The page they came from."""
    return _ours(request.headers.get("referer", ""))


def _ours(url: str) -> str:
    parts = urlsplit(url)
    return safe_back(f"{parts.path}?{parts.query}" if parts.query else parts.path)


def safe_back(address: str) -> str:
    """`address` when it is a page of the console, else the first page."""
    ours = address.startswith("/console/") and not address.startswith(LOGIN)
    return address if ours and not any(one in address for one in ("\\", "\r", "\n", "//")) else HOME


def day_text(day: date) -> str:
    """2026年11月21日 周六."""
    return f"{day.year}年{day.month}月{day.day}日 周{WEEKDAYS[day.weekday()]}"


def local_day(at: datetime) -> date:
    return clock.shanghai(at).date()


def time_text(at: datetime) -> str:
    return f"{clock.shanghai(at):%H:%M}"


def moment_text(at: datetime) -> str:
    return f"{clock.shanghai(at):%m-%d %H:%M}"


def dated_text(at: datetime) -> str:
    return f"{clock.shanghai(at):%Y-%m-%d %H:%M}"


def yuan_text(fen: int) -> str:
    """1,234.50; groups of three, as books have it."""
    return f"{Decimal(fen) / 100:,.2f}"


def ago_text(at: datetime) -> str:
    """How long something has waited: 5 分钟, 3 小时, 2 天."""
    minutes = int((clock.now() - at).total_seconds() // 60)
    if minutes < 1:
        return "不到 1 分钟"
    if minutes < 60:
        return f"{minutes} 分钟"
    return f"{minutes // 60} 小时" if minutes < 48 * 60 else f"{minutes // 1440} 天"


def _environment() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    made.filters.update(
        day=day_text, time=time_text, moment=moment_text, dated=dated_text, on_weekdays=weekdays_text,
        local_day=local_day, yuan=yuan_text, ago=ago_text,
    )  # fmt: skip
    made.globals["weekdays"] = WEEKDAYS
    made.globals["writes_city"] = scope.writes_city
    return made


pages = _environment()
