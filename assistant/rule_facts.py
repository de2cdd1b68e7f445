"""现行规定: what the rules, the settings and the calendar say now, as sentences that fill in the ground rules."""

import time
from collections.abc import Iterable, Mapping
from datetime import timedelta

from appointments import announced_days, rules, terms, waitlist
from appointments.announced_days import AnnouncedDay
from appointments.rules import Version
from appointments.terms import Span, Terms
from assistant import office_hours
from catalogue import halls, opening_hours
from foundation import clock, settings
from identity import family
from payments import refunds

KEPT_SECONDS = 15.0
"""So long after a rule was changed the old one may still be told."""
AHEAD = timedelta(days=30)
MOST_DAYS = 6
COUNTED, MISSED, CANCELLED = (
    ("held_now", "booked"),
    ("no_show", "missed", "missing_papers"),
    ("cancelled", "late_cancelled"),
)


class _Kept:
    facts: "Mapping[str, str]" = {}
    until: float = 0.0


async def now() -> Mapping[str, str]:
    """The sentences by their names in `ground_rules.yaml`."""
    if not _Kept.facts:
        _Kept.facts, _Kept.until = await _read(), time.monotonic() + KEPT_SECONDS
    elif time.monotonic() >= _Kept.until:
        _Kept.until = time.monotonic() + KEPT_SECONDS  # others go on with what is known while one reads
        _Kept.facts = await _read()
    return _Kept.facts


def forget() -> None:
    """Let the next look read anew."""
    _Kept.facts, _Kept.until = {}, 0.0


async def _read() -> dict[str, str]:
    today = clock.today()
    held = [one for one in await rules.listed() if one.begun and not one.over]
    days = await announced_days.between(today, today + AHEAD)
    return {
        "limits": _told(held, COUNTED, none="没有另外的次数限制。"),
        "missed": _told(held, MISSED, none="现在没有因爽约限制预约的规定。"),
        "cancelled": _told(held, CANCELLED, none="现在没有因取消次数限制预约的规定。"),
        "weekend": await _weekend(),
        "special": _special(days),
        "person": _person(),
        "family": f"最多 {family.MOST} 人，其中没有证件的未满 {family.OF_AGE} 周岁孩子最多 {family.MOST_MINORS} 人。",
        "refund": f"付款后 {refunds.LONGEST.days} 天以内可以申请。",
        **_of_terms(await terms.in_force()),
    }


def _of_terms(held: Terms | None) -> dict[str, str]:
    if held is None:
        return {"release": "现在没有开放预约的业务。"}
    times = "、".join(held.release_times)
    early, late = _minutes(held.early), _minutes(held.late)
    draw = f"摇号的业务先登记后摇号，登记持续 {_number(held.register)} 小时。"
    cooled = "没有人候补的，过一段时间或随下一批号放出，防止倒号。"
    most = f"一人最多同时候补 {waitlist.MOST} 个时段。"
    offer = f"轮到您会发消息，请在 {_minutes(held.offer)}内确认，过时顺延给下一位；{most}"
    return {
        "release": f"每天 {times} 放出 {_number(held.ahead)} 个工作日后的号。",
        "cancel": _until(held.cancel),
        "check_in": f"签到时间是开始前 {early}到开始后 {late}。",
        "cooling": cooled if held.cooled else "没有人候补的，马上放给所有人。",
        "offer": offer if held.waitlist else "现在没有开放候补的业务。",
        "together": f"一次最多可以约 {held.party_most} 人同行。" if held.party_most > 1 else "",
        "draw": draw if held.drawn else "现在没有摇号的业务。",
        "settle": f"截止后 {_minutes(held.settle)}放出余号。" if held.drawn else "",
    }  # fmt: skip


def _told(held: Iterable[Version], events: tuple[str, ...], *, none: str) -> str:
    found = [_rule(one) for one in held if one.rule.event in events]
    return f"{'；'.join(found)}。" if found else none


def _rule(one: Version) -> str:
    """What it counts to, with where it holds and since when; not its name, which need not follow a new number."""
    where = "" if one.where == "全市" else f"（{one.where}）"
    since = f"（{clock.shanghai(one.effective_from):%Y-%m-%d} 起）" if one.effective_from else ""
    return f"{one.sentence}{where}{since}"


def _until(cancel: Span) -> str:
    if not cancel.most:
        return "开始之前都可以。"
    if cancel.least < cancel.most:
        return f"各业务不同，有的最晚在开始前 {_span(cancel.most)}，以预约页写明的为准。"
    return f"最晚在开始前 {_span(cancel.most)}。"


def _minutes(span: Span) -> str:
    return _span(span.least) if span.least == span.most else f"{_span(span.least)}至 {_span(span.most)}"


def _span(minutes: int) -> str:
    return f"{minutes} 分钟" if minutes % 60 or not minutes else f"{minutes // 60} 小时"


def _number(span: Span) -> str:
    return str(span.least) if span.least == span.most else f"{span.least} 至 {span.most}"


async def _weekend() -> str:
    open_ones = [
        f"{one.short_name}（{told}）"
        for one in await halls.everywhere()
        if (told := opening_hours.told([_on_weekends(row) for row in one.hours]))
    ]
    others = "没有写到的大厅周末不办；调休上班的周末照常办。"
    return (
        f"周末开门的大厅：{'、'.join(open_ones)}。{others}"
        if open_ones
        else f"大厅周末不办；{others.partition('；')[2]}"
    )


def _on_weekends(row: Mapping[str, object]) -> dict[str, object]:
    weekdays = row["weekdays"]
    assert isinstance(weekdays, list)
    return {**row, "weekdays": [day for day in weekdays if day > 5]}


def _special(days: list[AnnouncedDay]) -> str:
    told = [_day(one) for one in days][:MOST_DAYS]
    return f"最近公布的安排：{'；'.join(told)}。" if told else f"近 {AHEAD.days} 天没有公布另外的开放安排。"


def _day(one: AnnouncedDay) -> str:
    day = f"{one.day.month}月{one.day.day}日 {one.hall_name}"
    what = {"open": "加开办理", "closed": "停止办理"}.get(one.kind, f"{one.starts}–{one.ends} 延时服务")
    return f"{day}{what}（{one.reason}）"


def _person() -> str:
    days = settings.current().handover.answer_workdays
    return f"人工服务时间：{office_hours.words()}。其余时间可以留言，{days} 个工作日内答复。"
