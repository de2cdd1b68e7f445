"""待办提醒: the bell in the head of every page, and the list behind it: what is due, by kind, with the way there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import page, scope
from api.console.staff_session import STAFF
from foundation import settings
from foundation.web import Asked, Routes
from foundation.workdays import WorkCalendar
from identity import access
from identity.access import Role, StaffMember
from notifications import duty_list

routes = Routes("待办提醒", tag="console", error_page=page.refused)


@dataclass(frozen=True)
class Way:
    """Where one kind is worked on: the page of all, the page of one, and who may open them."""

    every: str
    one: str
    roles: Sequence[Role]


WAYS = {
    "case": Way("/console/cases", "/console/cases/{}", scope.WATCHERS),
    "application": Way("/console/filings", "/console/filings/{}", scope.REVIEWERS),
    "consultation": Way("/console/consultations", "/console/consultations/{}", scope.ANSWERERS),
    "rectification": Way("/console/rectifications", "/console/rectifications/{}", scope.LISTENERS),
    "message": Way("/console/consultations", "/console/consultations/{}", scope.ANSWERERS),
}


class ReadForm(Asked):
    """`kind`：只标记这一类；不填为全部."""

    kind: Annotated[str, Meta(max_length=20)] = ""


@routes.page("/console/reminders", access=STAFF)
async def reminders(request: Request, who: StaffMember) -> HTTPResponse:
    """Whoever works here has theirs; it is not on the list of pages, for the bell is on all of them."""
    lines = await duty_list.listed(who)
    owners = {one.owner_id for some in lines.values() for one in some if one.owner_id}
    template = "_reminders.html" if page.is_part(request) else "reminders.html"
    return page.shown(
        request, template, who=who, counts=await duty_list.counts(who), lines=lines, shown=duty_list.SHOWN,
        owners=await access.staff_names(owners), calendar=await WorkCalendar.current(),
        ways={kind: way for kind, way in WAYS.items() if any(who.may(role) for role in way.roles)},
        at_reminders=True, after=settings.current().console.escalate_workdays,
    )  # fmt: skip


@routes.page("/console/reminders/bell", access=STAFF)
async def bell(request: Request, who: StaffMember) -> HTTPResponse:
    """The number in the head of a page, asked for once the page is there."""
    counts = await duty_list.counts(who)
    return page.shown(
        request, "_bell.html", number=sum(one.number for one in counts), fresh=sum(one.fresh for one in counts)
    )


@routes.page("/console/reminders/read", method="POST", access=STAFF)
async def read(request: Request, form: ReadForm, who: StaffMember) -> HTTPResponse:
    await duty_list.mark_read(who, kind=form.kind)
    return page.done(request, "已标为已读。事项办结以前仍在这里。")
