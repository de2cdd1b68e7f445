"""Whatever the timetable: no two slots of a share overlap, none has more places than windows, all lie in their day."""

from collections import defaultdict
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appointments import planning, shares, timetable
from appointments.opening import Exceptional, Opening, Version
from appointments.timetable import Period, clock_time
from appointments.type_rules import Rules
from foundation import clock
from foundation.workdays import WorkCalendar

# A September without a festival in its first three weeks: the 1st is a Tuesday.
TUESDAY = date(2026, 9, 1)


@st.composite
def percents(draw: st.DrawFn) -> dict[str, int]:
    public = draw(st.integers(0, 100))
    priority = draw(st.integers(0, 100 - public))
    staff = draw(st.integers(0, 100 - public - priority))
    return {"public": public, "priority": priority, "staff": staff}


@given(windows=st.integers(0, 200), percent=percents())
def test_shares_never_add_up_to_more_than_the_windows(windows: int, percent: dict[str, int]) -> None:
    given = shares.places(windows, **percent)
    assert sum(given.values()) <= windows
    assert given["public"] >= (1 if percent["public"] and windows else 0)
    for share, places in given.items():
        least = windows * percent[share] // 100
        assert places >= least - 1 if share != "public" else places >= least  # one may go to the public's first place
        assert places <= least + 1


@pytest.mark.parametrize(
    ("windows", "percent", "wanted"),
    [
        (10, {"public": 70, "priority": 20, "staff": 10}, {"public": 7, "priority": 2, "staff": 1}),
        (5, {"public": 50}, {"public": 2}),  # what cannot be divided stays for who comes without a booking
        (4, {"public": 80, "priority": 10, "staff": 10}, {"public": 3, "priority": 1}),
        (2, {"public": 80, "priority": 10, "staff": 10}, {"public": 2}),
        (1, {"public": 1, "staff": 99}, {"public": 1}),  # everybody's share has at least one place
        (3, {"public": 0, "priority": 100}, {"public": 0, "priority": 3}),
        (0, {"public": 100}, {"public": 0}),
    ],
)
def test_shares_of(windows: int, percent: dict[str, int], wanted: dict[str, int]) -> None:
    assert shares.places(windows, **percent) == wanted


def a_clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


@st.composite
def periods(draw: st.DrawFn) -> Period:
    starts = draw(st.integers(0, 1300))
    minutes = draw(st.integers(5, 120))
    ends = draw(st.integers(min(starts + minutes, 1439), 1439))
    percent = draw(percents().filter(lambda one: sum(one.values()) > 0))
    return Period(
        weekday=draw(st.integers(1, 7)), starts=a_clock(starts), ends=a_clock(ends), slot_minutes=minutes,
        windows=draw(st.integers(1, 200)), online_percent=percent["public"], priority_percent=percent["priority"],
        staff_percent=percent["staff"], buffer_minutes=draw(st.integers(0, 240)),
        week_of_month=draw(st.integers(0, 5)),
    )  # fmt: skip


hours = st.builds(
    lambda starts, length, instead: Exceptional("hours", a_clock(starts), a_clock(starts + length), instead=instead),
    st.integers(0, 1200), st.integers(10, 239), st.booleans(),
)  # fmt: skip
windows = st.builds(
    lambda starts, length, more: Exceptional("capacity", a_clock(starts), a_clock(starts + length), windows=more),
    st.integers(0, 1200), st.integers(1, 239), st.integers(-200, 200).filter(bool),
)  # fmt: skip
said = st.lists(st.one_of(hours, windows, st.just(Exceptional("open")), st.just(Exceptional("closed"))), max_size=4)


@given(
    those=st.lists(periods(), min_size=1, max_size=6),
    exceptions=st.dictionaries(st.integers(0, 41).map(lambda n: TUESDAY + timedelta(days=n)), said, max_size=10),
    rules=st.fixed_dictionaries(
        {
            "release_mode": st.sampled_from(["fixed", "staggered", "draw"]),
            "stagger_batches": st.integers(1, 24),
            "close_minutes": st.integers(0, 1440),
        }
    ),
)
def test_no_plan_overlaps_itself(those: list[Period], exceptions: dict, rules: dict) -> None:
    if timetable.faults(those):
        return
    days = Opening([Version(1, TUESDAY, None, those)], WorkCalendar(), exceptions)
    of = Rules(**rules)
    wanted = planning.plan(of, days, start=TUESDAY, end=TUESDAY + timedelta(days=41))
    by_share, at = defaultdict(list), defaultdict(int)
    for one in wanted.values():
        assert clock.shanghai(one.starts_at).date() == one.day == clock.shanghai(one.ends_at).date()
        assert one.starts_at - one.close_at == timedelta(minutes=rules["close_minutes"])
        by_share[one.share].append(one)
        at[one.starts_at] += one.capacity
    assert max(at.values(), default=0) <= 400
    assert min(at.values(), default=1) >= 1
    for ones in by_share.values():
        ones.sort()
        assert all(one.ends_at <= other.starts_at for one, other in zip(ones, ones[1:], strict=False))


def opened(*those: Period, **exceptions: list[Exceptional]) -> Opening:
    on = {date.fromisoformat(day[1:].replace("_", "-")): said for day, said in exceptions.items()}
    return Opening([Version(1, TUESDAY, None, those)], WorkCalendar(), on)


