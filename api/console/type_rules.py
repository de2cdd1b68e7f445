"""业务规则: how a business is released, who may come, until when; whether people may wait for its places."""

from typing import Annotated, Any, Literal

from msgspec import Meta, structs
from sanic import HTTPResponse, Request

from api.console import deeds, page, proposals, scope
from api.console.desk import RowId
from api.console.staff_session import STAFF
from appointments import fees, slots, type_rules, waiting_rules
from appointments.changes import NewRules
from appointments.fees import Fee
from appointments.models import AppointmentType
from appointments.type_rules import Rules
from appointments.waiting_rules import Rule
from foundation import money
from foundation.web import Asked, Routes
from identity.access import StaffMember

routes = Routes("业务规则", tag="console", error_page=page.refused)

Number = Annotated[int, Meta(ge=0, le=100_000)]
COOLINGS = {"off": "立即放出", "random": "随机时刻放出", "next_release": "随下一批放出"}


class RulesWanted(Asked):
    hall: Annotated[str, Meta(max_length=20)] = ""
    type_id: RowId | None = None


class RulesForm(Asked):
    """As `appointments.type_rules.Rules`; `pool`：综合窗口，空为自己的号源."""

    type_id: RowId
    release_workdays: Number
    release_time: Annotated[str, Meta(max_length=5)]
    release_mode: Literal["fixed", "staggered", "draw"]
    stagger_minutes: Number
    stagger_batches: Number
    close_minutes: Number
    cancel_minutes: Number
    check_in_early_minutes: Number
    check_in_late_minutes: Number
    audience: Literal["all", "personal", "company"]
    party_most: Number
    slots_needed: Number
    share_back_workdays: Number
    pool: Annotated[str, Meta(pattern=r"^[0-9]{0,18}$")] = ""
    real_name_needed: bool = False

    def rules(self) -> Rules:
        given: dict[str, Any] = structs.asdict(self)
        pool = given.pop("pool")
        del given["type_id"]
        return Rules(**given, pool_id=int(pool) if pool else None)


class WaitingForm(Asked):
    type_id: RowId
    offer_minutes: Number
    cooling: Literal["off", "random", "next_release"]
    cooling_least_minutes: Number
    cooling_most_minutes: Number
    waitlist: bool = False

    def rule(self) -> Rule:
        given = structs.asdict(self)
        del given["type_id"]
        return Rule(**given)


class FeeForm(Asked):
    """`yuan`：空为不收费."""

    type_id: RowId
    yuan: Annotated[str, Meta(max_length=16)] = ""
    exec_unit_code: Annotated[str, Meta(max_length=80)] = ""
    exec_unit_name: Annotated[str, Meta(max_length=120)] = ""
    exec_item_code: Annotated[str, Meta(max_length=80)] = ""
    exec_item_name: Annotated[str, Meta(max_length=120)] = ""

    def fee(self) -> Fee | None:
        given = structs.asdict(self)
        del given["type_id"]
        amount = given.pop("yuan").strip()
        return Fee(**given, amount_fen=money.fen(amount)) if amount else None


@routes.page("/console/types", access=STAFF)
async def types(request: Request, query: RulesWanted, who: StaffMember) -> HTTPResponse:
    hall, theirs = await scope.chosen(who, scope.PLANNERS, query.hall)
    businesses = await slots.types(hall_code=hall.code)
    of = None
    if query.type_id or businesses:
        of = await scope.type_of(who, scope.PLANNERS, query.type_id or businesses[0].id)
    return page.shown(
        request, "types.html", who=who, hall=hall, halls=theirs, types=businesses, of=of,
        audiences=type_rules.AUDIENCES, modes=type_rules.RELEASE_MODES, coolings=COOLINGS, numbers=type_rules.NUMBERS,
        **(await _shown(of) if of else {}),
    )  # fmt: skip


@routes.page("/console/types/beside", access=STAFF)
async def beside(request: Request, query: RulesWanted, who: StaffMember) -> HTTPResponse:
    """Who did what, for the page that is open."""
    of = await scope.type_of(who, scope.PLANNERS, query.type_id or 0)
    return page.shown(request, "_history.html", deeds=await deeds.of_type(of.id))


@routes.page("/console/types/rules", method="POST", access=STAFF)
async def rules(request: Request, form: RulesForm, who: StaffMember) -> HTTPResponse:
    return await proposals.preview(request, NewRules(type_id=form.type_id, rules=form.rules()), who)


@routes.page("/console/types/waiting", method="POST", access=STAFF)
async def waiting(request: Request, form: WaitingForm, who: StaffMember) -> HTTPResponse:
    of = await scope.type_of(who, scope.PLANNERS, form.type_id)
    await waiting_rules.change(type_id=of.id, rule=form.rule(), by=who.actor)
    return page.done(request, "候补与冷却规则已保存，对今后退回的名额有效。")


@routes.page("/console/types/fee", method="POST", access=STAFF)
async def fee(request: Request, form: FeeForm, who: StaffMember) -> HTTPResponse:
    of = await scope.type_of(who, scope.PLANNERS, form.type_id)
    await fees.change(type_id=of.id, fee=form.fee(), by=who.actor)
    return page.done(request, "预约收费已保存，对今后的预约有效。")


async def _shown(of: AppointmentType) -> dict[str, Any]:
    return {
        "rules": type_rules.of(of),
        "pools": await type_rules.pools_for(of),
        "waiting": await waiting_rules.of(of.id),
        "fee": await fees.of(of.id),
        "deeds": await deeds.of_type(of.id),
    }
