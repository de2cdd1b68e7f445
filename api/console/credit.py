"""限制与申诉: who is blocked from booking and why, lifting, deciding appeals; and what staff say of one visit."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import deeds, page, scope
from api.console.staff_session import STAFF
from appointments import appeals, booking, credit, exemptions, sanctions
from appointments.credit import Held
from appointments.rule_errors import AppealNotFound
from foundation.web import Asked, Routes
from identity import access
from identity.access import Profile, Role, StaffMember
from identity.errors import NumberFault, RoleNeeded
from identity.idnumber import Identity, IdType
from identity.looks import Look

routes = Routes("限制与申诉", tag="console", error_page=page.refused)

Code = Annotated[str, Meta(min_length=1, max_length=20)]
Reason = Annotated[str, Meta(max_length=400)]


class Search(Asked):
    """`search`：预约码、限制编号或证件号码；证件号码不出现在网址中."""

    search: Annotated[str, Meta(max_length=40)] = ""


class Lifting(Asked):
    code: Code
    reason: Reason = ""


class Decision(Asked):
    appeal_id: Annotated[int, Meta(ge=1)]
    accept: bool
    reason: Reason = ""


class Papers(Asked):
    code: Code
    what: Annotated[str, Meta(max_length=200)] = ""


@dataclass(frozen=True)
class Line:
    """A sanction with its person, as far as staff see them, and what was done to it."""

    held: Held
    person: Profile | None
    deeds: list[deeds.Told]


@routes.page("/console/credit", access=STAFF)
async def inbox(request: Request, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.PLANNERS)
    return page.shown(request, "credit.html", who=who, **await _lists(who, ""))


@routes.page("/console/credit/lists", method="POST", access=STAFF)
async def lists(request: Request, form: Search, who: StaffMember) -> HTTPResponse:
    """Appeals to decide and the list, for the page that is open or after a search."""
    access.require(who, *scope.PLANNERS)
    template = "_credit_lists.html" if page.is_part(request) else "credit.html"
    return page.shown(request, template, who=who, **await _lists(who, form.search))


@routes.page("/console/credit/lift", method="POST", access=STAFF)
async def lift(request: Request, form: Lifting, who: StaffMember) -> HTTPResponse:
    _require(who, await credit.find(code=form.code))
    await sanctions.lift(code=form.code, by=who.actor, reason=form.reason)
    return page.done(request, "限制已解除，本人可以立即预约，所依据的预约不再计入。")


@routes.page("/console/credit/decide", method="POST", access=STAFF)
async def decide(request: Request, form: Decision, who: StaffMember) -> HTTPResponse:
    held = await credit.of_appeal(form.appeal_id)
    if held is None:
        raise AppealNotFound
    _require(who, held)
    await appeals.decide(appeal_id=form.appeal_id, accept=form.accept, reason=form.reason, by=who.actor)
    return page.done(request, "申诉已通过，限制解除。" if form.accept else "申诉已驳回，处理意见已告知本人。")


@routes.page("/console/credit/exempt", method="POST", access=STAFF)
async def exempt(request: Request, form: Lifting, who: StaffMember) -> HTTPResponse:
    held = await booking.find(code=form.code, for_=who.actor)
    access.require(who, *scope.PLANNERS, hall_path=held.hall_path)
    await exemptions.grant(code=held.code, by=who.actor, reason=form.reason)
    return page.done(request, f"预约 {held.code} 不再计入任何规则。")


@routes.page("/console/credit/papers", method="POST", access=STAFF)
async def papers(request: Request, form: Papers, who: StaffMember) -> HTTPResponse:
    held = await booking.find(code=form.code, for_=who.actor)
    access.require(who, *scope.DESK, hall_path=held.hall_path)
    await exemptions.note_missing_papers(code=held.code, what=form.what, by=who.actor)
    return page.done(request, f"已为预约 {held.code} 登记缺少材料。")


async def _lists(who: StaffMember, search: str) -> dict[str, Any]:
    within = _paths(who)
    identity = _identity(search)
    found = await credit.listed(within=within, search="" if identity else search, identity=identity)
    to_decide = [] if search.strip() else await credit.appealed(within=within)
    elsewhere = {one.id for one in to_decide}
    found = [one for one in found if one.id not in elsewhere]
    whose = {one.citizen_id for one in (*found, *to_decide)}
    known = await access.profiles(whose, seen_by=who.actor, what=Look.CREDIT, why="处理限制与申诉")
    return {
        "search": "" if identity else search,
        "searched": bool(search.strip()),
        "appeals": [await _line(one, known) for one in to_decide],
        "lines": [await _line(one, known) for one in found],
    }


async def _line(one: Held, known: dict[int, Profile]) -> Line:
    return Line(one, known.get(one.citizen_id), await deeds.of_subjects([f"sanction:{one.id}"]))


def _identity(search: str) -> Identity | None:
    """The number of a document, if it is one."""
    for kind in (IdType.ID_CARD, IdType.HMT_PERMIT, IdType.RESIDENCE):
        try:
            return Identity(kind, search)
        except NumberFault:
            continue
    return None


def _paths(who: StaffMember, roles: Sequence[Role] = scope.PLANNERS) -> set[str]:
    return {path for role in roles for path in who.hall_paths(role)}


def _require(who: StaffMember, held: Held) -> None:
    """A sanction is theirs when all it stands on happened in their halls. Raises RoleNeeded."""
    if not sanctions.within(_paths(who), held.halls):
        raise RoleNeeded(detail={"roles": [access.ROLE_NAMES[role] for role in scope.PLANNERS]})
