"""A case as its applicant reads it: what has happened, what comes next and when, and how long it usually takes."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Protocol

from msgspec import Struct

from cases import deadlines, folded, next_steps, notice
from cases.deadlines import LIGHTS
from cases.folding import Progress
from cases.logbook import Logged
from cases.models import Case
from cases.notice import Notice
from cases.reading import CaseRead
from cases.timeline import LABELS, NO_STAGE, PROCEDURES, RESULTS, Kind
from cases.usual import Usual
from foundation import clock
from foundation.words import one_of
from foundation.workdays import WorkCalendar
from identity.realname import masked_sealed

NAMED = {kind.value: label for kind, label in LABELS.items()}
STAGES = [one.value for one in Kind if one not in NO_STAGE]


class Step(Struct, frozen=True):
    """One event as people read it."""

    label: str
    at: datetime
    note: str


class CaseView(Struct, frozen=True, kw_only=True):
    """A case as its applicant sees it; `applicant` is masked.

    `light`：green 正常，yellow 临近期限，red 超期，grey 未计时；`what_next` 接下来会发生什么，`when` 最迟哪一天；
    `usual` 近 90 天的通常用时；`own` 本人的办件；`followed` 代办人已订阅；`agent` 网上申请的代办人（隐去部分）；
    `supplements` 在线补正已提交的次数.
    """

    case_no: str
    item_code: str
    item_name: str
    department_name: str
    applicant: str
    stage: Annotated[str, one_of(STAGES)]
    stage_label: str
    what_next: str
    when: date | None
    light: Annotated[str, one_of(LIGHTS)]
    legal_days: int | None
    promised_days: int | None
    extended_days: int
    promised_due: date | None
    legal_due: date | None
    pause: str
    pause_until: date | None
    usual: Usual | None
    closed: bool
    result: str
    steps: list[Step]
    notices: list[Notice] = []
    own: bool = False
    followed: bool = False
    agent: str = ""
    supplements: int = 0


async def of(cases: Sequence[CaseRead], *, with_notes: bool) -> list[CaseView]:
    """`with_notes` for who is the applicant or acts for them: what was written to them, and what is missing."""
    if not cases:
        return []
    calendar = await WorkCalendar.current()
    return [view(case, calendar, with_notes=with_notes) for case in cases]


def view(case: CaseRead, calendar: WorkCalendar, *, with_notes: bool) -> CaseView:
    """As `of`, of one case."""
    log = case.log()
    progress = folded.fold(case, log, calendar)
    rows = case.notices if with_notes else []
    notices = notice.told(rows, still_open=progress.open_items, voided=progress.voided)
    step = next_steps.of(case, progress, notices, calendar, received=log[0].happened_at if log else case.created_at)
    return CaseView(
        case_no=case.case_no,
        item_code=case.item_code,
        item_name=case.item_name,
        department_name=case.department_name,
        applicant=applicant(case),
        stage=case.stage,
        stage_label=NAMED[case.stage],
        what_next=step.what,
        when=step.when,
        light=light(case, clock.today()),
        legal_days=case.legal_days,
        promised_days=case.promised_days,
        extended_days=progress.extended_days,
        promised_due=case.promised_due,
        legal_due=case.legal_due,
        pause=pause_words(progress),
        pause_until=case.pause_until,
        usual=case.usual,
        closed=case.closed_at is not None,
        result=RESULTS.get(progress.result, ""),
        steps=[Step(label(row), row.happened_at, row.note if with_notes else "") for row in shown(log, progress)],
        notices=notices,
    )


def shown(log: Sequence[Logged], progress: Progress) -> list[Logged]:
    """What applicants see of the log: not what was struck out, and not the striking out."""
    struck = progress.voided  # of nearly every log nothing
    return [row for row in log if row.kind != Kind.VOIDED and not (struck and row.key in struck)]


def label(row: Logged) -> str:
    """特别程序进行中（听证）, 已作出决定（准予）, 延长期限（10 个工作日）."""
    if not row.detail:
        return NAMED[row.kind]
    more = PROCEDURES.get(row.detail.get("procedure", "")) or RESULTS.get(row.detail.get("result", ""))
    if row.kind == Kind.EXTENDED:
        more = f"{row.detail.get('days')} 个工作日"
    return f"{NAMED[row.kind]}（{more}）" if more else NAMED[row.kind]


def pause_words(progress: Progress) -> str:
    """Why the clock stands still."""
    pause = progress.pause
    if pause is None:
        return ""
    return PROCEDURES.get(pause.procedure) or next_steps.PAUSED[pause.kind]


class Counted(Protocol):
    """What the light of a case goes by."""

    @property
    def promised_days(self) -> int | None: ...
    @property
    def promised_due(self) -> date | None: ...
    @property
    def legal_due(self) -> date | None: ...
    @property
    def warn_from(self) -> date | None: ...
    @property
    def paused(self) -> bool: ...
    @property
    def pause_until(self) -> date | None: ...
    @property
    def closed_at(self) -> datetime | None: ...


def light(case: Counted, today: date) -> str:
    """The light of a case by its projection: the promised day counts, the legal one where nothing was promised."""
    return deadlines.light(
        due=case.promised_due if case.promised_days is not None else case.legal_due,
        warn_from=case.warn_from,
        still=case.paused and (case.pause_until is None or today <= case.pause_until),
        ended=clock.shanghai(case.closed_at).date() if case.closed_at else None,
        today=today,
    )


def applicant(case: Case | CaseRead) -> str:
    """Masked."""
    return masked_sealed(case.applicant_name_sealed)
