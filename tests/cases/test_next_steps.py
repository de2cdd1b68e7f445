"""What comes next is said for every stage, with a day wherever somebody is bound to one."""

from datetime import date, datetime

import pytest

from cases import next_steps
from cases.folding import Happening, fold
from cases.models import Case
from cases.next_steps import NextStep
from cases.notice import Notice
from cases.timeline import NO_STAGE, Kind
from foundation import clock
from foundation.workdays import WorkCalendar

CALENDAR = WorkCalendar({})
MONDAY = datetime(2026, 11, 2, 10, tzinfo=clock.SHANGHAI)
NOTICE = Notice(1, "政务告知〔2026〕00001号", MONDAY, date(2026, 11, 16), "", [])


def step(*log: Happening, today: date = date(2026, 11, 3), notices: tuple[Notice, ...] = ()) -> NextStep:
    progress = fold(log, legal_days=20, promised_days=5, calendar=CALENDAR)
    case = Case(promised_days=5, legal_days=20, promised_due=progress.promised_due, legal_due=progress.legal_due)
    with clock.frozen(datetime.combine(today, datetime.min.time(), clock.SHANGHAI)):
        return next_steps.of(case, progress, notices, CALENDAR, received=MONDAY)


def happened(kind: Kind, day: int = 2, **more) -> Happening:
    return Happening(kind=kind, at=MONDAY.replace(day=day), key=f"{kind}-{day}", **more)


ACCEPTED = happened(Kind.ACCEPTED)


@pytest.mark.parametrize("kind", [one for one in Kind if one not in NO_STAGE])
def test_every_stage_has_a_sentence(kind: Kind):
    said = step(happened(kind))
    assert said.what.endswith("。")


@pytest.mark.parametrize(
    ("log", "words", "when"),
    [
        ([happened(Kind.RECEIVED)], "5 个工作日内告知是否受理", date(2026, 11, 9)),
        ([ACCEPTED], "最迟在下列日期办结", date(2026, 11, 9)),
        ([ACCEPTED, happened(Kind.REVIEWED, 3)], "正在作出决定", date(2026, 11, 9)),
        ([ACCEPTED, happened(Kind.DECIDED, 3)], "10 个工作日内送达", date(2026, 11, 17)),
        ([ACCEPTED, happened(Kind.SPECIAL_STARTED, 3, days=2, procedure="hearing")], "正在听证", date(2026, 11, 5)),
        ([ACCEPTED, happened(Kind.SUSPENDED, 3)], "正在暂停计时，所需时间不计入", None),
        ([ACCEPTED, happened(Kind.CLOSED, 3)], "已办结", None),
    ],
)
def test_what_is_said_and_which_day(log: list[Happening], words: str, when: date | None):
    said = step(*log)
    assert words in said.what
    assert said.when == when


def test_papers_are_due_on_the_day_of_the_notice():
    said = step(ACCEPTED, happened(Kind.NOTICE_ONCE, 3, items=("户口簿",)), notices=(NOTICE,))
    assert said.when == NOTICE.due
    assert step(ACCEPTED, happened(Kind.NOTICE_ONCE, 3)).when is None


def test_who_is_late_does_not_name_a_day_that_has_passed():
    said = step(ACCEPTED, today=date(2026, 11, 10))
    assert (said.when, "12345" in said.what) == (None, True)
