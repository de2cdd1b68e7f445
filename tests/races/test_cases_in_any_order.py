"""Whatever is told in whatever order, by whatever calendar and clock: the log folds to the same, and nothing is lost.

The same events are told to two cases, to each in an order of its own, alone and in batches, some of them again.
`HYPOTHESIS_PROFILE=long` looks longer than a test run may take.
"""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from cases import intake, logbook, rebuilding, taking_in
from cases.models import Case, CaseEvent
from cases.progress_models import CaseConflict
from cases.pushed import Missing, key_of
from cases.timeline import Kind
from foundation import clock
from foundation.errors import Refusal
from foundation.models import WorkdayOverride
from foundation.workdays import WorkCalendar
from identity.idnumber import Identity
from tests.builders import identity as people
from tests.builders.cases import BUREAU, case_number, registration
from tests.machine import Machine, walk

BEGAN = datetime(2026, 9, 21, 9, tzinfo=clock.SHANGHAI)
HOURS = 24 * 40
PAPERS = ("户口簿", "照片")
happenings = st.fixed_dictionaries(
    {
        "kind": st.sampled_from([one for one in Kind if one is not Kind.VOIDED]),
        "hours": st.integers(0, HOURS),
        "days": st.sampled_from([None, 1, 5]),
        "items": st.lists(st.sampled_from(PAPERS), unique=True, max_size=2),
        "result": st.sampled_from(["", "granted", "denied"]),
    }
)


class InAnyOrder(Machine):
    """`known` are the events that somebody has told to the first case; `owed` those the twin has still to hear."""

    @initialize()
    def open(self) -> None:
        applicant = Identity.of("id_card", people.id_number())
        self.numbers = [case_number(), case_number()]
        self.about = registration(applicant=applicant, legal_days=20, promised_days=7)
        self.now = BEGAN + timedelta(hours=HOURS // 2)
        self.known: list[dict[str, Any]] = []
        self.owed: list[dict[str, Any]] = []
        self.early: list[dict[str, Any]] = []
        self.tell(dict(kind=Kind.RECEIVED, hours=0, days=None, items=[], result=""))

    def pushed(self, one: dict[str, Any], number: int) -> intake.PushedEvent:
        kind = one["kind"]
        voids = key_of(BUREAU.name, f"{self.numbers[number]}-{one['voids']}") if kind is Kind.VOIDED else ""
        return intake.PushedEvent(
            event_id=f"{self.numbers[number]}-{one['nth']}",
            case_no=self.numbers[number],
            kind=kind,
            happened_at=BEGAN + timedelta(hours=one["hours"]),
            days=(one["days"] or 3) if kind is Kind.EXTENDED else one["days"],
            items=tuple(map(Missing, one["items"])) if kind in (Kind.NOTICE_ONCE, Kind.SUPPLEMENTED) else (),
            result=one["result"] if kind is Kind.DECIDED else "",
            voids=voids,
            registration=self.about,
        )

    def take(self, number: int, *those: dict[str, Any]) -> list[Any]:
        with clock.frozen(self.now):
            events = [self.pushed(one, number) for one in those]
            return self.run_async(taking_in.take_in(events, by=BUREAU))

    @rule(one=happenings)
    def tell(self, one: dict[str, Any]) -> None:
        """What is told before it can have happened is refused, and told again later."""
        one["nth"] = len(self.known) + len(self.early)
        (answer,) = self.take(0, one)
        assert isinstance(answer, Refusal) == (one["hours"] > HOURS // 2 + self.later)
        (self.early if isinstance(answer, Refusal) else self.known).append(one)
        if not isinstance(answer, Refusal):
            self.owed.append(one)

    later = 0

    @rule(nth=st.integers(0, 50), hours=st.integers(0, HOURS // 2))
    def strike_out(self, nth: int, hours: int) -> None:
        target = self.known[nth % len(self.known)]["nth"]
        self.tell(dict(kind=Kind.VOIDED, hours=hours, days=None, items=[], result="", voids=target))

    @rule(nth=st.integers(0, 50))
    def tell_again(self, nth: int) -> None:
        (answer,) = self.take(0, self.known[nth % len(self.known)])
        assert answer.outcome == "repeated"

    @rule(data=st.data())
    def the_twin_hears_some(self, data: st.DataObject) -> None:
        some = data.draw(st.lists(st.sampled_from(self.owed), unique_by=id, max_size=4)) if self.owed else []
        answers = self.take(1, *some)
        assert all(one.outcome == "appended" for one in answers)
        self.owed = [one for one in self.owed if not any(one is other for other in some)]

    @rule(hours=st.integers(1, 48))
    def time_goes_on(self, hours: int) -> None:
        self.later, self.now = self.later + hours, self.now + timedelta(hours=hours)
        early, self.early = self.early, []
        for one in early:
            (answer,) = self.take(0, one)
            if isinstance(answer, Refusal):
                self.early.append(one)
            else:
                self.known.append(one)
                self.owed.append(one)

    @rule(day=st.integers(0, 60), works=st.booleans())
    def the_calendar_changes(self, day: int, works: bool) -> None:
        async def declared() -> None:
            said = {"is_workday": works, "reason": "测试", "set_by": "staff:1"}
            await WorkdayOverride.update_or_create(said, day=BEGAN.date() + timedelta(days=day))
            await rebuilding.follow_calendar()

        self.run_async(declared())

    @invariant()
    def the_row_is_what_the_log_says(self) -> None:
        if hasattr(self, "known"):
            self.run_async(self.compare())

    async def compare(self) -> None:
        case = await Case.get(case_no=self.numbers[0])
        assert await CaseEvent.filter(case=case).count() == len(self.known), "nothing is lost"
        assert await rebuilding.differing([case.id], await WorkCalendar.current()) == []

    def teardown(self) -> None:
        if not hasattr(self, "known"):
            return
        for one in reversed(self.owed):
            self.take(1, one)
        self.run_async(self.alike())

    async def alike(self) -> None:
        """Both folded by one calendar, for of a closed case that of its day counts."""
        cases = [await Case.get(case_no=number) for number in self.numbers]
        await rebuilding.refold([one.id for one in cases], why="重建", by=BUREAU)
        one, other = [await Case.get(id=one.id) for one in cases]
        for name in logbook.FOLDED:
            assert getattr(one, name) == getattr(other, name), name
        held = [
            sorted([row.problem, row.event_id.removeprefix(case.case_no)] for row in rows)
            for case, rows in [(one, await self.open_of(one)), (other, await self.open_of(other))]
        ]
        assert held[0] == held[1]
        assert (one.contradictions > 0) == bool(held[0])

    async def open_of(self, case: Case) -> list[CaseConflict]:
        return await CaseConflict.filter(case=case, state="open")


@pytest.mark.usefixtures("db")
async def test_cases_in_any_order():
    await walk(InAnyOrder, examples=8, steps=20, shrink=True)
