"""Many events at once: every row answered for itself, and those of a batch written together.

A batch takes the locks of its case numbers in one order, reads what is known in a few statements, folds in memory and
writes. What the database refuses then (one event id for two cases at the same moment) is tried again row by row, so
that nobody's fault is another's.
"""

import zlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from tortoise.exceptions import IntegrityError

from cases import conflicts, fees, logbook, notice, numbering, registering
from cases.conflicts import Found
from cases.errors import CaseNeedsRegistration, EventChanged
from cases.events import CaseClosed, CaseMoved
from cases.folding import Happening, Progress
from cases.models import Case, CaseEvent
from cases.pushed import PushedEvent, detail_of, fault, happening, hash_of
from cases.timeline import Kind
from foundation import audit, database
from foundation.actor import Actor
from foundation.errors import Refusal
from foundation.events import Event, tell_each
from foundation.workdays import WorkCalendar

AT_ONCE = 250
LOCKS, BUCKETS = 26, 4096  # few locks, however many cases a batch has
CLOSING = (Kind.CLOSED, Kind.DELIVERED)
KNOWN = "select event_id, case_id, body_hash from case_event where source = $1 and event_id = any($2::text[])"


@dataclass(frozen=True)
class Taken:
    """``appended`` or ``repeated``, and the number the case has."""

    outcome: str
    case_no: str


Answer = Taken | Refusal


async def take_in(told: Sequence[PushedEvent], *, by: Actor, source: str = "", quiet: bool = False) -> list[Answer]:
    """An answer for each, in order; `quiet` tells nobody. A row that carries a fee has a transaction of its own.

    `source` is as whose events they are kept, where that is not `by`.
    """
    answers: list[Answer] = []
    for some in _batches(told):
        answers += await take_batch(some, by=by, source=source, quiet=quiet)
    return answers


async def take_batch(some: Sequence[PushedEvent], *, by: Actor, source: str = "", quiet: bool = False) -> list[Answer]:
    """As `take_in`, for rows that are few enough for one transaction."""
    try:
        return await _together(some, by, source or registering.source_of(by), quiet)
    except IntegrityError:
        if len(some) > 1:
            return [answer for one in some for answer in await take_batch([one], by=by, source=source, quiet=quiet)]
        return [EventChanged()]  # the same event_id came for another case at the same moment
    except Refusal as refusal:
        if len(some) > 1 or refusal.status >= 500:
            raise
        return [refusal]


def _batches(told: Sequence[PushedEvent]) -> Iterable[Sequence[PushedEvent]]:
    begin = 0
    for end, one in enumerate(told):
        alone = one.registration is not None and one.registration.fee is not None
        if (alone or end - begin == AT_ONCE) and end > begin:
            yield told[begin:end]
            begin = end
        if alone:
            yield told[end : end + 1]
            begin = end + 1
    if begin < len(told):
        yield told[begin:]


@database.retry_on_deadlock
async def _together(some: Sequence[PushedEvent], by: Actor, source: str, quiet: bool) -> list[Answer]:
    async with database.transaction():
        batch = _Batch(by=by, source=source, calendar=await WorkCalendar.current())
        sound = [one for one in some if fault(one) is None]
        await lock([one.case_no or f"{batch.source}|{_reference(one)}" for one in sound])
        sound = await batch.read(sound)
        fitting = iter(sound)
        answers = [fault(one) or batch.take(next(fitting)) for one in some]
        await batch.write(quiet=quiet)
        return answers


async def lock(names: Iterable[str]) -> None:
    """Within a transaction: one at a time for a case, known or not yet; always in the same order."""
    await database.joined().execute(
        "select pg_advisory_xact_lock($1, bucket) from unnest($2::int[]) as bucket",
        LOCKS,
        sorted({zlib.crc32(name.encode()) % BUCKETS for name in names}),
    )


def _reference(event: PushedEvent) -> str:
    return event.registration.reference if event.registration else ""


