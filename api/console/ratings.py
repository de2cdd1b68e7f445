"""好差评: ratings with filters, words that wait to be let pass, and the codes that hang in halls and on windows."""

import io
from datetime import date, timedelta
from typing import Annotated, Any
from urllib.parse import quote

import segno
from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import page, scope
from api.console.dated import Dated
from api.console.desk import HallCode, RowId
from api.console.staff_session import STAFF
from feedback import levels, mark_list, rectification, words
from foundation import clock, settings
from foundation.web import Asked, Routes
from identity import access
from identity.access import StaffMember

routes = Routes("好差评", tag="console", error_page=page.refused)

DAYS = 30  # shown unless asked otherwise, today the last
GIVEN_BY = {"online": "网上", "code": "现场扫码", "kiosk": "自助机"}
WHICH = {"first": "评价", "again": "追评"}


class Wanted(Dated):
    """`level` 为 0 即全部."""

    start: date | None = None
    end: date | None = None
    level: Annotated[int, Meta(ge=0, le=5)] = 0
    hall: Annotated[str, Meta(max_length=20)] = ""
    department: Annotated[str, Meta(max_length=200)] = ""

    @property
    def days(self) -> tuple[date, date]:
        end = self.end or max(clock.today(), self.start or clock.today())
        return self.start or end - timedelta(days=DAYS - 1), end


class Shown(Asked):
    words_id: RowId
    shown: Annotated[str, Meta(max_length=500)] = ""


class Hidden(Asked):
    words_id: RowId


class CodeWanted(Asked):
    hall: Annotated[str, Meta(max_length=20)] = ""
    window: Annotated[str, Meta(max_length=20)] = ""


@routes.page("/console/ratings", access=STAFF)
async def listed(request: Request, query: Wanted, who: StaffMember) -> HTTPResponse:
    """What was said of services, never by whom."""
    access.require(who, *scope.LISTENERS)
    (start, end), within = query.days, scope.paths(who, scope.LISTENERS)
    rows = await mark_list.ratings(
        within=within, start=start, end=end, level=query.level, hall=query.hall, department=query.department.strip()
    )
    return page.shown(
        request, "ratings.html", who=who, rows=rows, start=start, end=end, query=query, levels=levels.LEVELS,
        halls=await scope.halls_of(who, scope.LISTENERS), given_by=GIVEN_BY, names=rectification.NAMES,
        **await _to_read(who),
    )  # fmt: skip


@routes.page("/console/ratings/words", access=STAFF)
async def waiting(request: Request, who: StaffMember) -> HTTPResponse:
    """Words to read, for the page that is open."""
    access.require(who, *scope.LISTENERS)
    return page.shown(request, "_rating_words.html", levels=levels.LEVELS, **await _to_read(who))


@routes.page("/console/ratings/show", method="POST", access=STAFF)
async def show(request: Request, form: Shown, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.LISTENERS, hall_path=await words.hall_path_of(form.words_id))
    await words.show(words_id=form.words_id, shown=form.shown, by=who.actor)
    return page.done(request, "已审核通过，季度结束后在达到公开条数的大厅下显示。")


@routes.page("/console/ratings/hide", method="POST", access=STAFF)
async def hide(request: Request, form: Hidden, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.LISTENERS, hall_path=await words.hall_path_of(form.words_id))
    await words.hide(words_id=form.words_id, by=who.actor)
    return page.done(request, "已设为不公开，评价的等级照常计入。")


@routes.page("/console/ratings/codes", access=STAFF)
async def codes(request: Request, query: CodeWanted, who: StaffMember) -> HTTPResponse:
    """A code to print: it leads a citizen to the visit they have just finished here."""
    hall, theirs = await scope.chosen(who, scope.PLANNERS, query.hall)
    address = _address(hall.code, query.window.strip())
    return page.shown(
        request, "rating_codes.html", who=who, hall=hall, halls=theirs, window=query.window.strip(), address=address,
        svg=_drawn(address),
    )  # fmt: skip


async def _to_read(who: StaffMember) -> dict[str, Any]:
    return {"waiting": await words.waiting(within=scope.paths(who, scope.LISTENERS)), "which": WHICH}


def _address(hall: HallCode, window: str) -> str:
    base = settings.current().processes.public_bff_url.rstrip("/")
    return f"{base}/h5/#/rate-here/{quote(hall, safe='')}" + (f"/{quote(window, safe='')}" if window else "")


def _drawn(address: str) -> str:
    """Our own drawing, so that no page from elsewhere is asked for it."""
    drawn = io.BytesIO()
    segno.make(address, error="m").save(drawn, kind="svg", scale=6, border=2, unit="px", xmldecl=False, svgclass=None)
    return drawn.getvalue().decode()
