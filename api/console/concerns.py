"""What the first page asks somebody to look at, as sentences with a way to where it is settled."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from appointments import closure_notices, credit, glance, types
from feedback import consultation_inbox, mark_list

TEXTS = {  # kind → the sentence and the page
    "out_of_step": ("{} 个号段的已约数与预约名单不一致，请联系系统管理员核对", "/console/day"),
    "orphaned": ("{} 个有效预约的号段已撤销，请联系预约人改约", "/console/left-over"),
    "over": ("{} 个号段的已约人数超出名额", "/console/left-over"),
    "suspended": ("{} 个号段暂停预约", "/console/week"),
    "offered": ("{} 个候补名额等待本人确认", "/console/waitlist"),
}


@dataclass(frozen=True)
class Told:
    """One line, and where it leads."""

    text: str
    address: str


async def of_hall(hall_code: str) -> list[Told]:
    """All there is to look at in a hall, the gravest first."""
    return [line for source in SOURCES for line in await source(hall_code)]


async def _around_slots(hall_code: str) -> list[Told]:
    found = await glance.concerns(hall_code=hall_code)
    return [
        Told(TEXTS[one.kind][0].format(one.count),
             f"{TEXTS[one.kind][1]}?{urlencode({'hall': hall_code, 'day': one.day})}")
        for one in found
    ]  # fmt: skip


async def _to_telephone(hall_code: str) -> list[Told]:
    hall = await types.find_hall(code=hall_code)
    number = sum(one.unreached for one in await closure_notices.made(within=[hall.path]))
    address = f"/console/closure?{urlencode({'hall': hall_code})}"
    return [Told(f"{number} 位停办预约人尚未通知到，请电话联系", address)] if number else []


async def _appeals(hall_code: str) -> list[Told]:
    hall = await types.find_hall(code=hall_code)
    number = len(await credit.appealed(within=[hall.path]))
    return [Told(f"{number} 份预约限制的申诉等待处理", "/console/credit")] if number else []


async def _opinions(hall_code: str) -> list[Told]:
    """Bad marks and questions whose day is over."""
    path = (await types.find_hall(code=hall_code)).path
    marks = await mark_list.late(within={path})
    asked = (await consultation_inbox.counts(within={path}, staff_id=0))["late"]
    told = [Told(f"{marks} 条差评超期未回访或未整改", "/console/rectifications")] if marks else []
    return told + ([Told(f"{asked} 件咨询投诉超期未答复", "/console/consultations?box=late")] if asked else [])


SOURCES: Sequence[Callable[[str], Awaitable[list[Told]]]] = (_around_slots, _to_telephone, _appeals, _opinions)
