"""Who did what when, in the words of the house."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from appointments import history
from foundation import audit
from foundation.audit import Deed
from identity import access

ACTIONS = {
    "appointment_type.opened": "开通预约业务",
    "appointment_type.closed": "停止预约业务",
    "schedule.created": "保存排班",
    "slots.generated": "生成号源",
    "schedule_exception.added": "登记例外日",
    "schedule_exception.removed": "撤销例外日",
    "window.assigned": "设置窗口职责",
    "kiosk.set_up": "启用自助机",
    "kiosk.revoked": "停用自助机",
    "booking_rule.written": "保存预约规则",
    "booking_rule.retired": "停用预约规则",
    "sanction.made": "限制预约",
    "sanction.lifted": "解除限制",
    "appeal.filed": "提出申诉",
    "appeal.accepted": "通过申诉",
    "appeal.rejected": "驳回申诉",
}
DETAILS = {
    "version": "第 {} 版",
    "effective_from": "自 {} 生效",
    "start": "{} 起",
    "end": "至 {}",
    "added": "新增 {}",
    "changed": "调整 {}",
    "removed": "删除 {}",
    "withdrawn": "停约 {}",
    "day": "{}",
    "window": "{} 号窗口",
}


@dataclass(frozen=True)
class Told:
    """One deed as a line: when, by whom, what, and more of it."""

    at: datetime
    who: str
    what: str
    more: str


async def of_type(type_id: int) -> list[Told]:
    """The latest twenty around the schedule of a type."""
    return await _told(await history.of_type(type_id=type_id))


async def of_hall(hall_code: str) -> list[Told]:
    """The latest twenty around the windows and kiosks of a hall."""
    return await _told(await history.of_hall(hall_code=hall_code))


async def of_subjects(subjects: Collection[str]) -> list[Told]:
    """The latest twenty around these rules or sanctions."""
    return await _told(await audit.latest(subjects))


async def _told(found: list[Deed]) -> list[Told]:
    names = await access.staff_names([int(one.actor[6:]) for one in found if one.actor.startswith("staff:")])
    return [Told(one.at, _who(one.actor, names), ACTIONS.get(one.action, one.action), _more(one)) for one in found]


def _who(actor: str, names: dict[int, str]) -> str:
    kind, _, name = actor.partition(":")
    if kind == "staff":
        return names.get(int(name), "工作人员")
    return "本人" if kind == "citizen" else "系统"


def _more(deed: Deed) -> str:
    facts: dict[str, Any] = deed.detail
    told = [text.format(facts[name]) for name, text in DETAILS.items() if facts.get(name)]
    return "，".join([*told, *filter(None, [deed.reason])])
