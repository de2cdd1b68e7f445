"""The fold. Days are those of autumn 2026: 国庆 1–7 October off, Saturday 10 October a working day (调休)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.deadlines import light
from cases.folding import Happening, Progress, fold
from cases.timeline import ENDS, EVENT_NAMES, LABELS, NEXT, Kind
from foundation import clock
from foundation.workdays import WorkCalendar
from notifications.templates import IN_SHORT

AUTUMN = {date(2026, 10, day): False for day in range(1, 8)} | {date(2026, 10, 10): True, date(2026, 9, 20): True}
CALENDAR = WorkCalendar(AUTUMN)


def on(month: int, day: int, hour: int = 10) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=clock.SHANGHAI)


def folded(*steps: tuple[Kind, datetime], promised: int | None = 5, legal: int | None = 20) -> Progress:
    return fold([Happening(*step) for step in steps], legal_days=legal, promised_days=promised, calendar=CALENDAR)


def lamp(progress: Progress, today: date, *, promised: int | None = 5) -> str:
    return light(
        due=progress.promised_due if promised is not None else progress.legal_due,
        warn_from=progress.warn_from,
        still=progress.stands_still(today),
        ended=clock.shanghai(progress.closed_at).date() if progress.closed_at else None,
        today=today,
    )


ACCEPTED = (Kind.ACCEPTED, on(11, 2))  # a Monday


def test_working_days_count_from_the_day_after_acceptance():
    assert folded(ACCEPTED).promised_due == date(2026, 11, 9)
    assert folded((Kind.ACCEPTED, on(9, 28))).promised_due == date(2026, 10, 10)  # 29, 30, 8, 9, 10
    assert folded((Kind.RECEIVED, on(11, 2))).promised_due is None
    assert folded(ACCEPTED, promised=0).promised_due == date(2026, 11, 2)


def test_the_day_is_the_one_in_shanghai():
    assert folded((Kind.ACCEPTED, datetime(2026, 11, 1, 17, tzinfo=UTC))).promised_due == date(2026, 11, 9)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (Kind.NOTICE_ONCE, Kind.SUPPLEMENTED),
        (Kind.SUSPENDED, Kind.RESUMED),
        (Kind.SPECIAL_STARTED, Kind.SPECIAL_ENDED),
    ],
)
@pytest.mark.parametrize(
    ("began", "ended", "due"),
    [
        (on(11, 4, 9), on(11, 4, 17), date(2026, 11, 9)),  # the same day
        (on(11, 4), on(11, 5), date(2026, 11, 10)),
        (on(11, 6), on(11, 9), date(2026, 11, 10)),  # Friday to Monday: one working day
        (on(11, 7), on(11, 8), date(2026, 11, 9)),  # within a weekend
        (on(10, 9), on(10, 10), None),  # before acceptance: nothing stood still yet
    ],
)
def test_the_clock_stands_still(start: Kind, end: Kind, began: datetime, ended: datetime, due: date | None):
    brought = start is Kind.NOTICE_ONCE and began < ACCEPTED[1]  # who accepts has what was missing
    assert folded(ACCEPTED, (start, began)).paused is not brought
    assert folded(ACCEPTED, (start, began), (end, ended)).promised_due == (due or date(2026, 11, 9))


def test_a_pause_over_the_holidays_counts_their_working_days_only():
    accepted = (Kind.ACCEPTED, on(9, 28))
    # 30 September, 8 and 9 October stand still; the Saturday of 10 October is a working day
    progress = folded(accepted, (Kind.SUSPENDED, on(9, 30)), (Kind.RESUMED, on(10, 10)), promised=3)
    assert progress.promised_due == date(2026, 10, 12)  # 29, 10, 12


def test_two_pauses_at_once_stop_each_day_once():
    progress = folded(
        ACCEPTED,
        (Kind.SUSPENDED, on(11, 3)),
        (Kind.NOTICE_ONCE, on(11, 4)),
        (Kind.SUPPLEMENTED, on(11, 5)),
        (Kind.RESUMED, on(11, 6)),
    )
    assert progress.promised_due == date(2026, 11, 12)  # 3, 4, 5 stood still


def test_a_pause_after_the_due_day_does_not_make_a_late_case_punctual():
    late = folded(ACCEPTED, (Kind.SUSPENDED, on(11, 16)), (Kind.RESUMED, on(11, 30)), (Kind.CLOSED, on(12, 1)))
    assert late.promised_due == date(2026, 11, 9)
    assert lamp(late, date(2026, 12, 2)) == "red"


def test_a_case_closed_while_it_stood_still_is_not_late():
    closed = folded(ACCEPTED, (Kind.SUSPENDED, on(11, 3)), (Kind.CLOSED, on(11, 20)))
    assert closed.promised_due == date(2026, 11, 26)
    assert (closed.paused, lamp(closed, date(2026, 12, 1))) == (False, "green")


@pytest.mark.parametrize(
    ("today", "colour"),
    [(3, "green"), (6, "yellow"), (9, "yellow"), (10, "red")],
)
def test_the_light(today: int, colour: str):
    assert lamp(folded(ACCEPTED), date(2026, 11, today)) == colour


def test_the_light_follows_the_legal_period_where_nothing_was_promised():
    progress = folded(ACCEPTED, promised=None, legal=5)
    assert lamp(progress, date(2026, 11, 10), promised=None) == "red"
    assert lamp(folded(ACCEPTED, promised=None, legal=None), date(2027, 1, 1), promised=None) == "grey"


def test_no_light_before_acceptance_and_while_it_stands_still():
    assert lamp(folded((Kind.RECEIVED, on(11, 2))), date(2026, 12, 1)) == "grey"
    paused = folded(ACCEPTED, (Kind.SUSPENDED, on(11, 3)))
    assert (paused.paused, lamp(paused, date(2026, 12, 1))) == (True, "grey")


def test_an_end_stays_the_end():
    progress = folded(ACCEPTED, (Kind.CLOSED, on(11, 5)), (Kind.REVIEWED, on(11, 6)), (Kind.DELIVERED, on(11, 7)))
    assert (progress.stage, progress.closed_at) == (Kind.DELIVERED, on(11, 5))


def test_of_two_steps_at_one_moment_the_later_of_the_procedure_counts():
    assert folded((Kind.ACCEPTED, on(11, 2)), (Kind.RECEIVED, on(11, 2))).stage is Kind.ACCEPTED
    same = folded(ACCEPTED, (Kind.RESUMED, on(11, 3)), (Kind.SUSPENDED, on(11, 3)))
    assert (same.paused, same.promised_due) == (False, date(2026, 11, 9))


HAPPENINGS = st.lists(
    st.builds(
        Happening,
        kind=st.sampled_from(Kind),
        at=st.integers(0, 40 * 24).map(lambda hours: on(10, 1, 0) + timedelta(hours=hours)),
    ),
    max_size=12,
)


@given(log=HAPPENINGS, data=st.data(), days=st.integers(0, 30))
def test_any_order_and_any_repetition_fold_alike(log: list[Happening], data: st.DataObject, days: int):
    def of(those: list[Happening]) -> Progress:
        return fold(those, legal_days=days * 2, promised_days=days, calendar=CALENDAR)

    again = data.draw(st.lists(st.sampled_from(log), max_size=5)) if log else []
    assert of(data.draw(st.permutations([*log, *again]))) == of(log)


@given(log=HAPPENINGS, days=st.integers(0, 30))
def test_what_always_holds(log: list[Happening], days: int):
    progress = fold(log, legal_days=days * 2, promised_days=days, calendar=CALENDAR)
    assert (progress.closed_at is not None) == (progress.stage in ENDS)
    if progress.promised_due and progress.accepted_at and progress.legal_due:
        assert CALENDAR.add_workdays(progress.accepted_at.date(), days) <= progress.promised_due <= progress.legal_due
    assert lamp(progress, date(2026, 12, 1), promised=days) in {"green", "yellow", "red", "grey"}


def test_every_kind_has_its_words():
    assert set(LABELS) == set(NEXT) == set(IN_SHORT) == set(EVENT_NAMES) == set(Kind)