def planned(days: Opening, day: date = TUESDAY, **rules: object) -> list[tuple[str, str, int]]:
    wanted = planning.plan(Rules(**rules), days, start=day, end=day).values()
    return [(f"{clock.shanghai(one.starts_at):%H:%M}", one.share, one.capacity) for one in wanted]


MORNING = Period(weekday=2, starts="09:00", ends="11:00", slot_minutes=60, windows=4)


def test_a_buffer_lies_between_two_slots_and_not_after_the_last() -> None:
    buffered = Period(weekday=2, starts="09:00", ends="10:10", slot_minutes=30, buffer_minutes=10, windows=1)
    assert planned(opened(buffered)) == [("09:00", "public", 1), ("09:40", "public", 1)]


@pytest.mark.parametrize(
    ("week", "days"),
    [(0, [1, 8, 15, 20, 22, 29]), (1, [1]), (2, [8]), (4, [22]), (5, [29])],
)
def test_the_nth_tuesday_of_a_month(week: int, days: list[int]) -> None:
    """Sunday the 20th works (调休) and follows the week's plan, not that of one week of the month."""
    nth = Period(weekday=2, starts="09:00", ends="10:00", slot_minutes=60, windows=1, week_of_month=week)
    found = [n for n in range(1, 31) if opened(nth).periods_on(date(2026, 9, n))]
    assert found == days


def test_the_fourth_is_the_last_where_there_is_no_fifth() -> None:
    last = Period(weekday=1, starts="09:00", ends="10:00", slot_minutes=60, windows=1, week_of_month=5)
    assert opened(last).periods_on(date(2026, 9, 28))


@pytest.mark.parametrize(("one", "other", "clash"), [(1, 2, False), (0, 3, True), (4, 5, True), (3, 5, False)])
def test_periods_of_other_weeks_do_not_overlap(one: int, other: int, clash: bool) -> None:
    shape = {"weekday": 2, "starts": "09:00", "ends": "10:00", "slot_minutes": 60, "windows": 1}
    faults = timetable.faults([Period(**shape, week_of_month=one), Period(**shape, week_of_month=other)])
    assert bool(faults) == clash


def test_more_windows_for_a_part_of_a_day() -> None:
    more = Exceptional("capacity", "10:00", "12:00", windows=2)
    assert planned(opened(MORNING, d2026_09_01=[more])) == [("09:00", "public", 4), ("10:00", "public", 6)]


def test_fewer_windows_than_there_are_leave_no_slot() -> None:
    fewer = [Exceptional("capacity", "10:00", "12:00", windows=-3), Exceptional("capacity", "", "", windows=-1)]
    assert planned(opened(MORNING, d2026_09_01=fewer)) == [("09:00", "public", 3)]


def test_longer_hours_beside_the_usual_and_instead_of_them() -> None:
    evening = Exceptional("hours", "10:30", "13:00", windows=1)
    assert planned(opened(MORNING, d2026_09_01=[evening])) == [
        ("09:00", "public", 4), ("10:00", "public", 4), ("11:30", "public", 1)
    ]  # fmt: skip
    instead = Exceptional("hours", "10:30", "13:00", instead=True)
    assert planned(opened(MORNING, d2026_09_01=[instead])) == [("10:30", "public", 4), ("11:30", "public", 4)]


def test_hours_open_a_festival_and_a_closure_closes_whatever_else_is_said() -> None:
    festival = date(2026, 10, 6)
    hours = Exceptional("hours", "09:00", "10:00")
    assert planned(opened(MORNING), festival) == []
    assert planned(opened(MORNING, d2026_10_06=[hours]), festival) == [("09:00", "public", 4)]
    assert planned(opened(MORNING, d2026_10_06=[hours, Exceptional("closed")]), festival) == []


def test_hours_of_a_type_stand_for_those_of_its_hall() -> None:
    hall, own = Exceptional("hours", "12:00", "13:00"), Exceptional("hours", "18:00", "19:00", of_type=True)
    starts = [at for at, _, _ in planned(opened(MORNING, d2026_09_01=[hall, own]))]
    assert starts == ["09:00", "10:00", "18:00"]


def test_batches_open_one_after_another_each_with_morning_and_afternoon() -> None:
    day = [MORNING, Period(weekday=2, starts="14:00", ends="16:00", slot_minutes=60, windows=1)]
    rules = {"release_mode": "staggered", "stagger_minutes": 45, "stagger_batches": 2, "release_workdays": 0}
    wanted = planning.plan(Rules(**rules), opened(*day), start=TUESDAY, end=TUESDAY)
    opens = {f"{clock.shanghai(one.starts_at):%H:%M}": one.release_at for one in wanted.values()}
    first = clock_time(TUESDAY, "08:00")
    second = first + timedelta(minutes=45)
    assert opens == {"09:00": first, "10:00": second, "14:00": first, "15:00": second}


def test_all_shares_of_an_interval_open_together() -> None:
    shared = Period(weekday=2, starts="09:00", ends="11:00", slot_minutes=60, windows=10, online_percent=50,
                    priority_percent=30, staff_percent=10)  # fmt: skip
    rules = {"release_mode": "staggered", "stagger_batches": 2}
    wanted = planning.plan(Rules(**rules), opened(shared), start=TUESDAY, end=TUESDAY)
    assert len(wanted) == 6
    assert all(len({one.release_at for one in wanted.values() if one.starts_at == at}) == 1 for at, _ in wanted)


def test_a_member_of_a_pool_has_no_slots_of_its_own() -> None:
    assert planned(opened(MORNING), pool_id=1) == []
