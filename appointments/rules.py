"""规则: booking rules as rows. A change is a new version; the old one stays, for the sanctions that stand on it."""

from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from appointments import counting
from appointments.rule_errors import RuleNotFound
from appointments.rule_models import BookingRule
from foundation import audit, database
from foundation.actor import Actor

# Whoever makes a version of a rule does so alone.
LOCK_RULE = "select pg_advisory_xact_lock(hashtextextended('booking_rule:' || $1, 1))"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What a rule says; the words are those of `rule_words`."""

    name: str
    subject: str = "person"
    event: str
    period: str
    period_days: int = 0
    basis: str = "visit"
    per: str = ""
    threshold: int
    late_hours: int = 24
    hall_path: str = ""
    type_id: int | None = None
    sanction: str = "refuse"
    sanction_days: int = 0


FIELDS = tuple(one.name for one in fields(Rule))


async def set_threshold(*, code: str, threshold: int, by: Actor) -> None:
    """From now on another number in a rule that is in force."""
    async with database.transaction() as tx:
        await tx.execute(LOCK_RULE, code)
        row = await tx.fetchrow(f"select r.* from ({counting.RULES}) r where r.code = $1", code)
        if row is None:
            raise RuleNotFound
        kept = {name: row[name] for name in FIELDS if name in row.keys()}
        await _new_version(code, Rule(**{**kept, "threshold": threshold}), starts=await _now(), by=by)


async def _now() -> datetime:
    """By the database's clock, as rules are read."""
    now: datetime = await database.joined().fetchval("select clock_timestamp()")
    return now


async def _new_version(code: str, rule: Rule, *, starts: datetime, by: Actor) -> BookingRule:
    """Within a transaction: the versions of `code` end when this one begins."""
    tx = database.joined()
    await tx.execute(
        """update booking_rule set effective_until = greatest(effective_from, $2)
            where code = $1 and (effective_until is null or effective_until > $2)""",
        code,
        starts,
    )
    version = 1 + await BookingRule.filter(code=code).count()
    made = await BookingRule.create(
        code=code, version=version, effective_from=starts, created_by=str(by), **asdict(rule)
    )
    detail: dict[str, Any] = {"version": version, "effective_from": starts, **asdict(rule)}
    await audit.record("booking_rule.written", subject=f"booking_rule:{code}", by=by, detail=detail)
    return made
