"""What the benchmarks fill their tables with still fits the tables: each filling at its smallest, and each question.

They write past the rooms, by statements of their own, so that a new column without a default is noticed nowhere else.
"""

import itertools
from datetime import timedelta
from pathlib import Path

import pytest

from appointments import types
from benchmarks import (
    appointments,
    cases,
    generating,
    history,
    looking,
    notifications,
    payments,
    people,
    reconciling,
)
from benchmarks.house import House
from benchmarks.measuring import Scale
from catalogue.models import Department
from deploy.local.environment import Address
from foundation import clock, database
from tests.builders.appointments import a_hall

pytestmark = pytest.mark.usefixtures("db", "redis_db", "place")
NOWHERE = Address("127.0.0.1", 9)


@pytest.fixture
async def place(db: None) -> None:
    """Where the benchmarks open their slots."""
    await a_hall(code="9901")
    await Department.create(code="police", name="公安窗口")


def house(tmp_path: Path) -> House:
    """One whose doors nobody opens."""
    return House(Scale(rounds=1, seconds=0.001, connections=4), NOWHERE, NOWHERE, NOWHERE, tmp_path)


async def test_cases_and_their_questions() -> None:
    these = await cases.give_cases(3)
    assert await database.fetchval("select count(*) from case_event") == 3 * cases.EACH * cases.EVENTS
    assert await database.fetchval("select count(*) from message") == 3 * cases.EACH
    for ask in (await cases._questions(these)).values():
        await ask(1)


async def test_rows_of_a_file_of_cases(tmp_path: Path) -> None:
    found = await cases.case_import(house(tmp_path))
    assert (found.failed, len(found.samples)) == ("", 1)


async def test_past_bookings_and_their_questions() -> None:
    of = await types.open_type(
        code="history", hall_code="9901", department_code="police", name="压力测试", item_codes=[], by=history.BY
    )
    past = await database.fetch(history.PAST_SLOTS, of.id, history.EACH, clock.today())
    await history._give_history(2, past[0]["id"])
    assert await database.fetchval("select count(*) from appointment") == 2 * history.EACH
    for ask in (await history._questions(of.id)).values():
        await ask(0)


async def test_slots() -> None:
    where = await appointments.open_slots(2, capacity=3)
    await appointments.must_hold(where, 0)
    assert len(await looking.a_month()) == looking.DAYS
    await database.execute(generating.ROWS, (await generating._planned()).id, 5)


async def test_people_who_subscribe() -> None:
    assert len(await notifications._readers(3)) == 3
    assert len(await people.sign_in(list(await people.arrive(2)))) == 2


async def test_bills_on_their_way() -> None:
    assert len(await payments.awaited_orders(2)) == 2


async def test_a_day_of_orders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconciling, "_days", itertools.count(2))
    day = await reconciling._a_day(tmp_path, 60)
    assert day.day == clock.today() - timedelta(days=2)
    await reconciling._reconciled(day)
