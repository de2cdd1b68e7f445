"""实时卡片: what stands beside an answer and is true at this moment: free slots, a hall today, what is one's own.

Looked up after the turn is kept and never kept with it. Of a person only what is theirs, and only while they are
signed in; others are shown the way there.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from appointments import booking, soonest
from appointments.soonest import Free
from assistant import hall_today
from assistant.hall_names import CITY, HallNames
from assistant.hall_today import Position
from assistant.navigation import Live, LiveKind
from cases import lookup
from catalogue import halls
from foundation import clock, logs
from foundation.actor import Actor
from foundation.errors import Unavailable
from payments import late_fee, own_bills

log = logs.logger(__name__)

MOST = 3
WEEKDAYS = "一二三四五六日"
TITLES = {
    LiveKind.SLOTS: "最近可约",
    LiveKind.HALLS: "大厅今天",
    LiveKind.CASES: "我的办件",
    LiveKind.BILLS: "我的缴费单",
    LiveKind.BOOKINGS: "我的预约",
}
LIGHTS = {"green": ("正常", "good"), "yellow": ("临近期限", "warn"), "red": ("超过期限", "bad"), "grey": ("未计时", "")}
OTHERS = "{place}现在没有可约的号，上面是其他大厅的。"
NO_SLOTS = "近期没有可约的号。约满的时段可以候补。"
NOTHING = {
    LiveKind.CASES: "没有正在办理的事项。",
    LiveKind.BILLS: "没有待缴的缴费单。",
    LiveKind.BOOKINGS: "没有将要办理的预约。",
}
SIGN_IN = "登录后在这里直接看到{what}。"
ELSEWHERE = {LiveKind.CASES: ("progress", "凭编号查"), LiveKind.BILLS: ("bills", "凭缴款码查")}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line; `page` is the screen behind it, `tone` good, warn or bad. A hall has a telephone and a position."""

    title: str
    text: str
    tone: str = ""
    page: str = ""
    at: datetime | None = None
    left: int | None = None
    fen: int | None = None
    phone: str = ""
    longitude: float | None = None
    latitude: float | None = None


@dataclass(frozen=True, kw_only=True)
class LiveCard:
    """`note` is what there is to say besides the rows, `page` where more of it is, under `label`."""

    kind: LiveKind
    title: str
    rows: Sequence[Row] = ()
    note: str = ""
    page: str = ""
    label: str = ""


async def beside(
    wanted: Sequence[Live], *, by: Actor | None, names: HallNames, near: Position | None = None
) -> list[LiveCard]:
    """The cards that an answer wants; `near` is where the asker is, if known. One that cannot be read is left out."""
    cards = []
    for live in wanted:
        try:
            cards.append(await _card(live, by, names, near))
        except Unavailable as gone:
            log.warning("live_card_left_out", kind=live.kind, error=type(gone).__name__)
    return cards


async def _card(live: Live, by: Actor | None, names: HallNames, near: Position | None) -> LiveCard:
    place = names.called(live.place)
    codes = place.codes if place else ()
    if live.kind is LiveKind.SLOTS:
        card = await _slots(live.item_code, codes, near)
        return replace(card, note=OTHERS.format(place=live.place)) if card.rows and _none_there(card, codes) else card
    if live.kind is LiveKind.HALLS:
        return await _halls(live.halls, codes, near)
    if by is None:
        return _sign_in(live.kind)
    rows = await _OWN[live.kind](by)
    page = "progress" if live.kind is LiveKind.CASES else live.kind
    return LiveCard(
        kind=live.kind, title=TITLES[live.kind], rows=rows, note="" if rows else NOTHING[live.kind], page=page,
        label="查看全部",
    )  # fmt: skip


async def _slots(item_code: str, codes: Sequence[str], near: Position | None) -> LiveCard:
    """One line a hall: the hall named first, then the nearest, then the soonest."""
    found = (await soonest.of_item(item_code)).rows
    ordered = sorted(found, key=lambda one: (_rank(one.hall_code, codes), _far(one, near), one.starts_at))
    first = {one.hall_code: one for one in reversed(ordered)}
    rows = [_slot(one) for one in ordered if first[one.hall_code] is one][:MOST]
    return LiveCard(
        kind=LiveKind.SLOTS, title=TITLES[LiveKind.SLOTS], rows=rows, note="" if rows else NO_SLOTS,
        page=f"book?item={item_code}", label="看全部大厅",
    )  # fmt: skip


