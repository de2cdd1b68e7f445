"""Live cards: true at the moment, nearest or named first, and of a person only what is theirs."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from appointments import special_days
from assistant import knowledge, live_cards
from assistant.hall_names import HallNames, NamedHall
from assistant.hall_today import Position
from assistant.live_cards import LiveCard
from assistant.navigation import Live, LiveKind
from cases.timeline import Kind as Stage
from catalogue import shelf
from catalogue.models import Hall
from foundation import clock, database
from foundation.actor import Actor
from tests.builders import cases, payments
from tests.builders.appointments import STAFF, a_held_place, a_slot, a_type

pytestmark = pytest.mark.usefixtures("db")
ITEM = "ITEM-1"
WEEK = [
    {"weekdays": [1, 2, 3, 4, 5], "open": "13:30", "close": "17:00"},
    {"weekdays": [1, 2, 3, 4, 5], "open": "09:00", "close": "12:00"},
    {"weekdays": [6], "open": "09:00", "close": "12:00"},
]
EAST, WEST = ("9901-01", "东岸区政务服务中心", 123.50), ("9901-02", "西岭区政务服务中心", 123.30)
NAMES = HallNames(
    NamedHall(code=code, name=name, short_name=name, level="district", path=f"{code}/", region=name[:3])
    for code, name, _ in (EAST, WEST)
)


@pytest.fixture(autouse=True)
async def halls(db: None) -> AsyncIterator[list[Hall]]:
    knowledge.forget()
    shelf.forget()
    yield [
        await Hall.create(
            code=code, name=name, level="district", path=f"{code}/", address="示例路", longitude=longitude,
            latitude=28.2, hours=WEEK, phone="0000-1",
        )
        for code, name, longitude in (EAST, WEST)
    ]  # fmt: skip
    shelf.forget()
    knowledge.forget()


async def card(kind: LiveKind, *, place: str = "", by: Actor | None = None, near: Position | None = None) -> LiveCard:
    item = ITEM if kind is LiveKind.SLOTS else ""
    (one,) = await live_cards.beside([Live(kind, item, place)], by=by, names=NAMES, near=near)
    return one


async def test_the_soonest_then_the_nearest_then_the_hall_that_is_named(halls: list[Hall]) -> None:
    at = clock.shanghai(clock.now() + timedelta(days=3)).replace(hour=10, minute=0, second=0, microsecond=0)
    for nth, hall in enumerate(halls):
        kind = await a_type(hall=hall, item_codes=[ITEM])
        slot = await a_slot(of=kind, starts_at=at - timedelta(days=nth), capacity=4)
        await a_slot(of=kind, starts_at=slot.starts_at + timedelta(hours=1), capacity=3)
        await a_slot(of=kind, starts_at=slot.starts_at + timedelta(days=1), capacity=9)
        await a_slot(of=kind, starts_at=slot.starts_at - timedelta(hours=1), capacity=5, share="staff")
    soonest = await card(LiveKind.SLOTS)
    assert [row.title for row in soonest.rows] == [WEST[1], EAST[1]]
    assert (soonest.rows[0].left, soonest.rows[0].at) == (7, at - timedelta(days=1))
    nearest = await card(LiveKind.SLOTS, near=Position(EAST[2], 28.21))
    assert [row.title for row in nearest.rows] == [EAST[1], WEST[1]]
    named = await card(LiveKind.SLOTS, place="西岭区", near=Position(EAST[2], 28.21))
    first = named.rows[0]
    assert (first.title, named.note) == (WEST[1], "")
    day = clock.shanghai(at - timedelta(days=1)).date()
    assert first.page.startswith(f"book/{WEST[0]}/T")
    assert f"?date={day}&slot=" in first.page


async def test_none_left_where_it_was_asked_for_is_said(halls: list[Hall]) -> None:
    kind = await a_type(hall=halls[0], item_codes=[ITEM])
    slot = await a_slot(of=kind, capacity=1)
    assert "西岭区现在没有可约的号" in (await card(LiveKind.SLOTS, place="西岭区")).note
    await a_held_place(slot=slot)
    gone = await card(LiveKind.SLOTS)
    assert (list(gone.rows), gone.note) == ([], live_cards.NO_SLOTS)
    assert gone.page == f"book?item={ITEM}"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=clock.SHANGHAI)


@pytest.mark.parametrize(
    ("moment", "words", "tone"),
    [
        ("2026-03-18 10:00", "今天 09:00–12:00、13:30–17:00", "good"),
        ("2026-03-18 12:30", "今天 09:00–12:00、13:30–17:00", "warn"),
        ("2026-03-18 18:00", "今天 09:00–12:00、13:30–17:00，已下班", "warn"),
        ("2026-03-22 10:00", "今天不开放，3月23日 09:00 开门", "warn"),
        ("2026-10-03 10:00", "今天是节假日，不开放，10月8日 09:00 开门", "warn"),
        ("2026-10-10 14:00", "今天 09:00–12:00、13:30–17:00", "good"),
    ],
)
async def test_a_hall_today_by_the_calendar(moment: str, words: str, tone: str) -> None:
    with clock.frozen(at(moment)):
        (row,) = (await card(LiveKind.HALLS, place="西岭区")).rows
    assert (row.title, row.text, row.tone) == (WEST[1], words, tone)
    assert (row.phone, row.longitude) == ("0000-1", WEST[2])


async def announce(one: special_days.Special) -> None:
    async with database.transaction():
        await special_days.register(one, by=STAFF)


async def test_what_was_announced_for_the_day_counts(halls: list[Hall]) -> None:
    with clock.frozen(at("2026-03-18 18:30")):
        late = special_days.Special(
            hall_code=WEST[0], day=clock.today(), kind="hours", reason="延时服务", starts="17:00", ends="20:00"
        )
        await announce(late)
        (row,) = (await card(LiveKind.HALLS, place="西岭区")).rows
        assert (row.text, row.tone) == ("今天 09:00–12:00、13:30–17:00、17:00–20:00（延时服务）", "good")
        shut = special_days.Special(hall_code=WEST[0], day=clock.today(), kind="closed", reason="停电检修")
        await announce(shut)
        (row,) = (await card(LiveKind.HALLS, place="西岭区")).rows
        assert row.text == "今天不开放（停电检修），3月19日 09:00 开门"
    with clock.frozen(at("2026-03-15 10:00")):
        sunday = special_days.Special(hall_code=WEST[0], day=clock.today(), kind="open", reason="假日办")
        await announce(sunday)
        (row,) = (await card(LiveKind.HALLS, place="西岭区")).rows
        assert (row.text, row.tone) == ("今天 09:00–12:00、13:30–17:00（假日办）", "good")


@pytest.mark.parametrize("kind", [LiveKind.CASES, LiveKind.BILLS, LiveKind.BOOKINGS])
async def test_a_visitor_is_shown_the_way_to_their_own(kind: LiveKind) -> None:
    one = await card(kind)
    assert [row.page for row in one.rows] == ["login"]
    assert one.page in ("progress", "bills", "login")


async def test_ones_own_and_nobody_elses() -> None:
    citizen, identity = await payments.a_payer()
    other, others = await payments.a_payer()
    case = await cases.a_case(Stage.RECEIVED, Stage.ACCEPTED, applicant=identity)
    bill = await payments.a_bill(payer=identity, fen=12345)
    await payments.a_bill(payer=others, fen=777)
    held, _, _ = await a_held_place(by=Actor.citizen(citizen.id))
    mine, theirs = Actor.citizen(citizen.id), Actor.citizen(other.id)
    (row,) = (await card(LiveKind.CASES, by=mine)).rows
    assert (row.title, row.text, row.page) == ("社会保障卡申领", "已受理，正常", f"case/{case.case_no}")
    (row,) = (await card(LiveKind.BILLS, by=mine)).rows
    assert (row.fen, row.page) == (12345, f"bill/{bill.pay_code}")
    assert "123.45 元" in row.text
    (row,) = (await card(LiveKind.BOOKINGS, by=mine)).rows
    assert row.page == f"booking/{held.code}"
    assert [one.fen for one in (await card(LiveKind.BILLS, by=theirs)).rows] == [777]
    for kind in (LiveKind.CASES, LiveKind.BOOKINGS):
        empty = await card(kind, by=theirs)
        assert (list(empty.rows), empty.note) == ([], live_cards.NOTHING[kind])