@dataclass
class _Batch:
    """What is known of the cases of a batch, and what becomes of them."""

    by: Actor
    source: str
    calendar: WorkCalendar
    cases: dict[str, Case] = field(default_factory=dict)
    logs: dict[int, list[Happening]] = field(default_factory=lambda: defaultdict(list))
    hashes: dict[str, tuple[int, str]] = field(default_factory=dict)  # event_id → whose, and what was told
    stages: dict[int, str] = field(default_factory=dict)  # as they were before
    fresh: dict[str, Case] = field(default_factory=dict)  # what would be registered, by number
    new: list[Case] = field(default_factory=list)
    events: list[tuple[Case, PushedEvent]] = field(default_factory=list)
    found: Found = field(default_factory=Found)

    async def read(self, those: Sequence[PushedEvent]) -> list[PushedEvent]:
        """Everything that `take` asks; the events with the number of their case, where they had only a reference."""
        those = await self._numbered(those)
        wanted = {one.case_no for one in those}
        for case in await Case.filter(case_no__in=wanted).order_by("id").select_for_update():
            self.cases[case.case_no], self.stages[case.id] = case, case.stage
        for case_id, log in (await logbook.of([one.id for one in self.cases.values()])).items():
            self.logs[case_id] = [row.happening for row in log]
        for row in await database.fetch(KNOWN, self.source, [one.event_id for one in those]):
            self.hashes[row["event_id"]] = (row["case_id"], row["body_hash"])
        unknown = {one.case_no: one.registration for one in reversed(those) if one.registration}
        self.fresh = await registering.new_cases(
            {number: about for number, about in unknown.items() if number not in self.cases}, source=self.source
        )
        return those

    async def _numbered(self, those: Sequence[PushedEvent]) -> list[PushedEvent]:
        """登记赋码: what has no number yet gets one; the same reference again gets the same."""
        given: dict[str, str] = {}
        for one in those:
            about = one.registration
            if one.case_no or about is None or about.reference in given:
                continue
            known = await Case.get_or_none(source=self.source, reference=about.reference)
            given[about.reference] = known.case_no if known else await numbering.case_no(item_code=about.item_code)
        return [one if one.case_no else replace(one, case_no=given[_reference(one)]) for one in those]

    def take(self, event: PushedEvent) -> Answer:
        case = self.cases.get(event.case_no)
        if case is None:
            if event.registration is None:
                return CaseNeedsRegistration()
            case = self.cases[event.case_no] = self.fresh[event.case_no]
            self.new.append(case)
        if refusal := registering.objection(case, event, source=self.source):
            self.found.refused(case, event, refusal.code, source=self.source, by=self.by)
            return refusal
        if registering.differs(case, event.registration):
            self.found.refused(case, event, "RegistrationDiffers", source=self.source, by=self.by)
        told, known = hash_of(event, case.case_no), self.hashes.get(event.event_id)
        if known is not None and known != (case.id, told):
            self.found.refused(case, event, "EventChanged", source=self.source, by=self.by)
            return EventChanged()
        if known is not None:
            return Taken("repeated", case.case_no)
        registering.take_over(case, source=self.source)
        self._append(case, event, told)
        return Taken("appended", case.case_no)

    def _append(self, case: Case, event: PushedEvent, told: str) -> None:
        self.hashes[event.event_id] = (case.id, told)
        self.events.append((case, event))
        self.logs[case.id].append(
            happening(
                kind=event.kind,
                at=event.happened_at,
                note=event.note,
                source=self.source,
                event_id=event.event_id,
                detail=detail_of(event),
            )  # fmt: skip
        )

    async def write(self, *, quiet: bool) -> None:
        moved = {case.id: case for case, _ in self.events}
        standing = {case_id: logbook.fold(case, self.logs[case_id], self.calendar) for case_id, case in moved.items()}
        for case_id, case in moved.items():
            logbook.project(case, standing[case_id], self.calendar)
            self.found.set_aside(case, standing[case_id].contradictions)
        await Case.bulk_create(self.new)
        await logbook.keep([case for case in moved.values() if case.id in self.stages])
        rows = await self._events()
        given = await notice.give([(case, event, rows[event.event_id]) for case, event in self.events])
        await conflicts.keep(self.found, folded=standing)
        await self._follow(standing)
        if not quiet:
            await tell_each([*self._told(standing), *given])

    async def _events(self) -> dict[str, int]:
        """Append them; event_id → id of its row."""
        ids = await registering.ids("case_event", len(self.events))
        rows = [
            CaseEvent(
                id=row_id,
                case_id=case.id,
                source=self.source,
                event_id=event.event_id,
                kind=event.kind,
                happened_at=event.happened_at,
                note=event.note,
                detail=detail_of(event),
                told_by=str(self.by),
                body_hash=self.hashes[event.event_id][1],
            )
            for row_id, (case, event) in zip(ids, self.events, strict=True)
        ]
        await CaseEvent.bulk_create(rows)
        return {row.event_id: row.id for row in rows}

    async def _follow(self, standing: dict[int, Progress]) -> None:
        """What a registration and an end bring with them: an audit row, a fee that is owed or is owed no more."""
        if self.new:
            await audit.record_each("case.registered", subjects=[f"case:{one.id}" for one in self.new], by=self.by)
        fresh = {case.id for case in self.new}
        for case, event in self.events:
            about = event.registration
            if about and about.fee and case.id in fresh:
                await fees.ask(case, about.fee, applicant=about.applicant, name=about.applicant_name, by=self.by)
        for case_id, progress in standing.items():
            if progress.stage in fees.FREE and self.stages.get(case_id) != progress.stage:
                await fees.drop(next(case for case, _ in self.events if case.id == case_id))

    def _told(self, standing: dict[int, Progress]) -> list[Event]:
        told: list[Event] = []
        moved = {case.id: case for case, _ in self.events}
        for case_id, progress in standing.items():
            citizen_id: int | None = moved[case_id].citizen_id  # type: ignore[attr-defined]
            before = self.stages.get(case_id)
            if before != progress.stage:
                due = progress.promised_due or progress.legal_due
                told.append(CaseMoved(case_id=case_id, citizen_id=citizen_id, stage=progress.stage, due=due))
            if progress.stage in CLOSING and before not in CLOSING:
                told.append(CaseClosed(case_id=case_id, citizen_id=citizen_id))
        return told
