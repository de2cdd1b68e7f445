"""What stops the clock and for how long, what is set aside or struck out. November 2026 has no holiday."""

from datetime import date, datetime

import pytest

from cases.folding import PROBLEMS, Happening, Problem, Progress, fold
from cases.timeline import Kind
from foundation import clock
from foundation.workdays import WorkCalendar

CALENDAR = WorkCalendar({})


def on(day: int, hour: int = 10) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=clock.SHANGHAI)


def h(kind: Kind, day: int, **more) -> Happening:
    hour = more.pop("hour", 10)
    return Happening(kind=kind, at=on(day, hour), key=more.pop("key", f"{kind}-{day}-{hour}"), **more)


def folded(*log: Happening) -> Progress:
    return fold(log, legal_days=20, promised_days=5, calendar=CALENDAR)


def problems(progress: Progress) -> list[Problem]:
    return [one.problem for one in progress.contradictions]


ACCEPTED = h(Kind.ACCEPTED, 2)  # a Monday; 5 working days are used up on the 9th, 20 on the 30th


def test_a_special_procedure_stops_the_clock_to_its_limit_and_no_longer():
    hearing = h(Kind.SPECIAL_STARTED, 3, days=2, procedure="hearing")  # 3, 4 and 5 November are not counted
    open_ = folded(ACCEPTED, hearing)
    assert open_.pause is not None
    assert (open_.pause.until, open_.pause.procedure, open_.promised_due) == (
        date(2026, 11, 5),
        "hearing",
        date(2026, 11, 12),
    )
    assert open_.stands_still(date(2026, 11, 5))
    assert not open_.stands_still(date(2026, 11, 6))
    in_time = folded(ACCEPTED, hearing, h(Kind.SPECIAL_ENDED, 4))
    late = folded(ACCEPTED, hearing, h(Kind.SPECIAL_ENDED, 20))
    assert (in_time.promised_due, late.promised_due) == (date(2026, 11, 10), date(2026, 11, 12))


def test_the_limit_of_a_notice_is_the_applicants_and_the_clock_waits_for_them():
    asked = h(Kind.NOTICE_ONCE, 3, days=2, items=("户口簿",))
    assert folded(ACCEPTED, asked).promised_due is None
    assert folded(ACCEPTED, asked, h(Kind.SUPPLEMENTED, 17)).promised_due == date(2026, 11, 23)


def test_papers_come_one_by_one_and_the_last_sets_the_clock_going():
    asked = h(Kind.NOTICE_ONCE, 3, items=("户口簿", "照片"))
    one = folded(ACCEPTED, asked, h(Kind.SUPPLEMENTED, 4, items=("照片",)))
    assert (one.stage, one.paused, one.open_items) == (Kind.NOTICE_ONCE, True, ("户口簿",))
    both = folded(ACCEPTED, asked, h(Kind.SUPPLEMENTED, 4, items=("照片",)), h(Kind.SUPPLEMENTED, 5, items=("户口簿",)))
    assert (both.stage, both.paused, both.open_items, both.promised_due) == (
        Kind.SUPPLEMENTED, False, (), date(2026, 11, 11),
    )  # fmt: skip
    assert folded(ACCEPTED, asked, h(Kind.SUPPLEMENTED, 4)).open_items == ()


def test_who_accepts_without_all_papers_waits_for_them_while_the_clock_runs():
    tolerated = folded(h(Kind.NOTICE_ONCE, 1, items=("户口簿",)), ACCEPTED)
    assert (tolerated.open_items, tolerated.paused, tolerated.promised_due) == (("户口簿",), False, date(2026, 11, 9))
    brought = folded(h(Kind.NOTICE_ONCE, 1, items=("户口簿",)), ACCEPTED, h(Kind.SUPPLEMENTED, 4))
    assert (brought.open_items, brought.contradictions) == ((), ())


def test_an_extension_lengthens_the_legal_period_and_not_the_promise():
    longer = folded(ACCEPTED, h(Kind.EXTENDED, 5, days=10))
    assert (longer.promised_due, longer.legal_due, longer.extended_days) == (
        date(2026, 11, 9), date(2026, 12, 14), 10,
    )  # fmt: skip


