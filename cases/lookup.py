"""Who may see a case: its applicant, a delegate, or one who knows its number and the second factor.

A wrong number and a wrong factor look the same and take the same: both compute one fingerprint and read one row.
"""

import hmac
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from cases import intake, timeline
from cases.errors import CaseNotFound
from cases.models import Case, CaseEvent
from foundation import clock, crypto, database, ratelimit
from foundation.workdays import WorkCalendar
from identity import acting
from identity.delegation import Scope
from identity.realname import masked_name

PER_NUMBER = (10, 3600)
PER_ADDRESS = (30, 3600)
NO_FACTOR = "0" * 64


@dataclass(frozen=True)
class Step:
    """One event as people read it."""

    label: str
    at: datetime
    note: str


@dataclass(frozen=True)
class CaseView:
    """A case as its applicant sees it; `applicant` is masked.

    `light`：green 正常，yellow 临近期限，red 超期，grey 未计时.
    """

    case_no: str
    item_code: str
    item_name: str
    department_name: str
    applicant: str
    stage: str
    stage_label: str
    what_next: str
    light: str
    legal_days: int | None
    promised_days: int | None
    promised_due: date | None
    legal_due: date | None
    closed: bool
    steps: list[Step]


async def by_number(*, case_no: str, last_four: str, address: str) -> CaseView:
    """Look up without signing in. Raises CaseNotFound for a wrong number or factor alike, TooManyRequests."""
    # a number of a person typed in the wrong field is kept nowhere as it is
    typed = crypto.fingerprint(case_no, purpose="limit")
    await ratelimit.check(("case-lookup-number", typed, *PER_NUMBER), ("case-lookup-ip", address, *PER_ADDRESS))
    case = await Case.get_or_none(case_no=case_no)
    wanted = case.factor_fingerprint if case else NO_FACTOR
    given = crypto.fingerprints(f"{case_no}|{last_four.upper()}", purpose="case_factor")
    matches = any([hmac.compare_digest(wanted, one) for one in given])
    if case is None or not matches:
        raise CaseNotFound
    return (await _views([case], with_notes=False))[0]


async def mine(citizen_id: int, *, limit: int = 50) -> list[CaseView]:
    """The citizen's own cases, the latest changed first."""
    rows = await Case.filter(citizen_id=citizen_id).order_by("-changed_at").limit(limit)
    return await _views(rows, with_notes=True)


async def to_supplement(citizen_id: int) -> list[tuple[str, str]]:
    """(case_no, item name) of the citizen's cases that wait for papers."""
    rows = await database.fetch(  # for every home page, so without the ORM
        """select case_no, item_name from case_file where citizen_id = $1 and stage = $2
            order by changed_at desc limit 5""",
        citizen_id,
        timeline.Kind.NOTICE_ONCE,
    )
    return [(row["case_no"], row["item_name"]) for row in rows]


async def one_of_mine(*, case_no: str, citizen_id: int) -> CaseView:
    """One case for its applicant or their delegate. Raises CaseNotFound for everybody else."""
    case = await Case.get_or_none(case_no=case_no)
    owner: int | None = case.citizen_id if case else None  # type: ignore[attr-defined]
    if case is None or owner is None:
        raise CaseNotFound
    if owner != citizen_id and not await acting.may(
        agent=citizen_id, subject=owner, scope=Scope.PROGRESS, items=[case.item_code]
    ):
        raise CaseNotFound
    return (await _views([case], with_notes=True))[0]


async def _views(cases: list[Case], *, with_notes: bool) -> list[CaseView]:
    calendar, events = await WorkCalendar.current(), defaultdict[int, list[CaseEvent]](list)
    for row in await CaseEvent.filter(case_id__in=[case.id for case in cases]).order_by("happened_at", "id"):
        events[row.case_id].append(row)  # type: ignore[attr-defined]
    return [_view(case, events[case.id], calendar, with_notes) for case in cases]


def _view(case: Case, rows: list[CaseEvent], calendar: WorkCalendar, with_notes: bool) -> CaseView:
    progress = intake.fold(case, rows, calendar)
    kind = progress.stage
    return CaseView(
        case_no=case.case_no,
        item_code=case.item_code,
        item_name=case.item_name,
        department_name=case.department_name,
        applicant=masked_name(crypto.open_sealed(case.applicant_name_sealed)),
        stage=kind,
        stage_label=timeline.LABELS[kind],
        what_next=timeline.NEXT[kind],
        light=timeline.light(
            progress,
            promised_days=case.promised_days,
            legal_days=case.legal_days,
            today=clock.today(),
            calendar=calendar,
        ),
        legal_days=case.legal_days,
        promised_days=case.promised_days,
        promised_due=progress.promised_due,
        legal_due=progress.legal_due,
        closed=progress.closed_at is not None,
        steps=[
            Step(timeline.LABELS[timeline.Kind(row.kind)], row.happened_at, row.note if with_notes else "")
            for row in rows
        ],
    )
