"""Whatever the asker and staff do with a consultation in whatever order: it is where we reckon, and so is its day."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from feedback import answering, consultation_lookup, consultations, moderation
from feedback.consultation_models import Consultation
from foundation import clock
from foundation.errors import Refusal
from tests.builders import opinions
from tests.builders.opinions import noon
from tests.feedback.test_rectification_in_any_order import BEGINS, days_on
from tests.machine import Machine, walk

reached: Counter[str] = Counter()
STEPS = (
    "go_on", "time_passes", "go_on", "decide", "go_on", "refuse", "go_on", "claim", "draft", "review",
    "review_one_s_own", "go_on", "point", "mark", "go_on", "appeal_against_it", "ask_again", "withdraw",
)  # fmt: skip


class ConsultationInAnyOrder(Machine):
    """One complaint, whose answers are reviewed: its asker, its owner, a reviewer."""

    def run_async(self, work: Any) -> Any:
        async def on_that_day() -> Any:
            with clock.frozen(noon(self.today)):
                return await work

        return super().run_async(on_that_day())

    def attempt(self, work: Any, allowed: bool, becomes: str = "") -> bool:
        try:
            self.run_async(work)
        except Refusal:
            assert not allowed
            return False
        assert allowed
        if becomes:
            self.state = becomes
            reached[becomes] += 1
        return True

    @initialize(today=st.sampled_from(BEGINS))
    def open(self, today: date) -> None:
        self.today = today
        self.asker, self.owner, self.other = self.run_async(self.people())
        self.one = self.run_async(opinions.asked(by=self.asker, kind="complaint"))
        self.state, self.due, self.owned = "open", days_on(today, 5), False
        self.asked_again, self.marked, self.appeal = False, False, ""

    @staticmethod
    async def people() -> tuple[Any, Any, Any]:
        return await opinions.a_citizen(), await opinions.staff(), await opinions.staff()

    @rule(step=st.sampled_from(STEPS), n=st.integers(0, 11))
    def do(self, step: str, n: int) -> None:
        getattr(self, step)(n)

    def go_on(self, n: int) -> None:
        """What comes next, so that most runs get somewhere."""
        step = {"drafted": self.review, "answered": self.ask_again, "refused": self.appeal_against_it}.get(self.state)
        if self.state == "open":
            step = self.draft if self.owned else self.claim
        if step:
            step(n)

    def time_passes(self, n: int) -> None:
        self.today += timedelta(days=1 + n % 9)

    def claim(self, n: int) -> None:
        work = answering.claim(consultation_id=self.one.id, by=self.owner)
        if self.attempt(work, self.state in ("open", "drafted")):
            self.owned = True

    def draft(self, n: int) -> None:
        work = answering.answer(consultation_id=self.one.id, text="初稿", by=self.owner)
        self.attempt(work, self.state == "open" and self.owned, "drafted")

    def review(self, n: int) -> None:
        if n % 3:
            work = answering.approve(consultation_id=self.one.id, by=self.other)
            if self.attempt(work, self.state == "drafted", "answered"):
                self.marked = False
        else:
            work = answering.send_back(consultation_id=self.one.id, reason="重写", by=self.other)
            self.attempt(work, self.state == "drafted", "open")

    def review_one_s_own(self, n: int) -> None:
        self.attempt(answering.approve(consultation_id=self.one.id, by=self.owner), False)

    def point(self, n: int) -> None:
        work = answering.point(consultation_id=self.one.id, door="hotline", text="", by=self.owner)
        self.attempt(work, self.state == "open", "pointed")

    def refuse(self, n: int) -> None:
        work = moderation.refuse(consultation_id=self.one.id, why="unrelated", text="无具体事项", by=self.owner)
        self.attempt(work, self.state == "open", "refused")

    def appeal_against_it(self, n: int) -> None:
        work = moderation.appeal(one=self.one, text="我说的是具体事情", by=self.asker)
        if self.attempt(work, self.state == "refused" and not self.appeal):
            self.appeal = "open"

    def decide(self, n: int) -> None:
        work = moderation.decide(consultation_id=self.one.id, accept=n % 2 == 0, reason="查明", by=self.other)
        if self.attempt(work, self.state == "refused" and self.appeal == "open"):
            self.appeal = "accepted" if n % 2 == 0 else "rejected"
            reached[self.appeal] += 1
            if n % 2 == 0:
                self.state, self.due, self.owned = "open", days_on(self.today, 5), False

    def ask_again(self, n: int) -> None:
        work = consultations.ask_again(one=self.one, text="还有一问", by=self.asker)
        if self.attempt(work, self.state == "answered" and not self.asked_again, "open"):
            self.asked_again, self.due = True, days_on(self.today, 5)

    def mark(self, n: int) -> None:
        work = consultations.rate(one=self.one, level=1 + n % 5, by=self.asker)
        if self.attempt(work, self.state == "answered" and not self.marked):
            self.marked = True

    def withdraw(self, n: int) -> None:
        if n % 4:
            return  # seldom: else most runs would be over at once
        self.attempt(
            consultations.withdraw(one=self.one, by=self.asker), self.state in ("open", "drafted"), "withdrawn"
        )

    @invariant()
    def all_is_as_reckoned(self) -> None:
        self.run_async(self.check())

    async def check(self) -> None:
        one = await Consultation.get(id=self.one.id)
        assert (one.state, one.due_on, one.appeal_state) == (self.state, self.due, self.appeal)
        assert (one.asked_again, one.mark is not None) == (self.asked_again, self.marked)
        seen = await consultation_lookup.seen(one)
        assert (seen.can_ask_again, seen.can_mark, seen.can_appeal, seen.can_withdraw) == (
            self.state == "answered" and not self.asked_again,
            self.state == "answered" and not self.marked,
            self.state == "refused" and not self.appeal,
            self.state in ("open", "drafted"),
        )
        assert not any("初稿" in said.text for said in seen.said if self.state == "drafted" and not self.asked_again)


@pytest.mark.usefixtures("db", "redis_db")
async def test_a_consultation_in_any_order() -> None:
    await walk(ConsultationInAnyOrder, examples=10, steps=20)
    assert reached.keys() >= {"drafted", "answered", "refused"}, reached