def test_days_used_are_working_days_without_pauses():
    done = folded(ACCEPTED, h(Kind.SUSPENDED, 3), h(Kind.RESUMED, 5), h(Kind.CLOSED, 9))
    assert done.used_days == 3  # 5, 6 and 9
    assert folded(h(Kind.RECEIVED, 2), h(Kind.WITHDRAWN, 3)).used_days is None


@pytest.mark.parametrize(
    ("log", "problem"),
    [
        ([ACCEPTED, h(Kind.CLOSED, 5), h(Kind.SUSPENDED, 6)], Problem.AFTER_END),
        ([ACCEPTED, h(Kind.CLOSED, 5), h(Kind.WITHDRAWN, 6)], Problem.AFTER_END),
        ([ACCEPTED, h(Kind.REFUSED, 5)], Problem.REFUSED_LATE),
        ([ACCEPTED, h(Kind.ACCEPTED, 5)], Problem.ACCEPTED_AGAIN),
        ([ACCEPTED, h(Kind.SUSPENDED, 3), h(Kind.SUSPENDED, 4)], Problem.STARTED_AGAIN),
        ([h(Kind.NOTICE_ONCE, 2, items=("照片",)), h(Kind.NOTICE_ONCE, 3, items=("户口簿",))], Problem.NOTICE_AGAIN),
        ([ACCEPTED, h(Kind.RESUMED, 3)], Problem.NEVER_STARTED),
        ([h(Kind.DECIDED, 3, result="granted"), h(Kind.DECIDED, 4, result="denied")], Problem.DECIDED_OTHERWISE),
        ([ACCEPTED, h(Kind.EXTENDED, 3, days=5), h(Kind.EXTENDED, 4, days=5)], Problem.EXTENDED_AGAIN),
    ],
)  # fmt: skip
def test_what_cannot_follow_is_set_aside_and_named(log: list[Happening], problem: Problem):
    progress = folded(*log)
    assert problems(progress) == [problem]
    assert progress.contradictions[0].key == log[-1].key
    without = folded(*log[:-1])
    assert (progress.stage, progress.promised_due, progress.legal_due) == (
        without.stage, without.promised_due, without.legal_due,
    )  # fmt: skip


def test_every_problem_has_its_words():
    assert set(PROBLEMS) == set(Problem)


def test_what_was_asked_for_too_late_is_missing_all_the_same():
    again = folded(h(Kind.NOTICE_ONCE, 2, items=("照片",)), h(Kind.NOTICE_ONCE, 3, items=("户口簿",)))
    assert again.open_items == ("照片", "户口簿")


def test_what_was_merely_early_is_made_whole_by_what_was_missing():
    early = [ACCEPTED, h(Kind.RESUMED, 4)]
    assert problems(folded(*early)) == [Problem.NEVER_STARTED]
    assert problems(folded(*early, h(Kind.SUSPENDED, 3))) == []


def test_an_event_told_twice_under_two_names_contradicts_nothing():
    for one in (ACCEPTED, h(Kind.DECIDED, 3, result="granted"), h(Kind.CLOSED, 4)):
        log = [ACCEPTED, h(Kind.DECIDED, 3, result="granted"), h(Kind.CLOSED, 4)]
        again = Happening(one.kind, one.at, key="other", result=one.result)
        assert folded(*log, again).contradictions == ()
        assert folded(*log, again).promised_due == folded(*log).promised_due


def test_a_mistake_is_struck_out_whenever_that_is_told():
    mistake, voided = h(Kind.REFUSED, 3), h(Kind.VOIDED, 4, voids="refused-3-10")
    for log in ([ACCEPTED, mistake, voided], [voided, ACCEPTED, mistake]):
        progress = folded(*log)
        assert (progress.stage, progress.closed_at, progress.contradictions) == (Kind.ACCEPTED, None, ())
    ended = folded(h(Kind.RECEIVED, 1), mistake, h(Kind.VOIDED, 4, voids="refused-3-10"))
    assert (ended.stage, ended.closed_at) == (Kind.RECEIVED, None)
