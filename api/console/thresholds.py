"""回答界线: from where on a knowledge base answers and asks back, and what others would do to the labelled set."""

from typing import Annotated

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import bases, charts, deeds, page
from api.console.charts import Chart
from api.console.desk import RowId
from api.console.scope import AUTHORS
from api.console.staff_session import STAFF
from assistant import knowledge_bases, threshold_effect, thresholds
from assistant.confidence import Band
from assistant.threshold_effect import BINS, ThresholdEffect
from foundation.web import Asked, Routes
from identity import access
from identity.access import StaffMember

routes = Routes("回答界线", tag="console", error_page=page.refused)

BANDS = {Band.ANSWER: "回答", Band.ASK_BACK: "反问", Band.UNKNOWN: "不知道"}
Line = Annotated[float, Meta(ge=0, le=1)]
Number = Annotated[int, Meta(ge=0)]
Reason = Annotated[str, Meta(max_length=200)]


class Tried(Asked):
    """`seen`：打开页面时最近一次调整的序号."""

    answer_from: Line
    ask_from: Line
    seen: Number = 0
    reason: Reason = ""


class Inherit(Asked):
    seen: Number
    reason: Reason = ""


class Revert(Asked):
    seen: Number
    number: Annotated[int, Meta(ge=1)]


@routes.page("/console/bases/<base_id>/thresholds", access=STAFF)
async def shown(request: Request, base_id: RowId, who: StaffMember) -> HTTPResponse:
    access.require(who, *AUTHORS)
    base = await knowledge_bases.find(base_id)
    history = await thresholds.history(base_id)
    return page.shown(
        request, "thresholds.html", who=who, base=base, history=history, seen=history[0].number if history else 0,
        own=bool(history and thresholds.bands_of(history[0])), bands=await threshold_effect.holding(base.code),
        mine=bases.may_write(who, base), deeds=await deeds.of_subjects([knowledge_bases.subject(base_id)]),
    )  # fmt: skip


@routes.page("/console/bases/<base_id>/thresholds/preview", method="POST", access=STAFF)
async def preview(request: Request, base_id: RowId, form: Tried, who: StaffMember) -> HTTPResponse:
    """What the labelled set would be answered; nothing is kept."""
    access.require(who, *AUTHORS)
    base = await knowledge_bases.find(base_id)
    tried = thresholds.checked(form.answer_from, form.ask_from)
    effect = await threshold_effect.of_bands(base.code, tried)
    return page.shown(request, "_threshold_effect.html", effect=effect, names=BANDS, charts=_charts(effect))


@routes.page("/console/bases/<base_id>/thresholds", method="POST", access=STAFF)
async def save(request: Request, base_id: RowId, form: Tried, who: StaffMember) -> HTTPResponse:
    await bases.require(who, base_id)
    await thresholds.set_bands(
        base_id=base_id, answer_from=form.answer_from, ask_from=form.ask_from, seen=form.seen, reason=form.reason,
        by=who.actor,
    )  # fmt: skip
    return page.onward(request, f"/console/bases/{base_id}/thresholds")


@routes.page("/console/bases/<base_id>/thresholds/inherit", method="POST", access=STAFF)
async def inherit(request: Request, base_id: RowId, form: Inherit, who: StaffMember) -> HTTPResponse:
    await bases.require(who, base_id)
    await thresholds.inherit(base_id=base_id, seen=form.seen, reason=form.reason, by=who.actor)
    return page.onward(request, f"/console/bases/{base_id}/thresholds")


@routes.page("/console/bases/<base_id>/thresholds/revert", method="POST", access=STAFF)
async def revert(request: Request, base_id: RowId, form: Revert, who: StaffMember) -> HTTPResponse:
    await bases.require(who, base_id)
    await thresholds.revert(base_id=base_id, number=form.number, seen=form.seen, by=who.actor)
    return page.onward(request, f"/console/bases/{base_id}/thresholds")


def _charts(effect: ThresholdEffect) -> list[Chart]:
    """How sure the bot is, by tenths: a good line has the first questions to its right, the second to its left."""
    drawn = [("应当回答的题，按把握", effect.answerable), ("应当说没有的题，按把握", effect.others)]
    return [
        charts.upright(title, [(f"{tenth / BINS:.1f} 起", float(count)) for tenth, count in enumerate(counts)])
        for title, counts in drawn
    ]
