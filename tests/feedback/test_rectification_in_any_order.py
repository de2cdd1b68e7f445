"""Whatever is done with a rectification in whatever order, on whatever day: its state and its days are as we reckon."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from feedback import lateness, rectification_appeals, rectifying
from feedback.models import Rating, Rectification
from foundation import clock, database
from foundation.errors import Refusal
from foundation.workdays import WorkCalendar
from tests.builders import opinions
from tests.builders.opinions import noon
from tests.machine import Machine, walk

PUBLISHED = WorkCalendar()
reached: Counter[str] = Counter()
# Days before long holidays, a Saturday that works, a Friday.
BEGINS = (date(2025, 9, 30), date(2025, 10, 11), date(2026, 2, 13), date(2026, 4, 30), date(2026, 6, 12))

STEPS = (
    "time_passes", "morning", "go_on", "appeal_against_it", "decide", "extend", "time_passes", "call_back", "morning",
    "mend", "verify", "go_on",
)  # fmt: skip


def days_on(day: date, number: int) -> date:
    """So many working days on, counted one by one."""
    while number:
        day += timedelta(days=1)
        number -= PUBLISHED.is_workday(day)
    return day


class RectificationInAnyOrder(Machine):
    """One bad mark; its owner, the citizen, a department that appeals, a supervisor."""

    def run_async(self, work: Any) -> Any:
        async def on_that_day() -> Any:
            with clock.frozen(noon(self.today)):
                return await work

        return super().run_async(on_that_day())

    def attempt(self, work: Any, allowed: bool) -> bool:
        try:
            self.run_async(work)
        except Refusal:
            assert not allowed
            return False
        assert allowed
        return True

    @initialize(today=st.sampled_from(BEGINS))
    def open(self, today: date) -> None:
        self.today = today
        self.run_async(database.execute("truncate rectification cascade"))  # of the run before
        self.one, self.citizen = self.run_async(opinions.a_bad_mark())
        self.owner, self.filer, self.judge = [self.run_async(opinions.staff()) for _ in range(3)]
        self.run_async(rectifying.assign(rectification_id=self.one.id, owner_id=self.owner.number, by=self.owner))
        self.state, self.extended, self.appeal, self.rounds = "open", 0, "", 1
        self.call_due, self.mend_due = days_on(today, 1), days_on(today, 15)
        self.told: set[str] = set()

    @rule(step=st.sampled_from(STEPS), n=st.integers(0, 11))
    def do(self, step: str, n: int) -> None:
        getattr(self, step)(n)

    def go_on(self, n: int) -> None:
        """What comes next, so that most runs get somewhere."""
        step = {"open": self.call_back, "called_back": self.mend, "mended": self.verify}.get(self.state)
        if step:
            step(n)

    def time_passes(self, n: int) -> None:
        self.today += timedelta(days=1 + n % 7)

    def call_back(self, n: int) -> None:
        work = rectifying.call_back(rectification_id=self.one.id, text="了解情况", reached=n % 2 == 0, by=self.owner)
        if self.attempt(work, self.state == "open"):
            self.state = "called_back"

    def mend(self, n: int) -> None:
        work = rectifying.mend(rectification_id=self.one.id, remedy="加开窗口", by=self.owner)
        if self.attempt(work, self.state == "called_back"):
            self.state = "mended"

    def extend(self, n: int) -> None:
        workdays = n + 1
        fits = self.state in ("open", "called_back") and not self.extended and workdays <= 10
        work = rectifying.extend(rectification_id=self.one.id, workdays=workdays, reason="施工", by=self.owner)
        if self.attempt(work, fits and self.today <= self.mend_due):
            self.extended, self.mend_due = workdays, days_on(self.mend_due, workdays)
            self.told.discard("soon")
            reached["extended"] += 1

    def verify(self, n: int) -> None:
        satisfied = n % 2 == 0
        work = rectifying.verify_mine(rectification_id=self.one.id, satisfied=satisfied, text="", by=self.citizen)
        if not self.attempt(work, self.state == "mended"):
            return
        self.state = "verified" if satisfied else "called_back"
        reached[self.state] += 1
        if not satisfied:
            self.mend_due, self.rounds, self.told = days_on(self.today, 15), self.rounds + 1, set()

    def appeal_against_it(self, n: int) -> None:
        work = rectification_appeals.file(rectification_id=self.one.id, text="不是我们", by=self.filer)
        if self.attempt(work, self.state in ("open", "called_back") and not self.appeal):
            self.appeal = "open"

    def decide(self, n: int) -> None:
        accept = n % 3 == 0
        going = self.state in ("open", "called_back", "mended")
        work = rectification_appeals.decide(rectification_id=self.one.id, accept=accept, reason="查明", by=self.judge)
        if self.attempt(work, going and self.appeal == "open"):
            self.appeal = "accepted" if accept else "rejected"
            self.state = "dismissed" if accept else self.state
            reached[self.appeal] += 1

    def morning(self, n: int) -> None:
        """What is told is what is due and has not been told."""
        due = set()
        if self.state == "open" and self.today > self.call_due and not self.told & {"call_back", "mend"}:
            due.add("call_back")
        if self.state in ("open", "called_back"):
            if self.today > self.mend_due and "mend" not in self.told:
                due.add("mend")
            elif self.today <= self.mend_due <= days_on(self.today, 3) and "soon" not in self.told:
                due.add("soon")
        assert self.run_async(lateness.of_rectifications()) == len(due)
        self.told |= due
        reached.update(due)

    @invariant()
    def all_is_as_reckoned(self) -> None:
        self.run_async(self.check())

    async def check(self) -> None:
        one = await Rectification.get(id=self.one.id)
        assert (one.state, one.mend_due, one.call_back_due) == (self.state, self.mend_due, self.call_due)
        assert (one.rounds, one.extended_by) == (self.rounds, self.extended)
        assert ((await Rating.get(id=one.rating_id)).department == "") == (self.state == "dismissed")  # type: ignore[attr-defined]


@pytest.mark.usefixtures("db")
async def test_a_rectification_in_any_order() -> None:
    await walk(RectificationInAnyOrder, examples=30, steps=20)
    assert reached.keys() >= {"extended", "verified", "called_back"}, reached
