"""候补: who waits for which slot, which offers stand, and by which rule people of a business wait."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import page, scope
from api.console.dated import Dated
from api.console.desk import RowId
from api.console.staff_session import STAFF
from appointments import slots, waiters, waiting_rules
from appointments.waiting_rules import Rule
from foundation.web import Asked, Routes
from identity.access import StaffMember

routes = Routes("候补", tag="console", error_page=page.refused)

COOLINGS = {"off": "立即放出", "random": "随机时间后放出", "next_release": "随下一批放号放出"}
Minutes = Annotated[int, Meta(ge=0, le=10_000)]


class WaitlistWanted(Dated):
    """`day` 为空即今天起的全部日期；`type_id` 为 0 即全部业务."""

    hall: Annotated[str, Meta(max_length=20)] = ""
    day: date | None = None
    type_id: Annotated[int, Meta(ge=0)] = 0


class NewRule(Asked):
    type_id: RowId
    offer_minutes: Minutes
    cooling_least_minutes: Minutes
    cooling_most_minutes: Minutes
    cooling: Literal["off", "random", "next_release"]
    waitlist: bool = False


@routes.page("/console/waitlist", access=STAFF)
async def shown(request: Request, query: WaitlistWanted, who: StaffMember) -> HTTPResponse:
    of = await scope.type_of(who, scope.DESK, query.type_id) if query.type_id else None
    hall, theirs = await scope.chosen(who, scope.DESK, of.hall.code if of else query.hall)
    queues = await waiters.of_hall(hall_code=hall.code, day=query.day, type_id=query.type_id)
    return page.shown(
        request, "_waitlist.html" if page.is_part(request) else "waitlist.html", who=who, hall=hall, halls=theirs,
        of=of, day=query.day, types=await slots.types(hall_code=hall.code), queues=queues,
        waiting=sum(one.state == "waiting" for queue in queues for one in queue.waiters),
        offered=sum(one.state == "offered" for queue in queues for one in queue.waiters),
        cooling=sum(queue.cooling for queue in queues),
        rules=await waiters.rules(hall_code=hall.code), coolings=COOLINGS,
        plans=any(who.may(role, hall.path) for role in scope.PLANNERS),
    )  # fmt: skip


@routes.page("/console/waitlist/rule", method="POST", access=STAFF)
async def change(request: Request, form: NewRule, who: StaffMember) -> HTTPResponse:
    of = await scope.type_of(who, scope.PLANNERS, form.type_id)
    rule = Rule(
        waitlist=form.waitlist, offer_minutes=form.offer_minutes, cooling=form.cooling,
        cooling_least_minutes=form.cooling_least_minutes, cooling_most_minutes=form.cooling_most_minutes,
    )  # fmt: skip
    await waiting_rules.change(type_id=of.id, rule=rule, by=who.actor)
    return page.done(request, f"已保存“{of.name}”的候补规则，对今后退回的名额生效。")
