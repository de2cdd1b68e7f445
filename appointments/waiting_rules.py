"""候补与冷却规则: per type, whether people may wait, how long an offer stands, and how cancelled places cool.

Without a rule: people may wait, an offer stands for 30 minutes, and a cancelled place is everybody's at once.
"""

from dataclasses import asdict, dataclass
from typing import Literal

from appointments import types
from appointments.errors import WaitingRuleInvalid
from appointments.waiting_models import WaitingRule
from foundation import audit, database
from foundation.actor import Actor

Cooling = Literal["off", "random", "next_release"]
COOLINGS = ("off", "random", "next_release")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """`cooling`: ``off``; ``random``, back within the least to most minutes; ``next_release``, with the next batch."""

    waitlist: bool = True
    offer_minutes: int = 30
    cooling: Cooling = "off"
    cooling_least_minutes: int = 10
    cooling_most_minutes: int = 120


async def of(type_id: int) -> Rule:
    row = await WaitingRule.get_or_none(type_id=type_id)
    return Rule(**{name: getattr(row, name) for name in asdict(Rule())}) if row else Rule()


async def change(*, type_id: int, rule: Rule, by: Actor) -> None:
    """Holds for places given back from now on. Raises TypeNotFound, WaitingRuleInvalid with every fault."""
    faults = _faults(rule)
    if faults:
        raise WaitingRuleInvalid(detail=faults)
    async with database.transaction():
        await types.find(type_id=type_id)
        await WaitingRule.update_or_create({**asdict(rule), "set_by": str(by)}, type_id=type_id)
        subject = f"appointment_type:{type_id}"
        await audit.record("waiting_rule.changed", subject=subject, by=by, detail=asdict(rule))


def _faults(rule: Rule) -> list[str]:
    faults = []
    if not 5 <= rule.offer_minutes <= 1440:
        faults.append("候补确认时限应为 5 至 1440 分钟")
    if rule.cooling not in COOLINGS:
        faults.append("冷却方式应为 off、random 或 next_release")
    if not 0 <= rule.cooling_least_minutes <= rule.cooling_most_minutes <= 2880:
        faults.append("冷却时间应由短到长，在 0 至 2880 分钟之间")
    return faults
