"""变更预览与应用: what a change would do, who is affected, and what becomes of each; then, as shown, it is done."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import Meta
from sanic import HTTPResponse, Request, redirect

from api.console import deeds, page, scope
from api.console.desk import RowId
from api.console.staff_session import STAFF
from appointments import changes, proposal
from appointments.changes import Known
from appointments.choices import WHATS, Choice
from appointments.proposal_body import PERSONS_SHOWN
from appointments.proposal_models import Proposal
from appointments.shares import NAMES as SHARES
from foundation.web import Asked, Routes
from identity import access
from identity.access import Role, StaffMember

routes = Routes("变更预览", tag="console", error_page=page.refused)

KINDS = {"added": "新增", "changed": "调整", "removed": "取消"}
WHYS = {"removed": "时段取消", "over": "超出号数"}

Picked = Annotated[str, Meta(pattern=r"^[0-9]{1,18}:(keep|move|cancel)?$")]
Target = Annotated[str, Meta(pattern=r"^[0-9]{1,18}:([0-9T:.+-]{16,40}\|(public|priority|staff))?$")]


class Decisions(Asked):
    """`choice` holds ``appointment:what``, `target` ``appointment:moment|share``; nothing after the colon is unsaid."""

    otherwise: Literal["", "keep", "move", "cancel"] = ""
    reason: Annotated[str, Meta(max_length=200)] = ""
    choice: Annotated[list[Picked], Meta(max_length=PERSONS_SHOWN)] = []
    target: Annotated[list[Target], Meta(max_length=PERSONS_SHOWN)] = []

    def choices(self) -> dict[int, Choice]:
        """What was said of single persons; a time without a choice means to move there."""
        targets = dict(_split(self.target))
        whats = dict(_split(self.choice))
        return {number: _choice(whats.get(number, "move"), targets.get(number)) for number in {**targets, **whats}}


def _split(said: Sequence[str]) -> list[tuple[int, str]]:
    return [(int(number), what) for number, _, what in (one.partition(":") for one in said) if what]


def _choice(what: str, target: str | None) -> Choice:
    if what != "move" or not target:
        return Choice(what)  # type: ignore[arg-type]
    moment, _, share = target.partition("|")
    return Choice("move", datetime.fromisoformat(moment), share)


async def preview(request: Request, change: Known, who: StaffMember) -> HTTPResponse:
    """Propose, and go to the page that shows it. Raises what the change raises, RoleNeeded for another's hall."""
    hall = await changes.hall_of(change)
    _may(who, hall.path if hall else None)
    made = await proposal.propose(change, by=who.actor)
    return gone_to(request, f"/console/proposals/{made.id}")


def gone_to(request: Request, address: str) -> HTTPResponse:
    """The browser goes on to `address`, whether htmx sent the form or not."""
    if page.is_part(request):
        return HTTPResponse(status=200, headers={"HX-Redirect": address, "Cache-Control": "no-store"})
    return redirect(address, status=303)


@routes.page("/console/proposals/<proposal_id>", access=STAFF)
async def show(request: Request, proposal_id: RowId, who: StaffMember) -> HTTPResponse:
    shown = await _theirs(proposal_id, who)
    values: dict[str, Any] = {"hall": shown.hall} if shown.hall else {}
    return page.shown(
        request, "proposal.html", who=who, proposal=shown, body=_readable(shown), shares=SHARES, kinds=KINDS,
        whys=WHYS, whats=WHATS, singly=PERSONS_SHOWN, done=_done(shown), reason=_reason(shown),
        names=await deeds.names_of([shown.made_by, shown.applied_by]), back=page.came_from(request), **values,
    )  # fmt: skip


@routes.page("/console/proposals/<proposal_id>/apply", method="POST", access=STAFF)
async def apply(request: Request, proposal_id: RowId, form: Decisions, who: StaffMember) -> HTTPResponse:
    await _theirs(proposal_id, who)
    otherwise = Choice(form.otherwise) if form.otherwise else None
    await proposal.apply(
        proposal_id=proposal_id, by=who.actor, choices=form.choices(), otherwise=otherwise, reason=form.reason
    )
    return gone_to(request, f"/console/proposals/{proposal_id}")


async def _theirs(proposal_id: int, who: StaffMember) -> Proposal:
    shown = await proposal.find(proposal_id)
    _may(who, shown.hall.path if shown.hall else None)
    return shown


def _may(who: StaffMember, hall_path: str | None) -> None:
    """A change of the whole city is the administrator's."""
    if hall_path is None:
        access.require(who, Role.ADMIN, hall_path="")
    else:
        access.require(who, *scope.PLANNERS, hall_path=hall_path)


def _readable(shown: Proposal) -> dict[str, Any]:
    """The body with its moments as moments."""
    body: dict[str, Any] = dict(shown.body)
    body["slots"] = [_with_moments(one) for one in body["slots"]]
    body["persons"] = [_with_moments(one) for one in body["persons"]]
    for one in body["persons"]:
        one["options"] = [{**_with_moments(option), "value": _value(option)} for option in one["options"]]
    return body


def _with_moments(one: dict[str, Any]) -> dict[str, Any]:
    return {name: datetime.fromisoformat(value) if name.endswith("_at") else value for name, value in one.items()}


def _value(option: dict[str, Any]) -> str:
    return f"{option['starts_at']}|{option['share']}"


def _reason(shown: Proposal) -> str:
    """What was said when it was proposed; for the people it may be said otherwise."""
    change: dict[str, Any] = shown.change
    return str(change.get("reason") or change.get("special", {}).get("reason", ""))


def _done(shown: Proposal) -> dict[str, int]:
    """What was decided for how many, once it was applied."""
    whats = list(shown.choices.values())
    return {name: whats.count(what) for what, name in WHATS.items() if what in whats}