def _none_there(card: LiveCard, codes: Sequence[str]) -> bool:
    """Whether a place was named, and the first line is of another."""
    return bool(codes) and not any(card.rows[0].page.startswith(f"book/{code}/") for code in codes)


def _slot(one: Free) -> Row:
    at = clock.shanghai(one.starts_at)
    day = f"{at.month}月{at.day}日 周{WEEKDAYS[at.weekday()]}"
    return Row(
        title=one.hall_name,
        text=f"{one.type_name}：{day} {at:%H:%M} 起，余 {one.left} 个",
        page=f"book/{one.hall_code}/{one.type_code}?date={one.day}&slot={one.slot_id}",
        at=one.starts_at,
        left=one.left,
    )


async def _halls(of: Sequence[str], codes: Sequence[str], near: Position | None) -> LiveCard:
    """The halls of the item (`of`), or of the place, or of the city, with today's hours."""
    every = await halls.everywhere()
    of_item = [one for one in every if one.code in of]
    of_place = [one for one in every if one.code in codes]
    chosen = of_item or of_place or ([one for one in every if one.level == CITY] if near is None else every)
    ordered = sorted(chosen, key=lambda one: (_rank(one.code, codes), _far(one, near)))[:MOST]
    rows = [
        Row(
            title=one.name, text=today.words, tone="good" if today.open_now else "warn", page=f"book/{one.code}",
            phone=one.phone, longitude=one.longitude, latitude=one.latitude,
        )
        for one, today in zip(ordered, await hall_today.of(ordered), strict=True)
    ]  # fmt: skip
    return LiveCard(kind=LiveKind.HALLS, title=TITLES[LiveKind.HALLS], rows=rows, page="book", label="看全部大厅")


def _rank(code: str, codes: Sequence[str]) -> int:
    return codes.index(code) if code in codes else len(codes)


def _far(one: Free | halls.HallView, near: Position | None) -> float:
    if near is None or one.longitude is None or one.latitude is None:
        return 0.0 if near is None else float("inf")
    return hall_today.metres(near, Position(one.longitude, one.latitude))


def _sign_in(kind: LiveKind) -> LiveCard:
    page, label = ELSEWHERE.get(kind, ("login", "去登录"))
    note = SIGN_IN.format(what=TITLES[kind])
    rows = [Row(title="登录", text=note, page="login")]
    return LiveCard(kind=kind, title=TITLES[kind], rows=rows, page=page, label=label)


async def _cases(by: Actor) -> list[Row]:
    found = await lookup.mine(by.number, limit=MOST, only_open=True)
    return [
        Row(
            title=one.item_name, text=f"{one.stage_label}，{LIGHTS[one.light][0]}", tone=LIGHTS[one.light][1],
            page=f"case/{one.case_no}",
        )
        for one in found
    ]  # fmt: skip


async def _bills(by: Actor) -> list[Row]:
    rows = []
    for one in await own_bills.mine(by.number, which="open", limit=MOST):
        due = late_fee.shown(one)
        until = f"，限 {one.expire_date.month}月{one.expire_date.day}日前缴" if one.expire_date else ""
        text = f"{due.fen / 100:.2f} 元{until}"
        tone = "bad" if due.days_late else "warn"
        rows.append(Row(title=one.title, text=text, tone=tone, page=f"bill/{one.pay_code}", fen=due.fen))
    return rows


async def _bookings(by: Actor) -> list[Row]:
    one = await booking.upcoming(by)
    if one is None:
        return []
    at = clock.shanghai(one.starts_at)
    text = f"{at.month}月{at.day}日 周{WEEKDAYS[at.weekday()]} {at:%H:%M}，{one.hall_name}"
    return [Row(title=one.type_name, text=text, page=f"booking/{one.code}", at=one.starts_at)]


_OWN: dict[LiveKind, Callable[[Actor], Awaitable[list[Row]]]] = {
    LiveKind.CASES: _cases,
    LiveKind.BILLS: _bills,
    LiveKind.BOOKINGS: _bookings,
}
