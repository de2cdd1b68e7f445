"""预约规则: the rules in force and to come, an editor whose saving makes a new version, and the end of a rule."""

from typing import Annotated, Any

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import deeds, page, scope
from api.console.rule_form import RuleCode, RuleForm, rule_of, value_of
from api.console.staff_session import STAFF
from appointments import rule_words, rules, types
from appointments.rule_words import Rule
from appointments.rules import Version
from foundation import clock
from foundation.web import Asked, Routes
from identity import access
from identity.access import StaffMember

routes = Routes("预约规则", tag="console", error_page=page.refused)

BLANK = Rule(event="booked", period="week", threshold=2)
WORDS = {
    "subject": rule_words.SUBJECTS,
    "event": rule_words.EVENTS,
    "period": rule_words.PERIODS,
    "basis": rule_words.BASES,
    "per": rule_words.PER,
    "sanction": rule_words.SANCTIONS,
}


class RuleWanted(Asked):
    code: Annotated[str, Meta(max_length=40)] = ""


class Retirement(Asked):
    code: RuleCode
    reason: Annotated[str, Meta(max_length=200)] = ""


@routes.page("/console/rules", access=STAFF)
async def form(request: Request, query: RuleWanted, who: StaffMember) -> HTTPResponse:
    """All rules are seen by whoever plans; the editor is filled with the one asked for."""
    access.require(who, *scope.PLANNERS)
    latest = (await rules.versions(query.code))[0] if query.code else None
    places = await rules.places(within={path for role in scope.PLANNERS for path in who.hall_paths(role)})
    return page.shown(
        request, "rules.html", who=who, code=query.code, known=latest is not None, words=WORDS,
        rule=latest.rule if latest else BLANK, place=value_of(latest.rule) if latest else "",
        places=[(value_of(one), one.name) for one in places], everywhere=_may_everywhere(who),
        may_change=latest is None or await _may_change(who, latest.rule), **await _lists(query.code),
    )  # fmt: skip


@routes.page("/console/rules/lists", access=STAFF)
async def lists(request: Request, query: RuleWanted, who: StaffMember) -> HTTPResponse:
    """The rules, the versions of one and who did what, for the page that is open."""
    access.require(who, *scope.PLANNERS)
    return page.shown(request, "_rule_lists.html", code=query.code, **await _lists(query.code))


@routes.page("/console/rules", method="POST", access=STAFF)
async def save(request: Request, form: RuleForm, who: StaffMember) -> HTTPResponse:
    said = rule_of(form)
    await _require(who, said)
    start = None if form.effective_from == clock.today() else form.effective_from
    if form.known:
        await _require(who, (await rules.versions(form.code))[0].rule)
        made = await rules.change(code=form.code, rule=said, by=who.actor, effective_from=start)
    else:
        made = await rules.create(code=form.code, rule=said, by=who.actor, effective_from=start)
    when = "即刻生效" if start is None else f"自 {start} 起生效"
    return page.done(request, f"已保存规则“{made.name}”第 {made.version} 版，{when}。")


@routes.page("/console/rules/retire", method="POST", access=STAFF)
async def retire(request: Request, form: Retirement, who: StaffMember) -> HTTPResponse:
    latest = (await rules.versions(form.code))[0]
    await _require(who, latest.rule)
    await rules.retire(code=form.code, by=who.actor, reason=form.reason)
    return page.done(request, f"规则“{latest.rule.name or latest.sentence}”已停用，已作出的限制不受影响。")


async def _lists(code: str) -> dict[str, Any]:
    listed = await rules.listed()
    shown = [code] if code else sorted({one.code for one in listed})
    versions: list[Version] = await rules.versions(code) if code else []
    return {
        "listed": listed,
        "versions": versions,
        "deeds": await deeds.of_subjects([f"booking_rule:{one}" for one in shown]),
    }


async def _require(who: StaffMember, rule: Rule) -> None:
    """Raises RoleNeeded unless the place of the rule is theirs; that of a rule for the whole city is the whole city."""
    access.require(who, *scope.PLANNERS, hall_path=await _hall_path(rule))


async def _may_change(who: StaffMember, rule: Rule) -> bool:
    path = await _hall_path(rule)
    return any(who.may(role, path) for role in scope.PLANNERS)


def _may_everywhere(who: StaffMember) -> bool:
    return any(who.may(role, "") for role in scope.PLANNERS)


async def _hall_path(rule: Rule) -> str:
    if rule.type_id is not None:
        return (await types.find(type_id=rule.type_id)).hall.path
    return rule.hall_path
