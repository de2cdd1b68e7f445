"""规则: booking rules as rows. A change is a new version; the old one stays, for the sanctions that stand on it."""

import re
from collections.abc import Collection
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any

from appointments import counting, rule_words
from appointments.errors import ReasonNeeded
from appointments.models import AppointmentType
from appointments.rule_errors import RuleCodeTaken, RuleInvalid, RuleNotFound
from appointments.rule_models import BookingRule
from appointments.rule_words import Rule
from catalogue.models import Hall
from foundation import audit, clock, database
from foundation.actor import Actor

CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
FARTHEST = timedelta(days=366)
FIELDS = tuple(one.name for one in fields(Rule))

# Whoever makes a version of a rule does so alone.
LOCK_RULE = "select pg_advisory_xact_lock(hashtextextended('booking_rule:' || $1, 1))"


@dataclass(frozen=True, kw_only=True)
class Version:
    """One version of a rule; `version` 0 is what holds without a row. `where` names its hall or business."""

    code: str
    version: int
    rule: Rule
    where: str
    effective_from: datetime | None
    effective_until: datetime | None
    created_by: str
    begun: bool
    over: bool
    sanctions: int

    @property
    def sentence(self) -> str:
        return rule_words.sentence(self.rule)


@dataclass(frozen=True)
class Place:
    """Where a rule can hold: a subtree of halls, or one business."""

    name: str
    hall_path: str
    type_id: int | None


READ = """
select r.*, coalesce(t.name || '（' || th.name || '）', h.name, '全市') as where,
       r.effective_from <= statement_timestamp() as begun,
       coalesce(r.effective_until <= greatest(r.effective_from, statement_timestamp()), false) as over,
       (select count(*)::int from sanction s where s.rule_id = r.id) as sanctions
  from booking_rule r left join hall h on h.path = r.hall_path and r.hall_path <> ''
  left join appointment_type t on t.id = r.type_id left join hall th on th.id = t.hall_id
"""


async def create(*, code: str = "", rule: Rule, by: Actor, effective_from: date | None = None) -> BookingRule:
    """A new rule, from now on or from the beginning of a day to come; without a `code` it gets a speaking one.

    Raises RuleInvalid with every fault, RuleCodeTaken.
    """
    found = [] if not code or CODE.fullmatch(code) else ["编号为 1 至 40 位小写字母、数字、下划线或连字符"]
    async with database.transaction() as tx:
        rule = await _sound(rule, effective_from, found)
        await tx.execute(LOCK_RULE, code)  # those without one take their turns as well
        code = code or await _free_code(rule)
        if await BookingRule.exists(code=code) or code in {one[0] for one in counting.DEFAULTS}:
            raise RuleCodeTaken
        return await _new_version(code, rule, starts=await _start(effective_from), by=by)


async def _free_code(rule: Rule) -> str:
    """``booked-week``, ``booked-week-2`` …"""
    like = f"{rule.event}-{rule.period}".replace("_", "-")
    taken = {one.code for one in await BookingRule.filter(code__startswith=like)}
    return next(one for n in count(1) if (one := like if n == 1 else f"{like}-{n}") not in taken)


async def change(*, code: str, rule: Rule, by: Actor, effective_from: date | None = None) -> BookingRule:
    """A new version; the ones before end when it begins. What was counted already goes on being counted.

    Raises RuleNotFound, RuleInvalid with every fault.
    """
    async with database.transaction() as tx:
        rule = await _sound(rule, effective_from, [])
        await tx.execute(LOCK_RULE, code)
        if not await _known(code):
            raise RuleNotFound
        return await _new_version(code, rule, starts=await _start(effective_from), by=by)


async def set_threshold(*, code: str, threshold: int, by: Actor) -> None:
    """From now on another number in a rule that is in force. Raises RuleNotFound.

    A rule without a name of its own is called by its new sentence.
    """
    async with database.transaction() as tx:
        await tx.execute(LOCK_RULE, code)
        row = await tx.fetchrow(f"select r.* from ({counting.RULES}) r where r.code = $1", code)
        if row is None:
            raise RuleNotFound
        rule, changed = _rule(row), replace(_rule(row), threshold=threshold)
        if rule.name == rule_words.sentence(rule):
            changed = replace(changed, name=rule_words.sentence(changed))
        await _new_version(code, changed, starts=await _start(None), by=by)


