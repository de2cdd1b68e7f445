from datetime import datetime

import pytest

from catalogue import halls, opening_hours
from catalogue.errors import HallNotFound
from foundation import clock
from foundation.workdays import WorkCalendar
from tests.builders import catalogue as build

WEEK = [{"weekdays": [1, 2, 3, 4, 5], "open": "09:00", "close": "17:00"}]
LUNCH = [
    {"weekdays": [1, 2, 3, 4, 5], "open": "13:30", "close": "17:00"},
    {"weekdays": [1, 2, 3, 4, 5], "open": "09:00", "close": "12:00"},
    {"weekdays": [6], "open": "09:00", "close": "12:00"},
]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=clock.SHANGHAI)


@pytest.mark.parametrize(
    ("hours", "told"),
    [
        (WEEK, "周一至周五 09:00–17:00"),
        (LUNCH, "周一至周五 09:00–12:00、13:30–17:00；周六 09:00–12:00"),
        ([{"weekdays": [6, 7], "open": "10:00", "close": "15:00"}], "周六、周日 10:00–15:00"),
        ([{"weekdays": [1, 3], "open": "10:00", "close": "15:00"}], "周一 10:00–15:00；周三 10:00–15:00"),
        ([], ""),
    ],
)
def test_hours_as_people_read_them(hours: list[dict[str, object]], told: str) -> None:
    assert opening_hours.told(hours) == told


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-03-18 08:59", False),
        ("2026-03-18 09:00", True),
        ("2026-03-18 12:00", False),
        ("2026-03-18 13:30", True),
        ("2026-03-18 16:59", True),
        ("2026-03-18 17:00", False),
        ("2026-03-21 10:00", True),  # Saturday
        ("2026-03-22 10:00", False),  # Sunday
        ("2026-10-01 10:00", False),  # 国庆节, a Thursday
        ("2026-10-10 14:00", True),  # 调休, a Saturday that is a working day
    ],
)
def test_open_or_not(moment: str, is_open: bool) -> None:
    assert opening_hours.is_open(LUNCH, at(moment), WorkCalendar()) is is_open


async def test_the_tree_and_what_is_near(db: None) -> None:
    await build.demo_city()
    tops = await halls.tree()
    assert [node.hall.code for node in tops] == ["9901"]
    assert {node.hall.parent for node in tops[0].children} == {"9901"}
    assert tops[0].children[0].children
    city = await halls.find("9901")
    assert city.longitude is not None
    assert city.latitude is not None
    near = await halls.nearby(longitude=city.longitude, latitude=city.latitude, limit=3)
    assert (near[0].hall.code, near[0].metres) == ("9901", 0)
    assert near[0].metres <= near[1].metres <= near[2].metres
    one_degree = await halls.nearby(longitude=city.longitude, latitude=city.latitude + 1, limit=100)
    assert {one.hall.code: one.metres for one in one_degree}["9901"] == pytest.approx(111_195, abs=50)
    assert await halls.open_now(city, at=at("2026-03-18 10:00"))
    assert not await halls.open_now(city, at=at("2026-03-18 03:00"))


async def test_no_such_hall(db: None) -> None:
    with pytest.raises(HallNotFound):
        await halls.find("9902")
