"""One case: its log, deadlines, notices and notes, and what can be done with it now. Every look and step is kept."""

import re
import secrets
from typing import Annotated, Any

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import case_words, deeds, page, scope
from api.console.staff_session import STAFF
from cases import delivery_tracking, dossier, handling, notice, notice_paper
from cases.handling import Move
from cases.models import Case
from cases.pushed import Missing
from cases.timeline import Kind
from foundation.web import Asked, Routes
from identity import access
from identity.access import StaffMember

routes = Routes("办件", tag="console", error_page=page.refused)

RowId = Annotated[int, Meta(ge=1, le=2**62)]
Note = Annotated[str, Meta(max_length=400)]
Key = Annotated[str, Meta(min_length=8, max_length=80)]
DaysTyped = Annotated[str, Meta(pattern="^([0-9]{1,3})?$")]
PARTS = re.compile(r"\s*[|｜]\s*")


class Moving(Asked):
    """`items`：每行一项“材料｜问题｜怎样提交”；补正时每行一项收到的材料."""

    kind: Kind
    key: Key
    note: Note = ""
    days: DaysTyped = ""
    procedure: Annotated[str, Meta(max_length=20)] = ""
    result: Annotated[str, Meta(max_length=10)] = ""
    items: Annotated[str, Meta(max_length=8000)] = ""

    def move(self) -> Move:
        return Move(
            kind=self.kind, key=self.key, note=self.note, days=int(self.days) if self.days else None,
            procedure=self.procedure, result=self.result,
            items=tuple(_missing(line) for line in self.items.splitlines() if line.strip()),
        )  # fmt: skip


class Voiding(Asked):
    """`event`：要撤销的事件."""

    key: Key
    event: Annotated[str, Meta(min_length=3, max_length=160)]
    note: Note = ""


class Noting(Asked):
    text: Annotated[str, Meta(max_length=500)] = ""


def _missing(line: str) -> Missing:
    name, problem, how = [*PARTS.split(line.strip(), maxsplit=2), "", ""][:3]
    return Missing(name[:120], problem[:120], how[:120])


@routes.page("/console/cases/<case_id>", access=STAFF)
async def shown(request: Request, case_id: RowId, who: StaffMember) -> HTTPResponse:
    """One case; asked for as a part by the page that is open."""
    case = await theirs(who, case_id, scope.WATCHERS)
    template = "_case.html" if page.is_part(request) else "case.html"
    return page.shown(request, template, who=who, **await _shown(case, who))


@routes.page("/console/cases/<case_id>/move", method="POST", access=STAFF)
async def move(request: Request, case_id: RowId, form: Moving, who: StaffMember) -> HTTPResponse:
    case = await theirs(who, case_id, scope.DESK)
    await handling.move(case_no=case.case_no, move=form.move(), by=who.actor)
    return page.done(request, f"已登记：{case_words.MOVES.get(form.kind, '')}。申请人会收到通知。")


@routes.page("/console/cases/<case_id>/void", method="POST", access=STAFF)
async def void(request: Request, case_id: RowId, form: Voiding, who: StaffMember) -> HTTPResponse:
    """An event that was told by mistake is struck out; it stays in the log."""
    case = await theirs(who, case_id, scope.PLANNERS)
    voiding = Move(kind=Kind.VOIDED, key=form.key, note=form.note, voids=form.event)
    await handling.move(case_no=case.case_no, move=voiding, by=who.actor)
    return page.done(request, "已撤销该事件，进度和时限已重新计算。")


@routes.page("/console/cases/<case_id>/notes", method="POST", access=STAFF)
async def note(request: Request, case_id: RowId, form: Noting, who: StaffMember) -> HTTPResponse:
    case = await theirs(who, case_id, scope.DESK)
    await handling.note(case_no=case.case_no, text=form.text, by=who.actor)
    return page.done(request, "已记下备注。")


@routes.page("/console/cases/<case_id>/notices/<notice_id>", access=STAFF)
async def notice_file(case_id: RowId, notice_id: RowId, who: StaffMember) -> HTTPResponse:
    case = await theirs(who, case_id, scope.DESK)
    found = await notice.find(case, notice_id=notice_id)
    headers = {"Content-Disposition": f'inline; filename="notice-{found.id}.pdf"', "Cache-Control": "no-store"}
    return HTTPResponse(notice_paper.drawn(case, found), headers=headers, content_type="application/pdf")


async def theirs(who: StaffMember, case_id: int, roles: tuple[access.Role, ...]) -> Case:
    """The case, if its hall is theirs to look after. Raises CaseNotFound, RoleNeeded."""
    access.require(who, *roles)
    case = await dossier.by_id(case_id)
    access.require(who, *roles, hall_path=case.hall_path)
    return case


async def _shown(case: Case, who: StaffMember) -> dict[str, Any]:
    found = await dossier.of(case, by=who.actor)
    may = {name: any(who.may(role, case.hall_path) for role in roles) for name, roles in MAY.items()}
    return {
        "found": found,
        "case": case,
        "words": case_words,
        "may": may,
        "key": secrets.token_hex(8),
        "names": await deeds.names_of({one.row.told_by for one in found.entries if one.row.told_by}),
        "delivery": delivery_tracking.view(await delivery_tracking.of_case(case.case_no), whole=True)
        if may["papers"]
        else None,
        "made": case.stage in delivery_tracking.MADE,
        "deeds": await deeds.of_subjects([f"case:{case.id}"]),
    }


MAY = {"move": scope.DESK, "void": scope.PLANNERS, "papers": scope.REVIEWERS}
