"""办件进度 folded from the event log: stage, deadlines, what is missing, and what contradicts itself.

Late, early and repeated events change nothing wrongly, because the log is read in the order in which things happened
and never in that in which they were told. What cannot follow what went before is set aside and named; it may be merely
early, and then the event that was missing makes it whole.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from cases import deadlines
from cases.deadlines import Pause
from cases.timeline import ENDS, NO_STAGE, ORDER, PAUSES, Kind
from foundation import clock
from foundation.workdays import WorkCalendar

YELLOW_PERCENT = 75  # unless the setting says otherwise


@dataclass(frozen=True)
class Happening:
    """One event as the fold needs it; `key` is whose it is and how they call it."""

    kind: Kind
    at: datetime
    note: str = ""
    key: str = ""
    days: int | None = None  # the limit of a pause, or by how much the period is extended, in working days
    procedure: str = ""  # which 特别程序
    items: tuple[str, ...] = ()  # papers asked for, or brought
    result: str = ""  # of a decision
    voids: str = ""  # the key of the event that is struck out


class Problem(StrEnum):
    """Why an event was set aside. The value is kept with it; `PROBLEMS` has the words."""

    AFTER_END = "after_end"
    REFUSED_LATE = "refused_late"
    ACCEPTED_AGAIN = "accepted_again"
    STARTED_AGAIN = "started_again"
    NOTICE_AGAIN = "notice_again"
    NEVER_STARTED = "never_started"
    DECIDED_OTHERWISE = "decided_otherwise"
    EXTENDED_AGAIN = "extended_again"


PROBLEMS = {
    Problem.AFTER_END: "办件已终结，其后又有办理过程",
    Problem.REFUSED_LATE: "已经受理，其后又不予受理",
    Problem.ACCEPTED_AGAIN: "两次受理的时间不一致",
    Problem.STARTED_AGAIN: "暂停或特别程序没有结束，又再次开始",
    Problem.NOTICE_AGAIN: "补正没有完成，又再次告知补正",
    Problem.NEVER_STARTED: "有结束而没有对应的开始",
    Problem.DECIDED_OTHERWISE: "两次决定的结果不一致",
    Problem.EXTENDED_AGAIN: "期限延长了不止一次",
}


@dataclass(frozen=True, order=True)
class Contradiction:
    """An event that was set aside, and why."""

    key: str
    problem: Problem


@dataclass(frozen=True)
class Progress:
    """Where a case stands. Dues are None before acceptance and while the clock stands still without a limit."""

    stage: Kind
    accepted_at: datetime | None
    closed_at: datetime | None
    paused: bool
    promised_due: date | None
    legal_due: date | None
    warn_from: date | None = None
    pauses: tuple[Pause, ...] = ()  # those that are open
    used_days: int | None = None
    extended_days: int = 0
    decided_at: datetime | None = None
    result: str = ""
    open_items: tuple[str, ...] = ()
    told_items: tuple[str, ...] = ()  # every paper that was asked for, in the order of asking
    voided: frozenset[str] = frozenset()
    contradictions: tuple[Contradiction, ...] = ()

    @property
    def pause(self) -> Pause | None:
        """Of the open ones that which holds up the case longest."""
        return max(self.pauses, key=deadlines.longest, default=None)

    def stands_still(self, today: date) -> bool:
        """Whether today is not counted: a pause is open and has not outlasted its limit."""
        until = self.pause.until if self.pause else None
        return self.paused and (until is None or today <= until)


def fold(
    happenings: Iterable[Happening],
    *,
    legal_days: int | None,
    promised_days: int | None,
    calendar: WorkCalendar,
    yellow_percent: int = YELLOW_PERCENT,
) -> Progress:
    """Read the log in the order of happening; of two at the same moment the later step of the procedure comes last."""
    known = set(happenings)
    voided = {one.voids for one in known if one.kind is Kind.VOIDED and one.voids}
    counted = [one for one in known if one.key not in voided and one.kind is not Kind.VOIDED]
    reading = _Reading(calendar)
    for one in sorted(counted, key=_place):
        reading.read(one)
    return reading.read_out(
        legal_days=legal_days, promised_days=promised_days, yellow_percent=yellow_percent, voided=frozenset(voided)
    )


def _place(one: Happening) -> tuple[object, ...]:
    return (one.at, ORDER.index(one.kind), one.key, one.note, one.days or 0, one.procedure, one.items, one.result)


@dataclass
class _Reading:
    """The log as far as it has been read."""

    calendar: WorkCalendar
    stage: Kind = Kind.RECEIVED
    accepted_at: datetime | None = None
    closed_at: datetime | None = None
    decided: Happening | None = None
    extended: Happening | None = None
    asked: dict[str, None] = field(default_factory=dict)  # papers that are missing, in the order of asking
    told: dict[str, None] = field(default_factory=dict)  # and those that were ever asked for
    open: dict[Kind, Happening] = field(default_factory=dict)
    pauses: list[Pause] = field(default_factory=list)
    aside: set[Contradiction] = field(default_factory=set)

    def read(self, one: Happening) -> None:
        problem = self._fault(one)
        if one.kind is Kind.NOTICE_ONCE and problem in (None, Problem.NOTICE_AGAIN):
            self.asked |= dict.fromkeys(one.items)  # also what was asked for too late is missing
            self.told |= dict.fromkeys(one.items)
        if problem is not None:
            self.aside.add(Contradiction(one.key, problem))
        elif not self._is_a_part(one):
            self._take(one)

    def _fault(self, one: Happening) -> Problem | None:
        if self.stage in ENDS and one.kind not in (Kind.CLOSED, Kind.DELIVERED):
            return Problem.AFTER_END if one.kind is not self.stage else None
        if one.kind is Kind.REFUSED and self.accepted_at is not None:
            return Problem.REFUSED_LATE
        if one.kind is Kind.ACCEPTED and self.accepted_at not in (None, one.at):
            return Problem.ACCEPTED_AGAIN
        if one.kind in PAUSES and self.open.get(one.kind, one).at != one.at:
            return self._fault_of_another(one)
        if one.kind is Kind.DECIDED and self.decided and self.decided.result != one.result:
            return Problem.DECIDED_OTHERWISE
        if one.kind is Kind.EXTENDED and self.extended and (self.extended.at, self.extended.days) != (one.at, one.days):
            return Problem.EXTENDED_AGAIN
        if one.kind in PAUSES.values() and not self._is_awaited(one.kind):
            return Problem.NEVER_STARTED
        return None

    def _fault_of_another(self, one: Happening) -> Problem | None:
        """A second notice may repeat what was told (a paper came and does not do); it may not ask for more."""
        if one.kind is not Kind.NOTICE_ONCE:
            return Problem.STARTED_AGAIN
        return None if one.items and set(one.items) <= self.told.keys() else Problem.NOTICE_AGAIN

    def _is_awaited(self, end: Kind) -> bool:
        missing = end is Kind.SUPPLEMENTED and bool(self.asked)  # 容缺: accepted, and papers are still to come
        return self.stage is end or missing or self._started(end) is not None

    def _started(self, end: Kind) -> Kind | None:
        """The open pause that `end` ends."""
        return next((start for start, ends in PAUSES.items() if ends is end and start in self.open), None)

    def _is_a_part(self, one: Happening) -> bool:
        """Papers came, and others are still missing: the case goes on waiting for those."""
        if one.kind is not Kind.SUPPLEMENTED:
            return False
        brought = one.items or tuple(self.asked)
        self.asked = {name: None for name in self.asked if name not in brought}
        return bool(self.asked)

    def _take(self, one: Happening) -> None:
        if one.kind not in NO_STAGE:
            self.stage = one.kind
        if one.kind is Kind.ACCEPTED and self.accepted_at is None:
            self.accepted_at = one.at
            self._end(Kind.NOTICE_ONCE, one.at)  # who accepts has what is needed
        if one.kind is Kind.DECIDED:
            self.decided = self.decided or one
        if one.kind is Kind.EXTENDED:
            self.extended = self.extended or one
        if one.kind in PAUSES:
            self.open.setdefault(one.kind, one)
        if (started := self._started(one.kind)) is not None:
            self._end(started, one.at)
        if one.kind in ENDS and self.closed_at is None:
            self.closed_at = one.at
            for kind in list(self.open):  # whoever ends a case ends what it was waiting for
                self._end(kind, one.at)

    def _end(self, kind: Kind, at: datetime) -> None:
        if kind in self.open:
            self.pauses.append(self._pause(self.open.pop(kind), at))

    def _pause(self, one: Happening, ended: datetime | None) -> Pause:
        """补正 waits for the applicant, however long; what the office does itself stops the clock up to its limit."""
        began, until = clock.shanghai(one.at).date(), None
        if one.days is not None and one.kind is not Kind.NOTICE_ONCE:
            until = self.calendar.add_workdays(began, one.days)
        last = None if ended is None else clock.shanghai(ended).date()
        return Pause(one.kind, began, last, until, one.procedure)

    def read_out(
        self, *, legal_days: int | None, promised_days: int | None, yellow_percent: int, voided: frozenset[str]
    ) -> Progress:
        waiting = [self._pause(one, None) for one in self.open.values()]
        more = self.extended.days or 0 if self.extended else 0
        counting = deadlines.Counting(
            accepted_at=self.accepted_at, closed_at=self.closed_at, pauses=(*self.pauses, *waiting),
            promised_days=promised_days, legal_days=None if legal_days is None else legal_days + more,
            yellow_percent=yellow_percent, calendar=self.calendar,
        )  # fmt: skip
        return Progress(
            stage=self.stage,
            accepted_at=self.accepted_at,
            closed_at=self.closed_at,
            paused=bool(waiting),
            promised_due=counting.promised_due,
            legal_due=counting.legal_due,
            warn_from=counting.warn_from,
            pauses=tuple(sorted(waiting, key=deadlines.longest)),
            used_days=counting.used_days,
            extended_days=more,
            decided_at=self.decided.at if self.decided else None,
            result=self.decided.result if self.decided else "",
            open_items=tuple(self.asked) if self.closed_at is None else (),
            told_items=tuple(self.told),
            voided=voided,
            contradictions=tuple(sorted(self.aside)),
        )