async def retire(*, code: str, by: Actor, reason: str) -> None:
    """The rule ends now, and no version of it begins later; sanctions it led to run on. Again is harmless.

    Raises RuleNotFound, ReasonNeeded.
    """
    if not reason.strip():
        raise ReasonNeeded
    async with database.transaction() as tx:
        await tx.execute(LOCK_RULE, code)
        if not await _known(code):
            raise RuleNotFound
        if not await BookingRule.exists(code=code):  # a limit of every city gets a row that is over
            row = await tx.fetchrow(f"select r.* from ({counting.RULES}) r where r.code = $1", code)
            await _new_version(code, _rule(row), starts=await _start(None), by=by)
        ended = await tx.fetch(
            """update booking_rule set effective_until = greatest(effective_from, clock_timestamp())
                where code = $1 and (effective_until is null or effective_until > clock_timestamp()) returning id""",
            code,
        )
        if ended:
            await audit.record("booking_rule.retired", subject=f"booking_rule:{code}", by=by, reason=reason)


async def listed() -> list[Version]:
    """Every rule that holds or will: the present and coming versions, by code."""
    rows = await database.fetch(f"{READ} order by r.code, r.version")
    known = {row["code"] for row in rows}
    unwritten = [one for one in await _unwritten() if one.code not in known]
    open_ones = [_version(row) for row in rows if not row["over"]]
    return sorted(unwritten + open_ones, key=lambda one: (one.code, one.version))


async def versions(code: str) -> list[Version]:
    """All versions of a rule, the latest first. Raises RuleNotFound."""
    rows = await database.fetch(f"{READ} where r.code = $1 order by r.version desc", code)
    found = [_version(row) for row in rows] or [one for one in await _unwritten() if one.code == code]
    if not found:
        raise RuleNotFound
    return found


async def places(*, within: Collection[str]) -> list[Place]:
    """The halls and the businesses under the hall paths `within`, in the order of the tree."""
    rows = await database.fetch(
        """select p.name, p.hall_path, p.type_id from (
             select h.name, h.path as hall_path, null::bigint as type_id from hall h where h.active
              union all
             select h.name || ' · ' || t.name, h.path, t.id
               from appointment_type t join hall h on h.id = t.hall_id where t.active and h.active) p
            where exists (select from unnest($1::text[]) as w (path) where starts_with(p.hall_path, w.path))
            order by p.type_id is not null, p.hall_path, p.name""",
        list(within),
    )
    return [Place(**row) for row in rows]


async def _unwritten() -> list[Version]:
    rows = await database.fetch(f"select r.* from ({counting.RULES}) r where r.id is null")
    return [
        Version(
            code=row["code"], version=0, rule=_rule(row), where="全市", effective_from=None, effective_until=None,
            created_by="", begun=True, over=False, sanctions=0,
        )
        for row in rows
    ]  # fmt: skip


async def _known(code: str) -> bool:
    return code in {one[0] for one in counting.DEFAULTS} or await BookingRule.exists(code=code)


async def _sound(rule: Rule, effective_from: date | None, found: list[str]) -> Rule:
    """The rule with its name. Raises RuleInvalid with every fault."""
    found = [*found, *rule_words.faults(rule)]
    if rule.type_id is not None and not await AppointmentType.exists(id=rule.type_id, active=True):
        found.append("没有这项预约业务，或已停止预约")
    if rule.hall_path and not await Hall.exists(path=rule.hall_path, active=True):
        found.append("没有这个大厅")
    if effective_from and not clock.today() <= effective_from <= clock.today() + FARTHEST:
        found.append("生效日期应在今天至一年以内")
    if found:
        raise RuleInvalid(detail=found)
    return replace(rule, name=rule.name.strip() or rule_words.sentence(rule))


async def _start(day: date | None) -> datetime:
    """When a version begins, by the database's clock, as rules are read: now, or when a day to come begins."""
    now: datetime = await database.joined().fetchval("select clock_timestamp()")
    return max(now, datetime.combine(day, time(), clock.SHANGHAI)) if day else now


async def _new_version(code: str, rule: Rule, *, starts: datetime, by: Actor) -> BookingRule:
    """Within a transaction: the versions of `code` end when this one begins."""
    await database.joined().execute(
        """update booking_rule set effective_until = greatest(effective_from, $2)
            where code = $1 and (effective_until is null or effective_until > $2)""",
        code,
        starts,
    )
    version = 1 + await BookingRule.filter(code=code).count()
    made = await BookingRule.create(
        code=code, version=version, effective_from=starts, created_by=str(by), **asdict(rule)
    )
    said = f"{clock.shanghai(starts):%Y-%m-%d %H:%M}"
    detail: dict[str, Any] = {"version": version, "effective_from": said, **asdict(rule)}
    await audit.record("booking_rule.written", subject=f"booking_rule:{code}", by=by, detail=detail)
    return made


def _rule(row: Any) -> Rule:
    return Rule(**{name: row[name] for name in FIELDS})


def _version(row: Any) -> Version:
    named = {one.name: row[one.name] for one in fields(Version) if one.name != "rule"}
    return Version(rule=_rule(row), **named)
