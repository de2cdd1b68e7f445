"""群发与公告: a notice to whoever subscribes to a hall, and how far each mass has come."""

import secrets
from typing import Annotated, Any

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import page, scope
from api.console.desk import HallCode, RowId
from api.console.staff_session import STAFF
from foundation.web import Asked, Routes
from identity import access
from identity.access import StaffMember
from notifications import ledger, mass, news_listeners
from notifications.kinds import CHANNELS
from notifications.mass_models import MassSend

routes = Routes("群发与公告", tag="console", error_page=page.refused)

STATES = {"spreading": "正在分发", "done": "已分发", "stopped": "已停止"}


class Notice(Asked):
    """`key`：页面给出的编号；同一页面重复提交只发一次."""

    hall: HallCode
    title: Annotated[str, Meta(max_length=60)]
    text: Annotated[str, Meta(max_length=300)]
    key: Annotated[str, Meta(pattern="^[0-9a-f]{16}$")]


class OneMass(Asked):
    mass_id: RowId
    reason: Annotated[str, Meta(max_length=100)] = ""


@routes.page("/console/messages/mass", access=STAFF)
async def masses(request: Request, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.PLANNERS)
    halls = await scope.halls_of(who, scope.PLANNERS)
    return page.shown(
        request, "messages_mass.html", who=who, halls=halls, key=secrets.token_hex(8), **await _shown(who)
    )


@routes.page("/console/messages/mass/list", access=STAFF)
async def again(request: Request, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.PLANNERS)
    return page.shown(request, "_messages_mass.html", **await _shown(who))


@routes.page("/console/messages/mass", method="POST", access=STAFF)
async def announce(request: Request, form: Notice, who: StaffMember) -> HTTPResponse:
    hall = await scope.hall_of(who, scope.PLANNERS, form.hall)
    await news_listeners.announce_at_hall(hall=hall, title=form.title, text=form.text, mark=form.key, by=who.actor)
    return page.done(request, f"已发布，正在分发给订阅{hall.short_name or hall.name}公告的人。")


@routes.page("/console/messages/mass/stop", method="POST", access=STAFF)
async def stop(request: Request, form: OneMass, who: StaffMember) -> HTTPResponse:
    """What has left cannot be called back; the rest stays here."""
    one = await mass.find(form.mass_id)
    access.require(who, *scope.PLANNERS, hall_path=one.hall_path)
    await mass.stop(mass_id=one.id, by=who.actor, reason=form.reason)
    return page.done(request, "已停止，未发出的不再发送。")


async def _shown(who: StaffMember) -> dict[str, Any]:
    rows = [(one, await mass.progress(one)) for one in await mass.latest()]
    return {
        "masses": [(progress, _may_stop(who, one)) for one, progress in rows],
        "mass_states": STATES, "states": ledger.STATES, "channels": CHANNELS,
    }  # fmt: skip


def _may_stop(who: StaffMember, one: MassSend) -> bool:
    return one.state == "spreading" and any(who.may(role, one.hall_path) for role in scope.PLANNERS)
