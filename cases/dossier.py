"""A case as staff see it: its whole log with who told what, what was set aside, notices, notes, and who followed it.

That somebody looked is kept with the case and, where the applicant has an account, with the person.
"""

from dataclasses import dataclass

from cases import conflicts, entrusted, logbook, next_steps, notice, usual, views
from cases.errors import CaseNotFound
from cases.filing_models import Supplement
from cases.folding import PROBLEMS, Progress
from cases.handling import possible
from cases.logbook import LogRow
from cases.models import Case
from cases.next_steps import NextStep
from cases.notice import Notice
from cases.progress_models import CaseConflict, CaseNote
from cases.timeline import Kind
from cases.usual import Usual
from foundation import audit, clock, database
from foundation.actor import Actor
from foundation.workdays import WorkCalendar
from identity.looks import Look, record_access


@dataclass(frozen=True)
class Entry:
    """One event of the log: `aside` says why it does not count, `voided` that it was struck out."""

    row: LogRow
    label: str
    aside: str
    voided: bool


@dataclass(frozen=True, kw_only=True)
class Dossier:
    case: Case
    applicant: str
    light: str
    progress: Progress
    pause: str
    next_step: NextStep
    usual: Usual | None
    entries: list[Entry]
    notices: list[Notice]
    conflicts: list[CaseConflict]
    notes: list[CaseNote]
    followers: int
    possible: list[Kind]
    agent: str
    supplements: list[Supplement]


async def by_id(case_id: int) -> Case:
    """Raises CaseNotFound."""
    case = await Case.get_or_none(id=case_id)
    if case is None:
        raise CaseNotFound
    return case


async def find(case_no: str) -> Case:
    """Raises CaseNotFound."""
    case = await Case.get_or_none(case_no=case_no)
    if case is None:
        raise CaseNotFound
    return case


async def of(case: Case, *, by: Actor) -> Dossier:
    """The whole of it; that it was read is kept."""
    log = (await logbook.of([case.id])).get(case.id, [])
    calendar = await WorkCalendar.current()
    progress = logbook.fold(case, [row.happening for row in log], calendar)
    notices = await notice.of_case(case.id, still_open=progress.open_items, voided=progress.voided)
    received = log[0].happened_at if log else case.created_at
    await _note_reading(case, by)
    return Dossier(
        case=case,
        applicant=views.applicant(case),
        light=views.light(case, clock.today()),
        progress=progress,
        pause=views.pause_words(progress),
        next_step=next_steps.of(case, progress, notices, calendar, received=received),
        usual=(await usual.of([case.item_code])).get(case.item_code),
        entries=_entries(log, progress),
        notices=notices,
        conflicts=await conflicts.of_case(case.id),
        notes=await CaseNote.filter(case_id=case.id).prefetch_related("staff").order_by("-id").limit(100),
        followers=await database.fetchval("select count(*) from case_subscription where case_id = $1", case.id),
        possible=possible(progress),
        agent=await entrusted.name_of(
            await database.fetchval("select agent_id from filing where case_id = $1", case.id)
        ),
        supplements=await Supplement.filter(case=case, state="sent").order_by("-id"),
    )


def _entries(log: list[LogRow], progress: Progress) -> list[Entry]:
    aside = {one.key: PROBLEMS[one.problem] for one in progress.contradictions}
    return [Entry(row, views.label(row), aside.get(row.key, ""), row.key in progress.voided) for row in log]


async def _note_reading(case: Case, by: Actor) -> None:
    citizen_id: int | None = case.citizen_id  # type: ignore[attr-defined]
    async with database.transaction():
        await audit.record("case.read", subject=f"case:{case.id}", by=by)
        if citizen_id is not None:
            detail = {"case_no": case.case_no}
            await audit.record("citizen.case_read", subject=f"citizen:{citizen_id}", by=by, detail=detail)
            await record_access([citizen_id], what=Look.CASES, why=f"办理办件 {case.case_no}", by=by)
