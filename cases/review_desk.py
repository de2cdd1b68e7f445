"""What reviewers look at: the list of what waits, and one application with form, papers and licences side by side."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from operator import or_

from tortoise.expressions import Q

from cases import (
    completeness,
    delivery_tracking,
    entrusted,
    filing,
    following,
    forms,
    licences,
    papers,
    results,
    review,
)
from cases.completeness import MaterialState
from cases.delivery_tracking import DeliveryView
from cases.filing_errors import FilingNotFound, PaperNotFound
from cases.filing_models import Filing, Paper
from cases.filing_views import LABELS
from cases.following import Owed
from cases.licences import Held
from cases.papers import PaperView
from cases.timeline import ENDS, Kind
from foundation import clock
from foundation.actor import Actor
from foundation.workdays import WorkCalendar
from identity import access
from identity.access import Profile

OPEN = ("submitted", "reviewing")
REVIEW_WORKDAYS = 5  # 行政许可法 第三十二条: whether it is taken on is said within five working days
AT_ONCE = 100


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """An application in the reviewers' list; the applicant's name stays closed until it is opened."""

    code: str
    item_name: str
    hall: str
    state: str
    state_label: str
    round: int
    submitted_at: datetime
    due: date
    late: bool
    reviewer_id: int | None
    case_no: str


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One field as the reviewer reads it."""

    label: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Record:
    """One application, opened by a reviewer."""

    filing_id: int
    item_code: str
    line: Waiting
    applicant: Profile
    agent: str
    answers: list[Answer]
    materials: list[MaterialState]
    licences: list[Held]
    notice: list[dict[str, str]]
    reason: str
    pledged_at: datetime | None
    pledge_version: str
    delivery: DeliveryView | None
    owed: list[Owed]
    results: Sequence[PaperView]
    case_open: bool
    may_send_back: bool
    asked_names: list[str]


async def waiting(*, within: Collection[str], state: str = "open") -> list[Waiting]:
    """What waits in these halls, the longest waiting first; or what was decided, the latest first."""
    rows = Filing.filter(_within(within)).prefetch_related("hall", "case")
    if state == "open":
        rows = rows.filter(state__in=OPEN).order_by("submitted_at", "id")
    else:
        rows = rows.filter(state=state).order_by("-changed_at")
    calendar = await WorkCalendar.current()
    return [_line(one, calendar) for one in await rows.limit(AT_ONCE)]


def _within(paths: Collection[str]) -> Q:
    return reduce(or_, (Q(hall__path__startswith=one) for one in paths), Q(id__lt=0))


def _line(row: Filing, calendar: WorkCalendar) -> Waiting:
    assert row.submitted_at is not None
    due = calendar.add_workdays(clock.shanghai(row.submitted_at).date(), REVIEW_WORKDAYS)
    reviewer: int | None = row.reviewer_id  # type: ignore[attr-defined]
    return Waiting(
        code=row.code,
        item_name=row.item_name,
        hall=row.hall.name,
        state=row.state,
        state_label=LABELS[row.state],
        round=row.rounds,
        submitted_at=row.submitted_at,
        due=due,
        late=row.state in OPEN and due < clock.today(),
        reviewer_id=reviewer,
        case_no=row.case.case_no if row.case else "",
    )


async def record(*, code: str, within: Collection[str], by: Actor) -> Record:
    """Opening it is audited, for it opens a person's record. Raises FilingNotFound, NotYourHall."""
    row = await _found(code, within)
    form = await forms.of_guide(row.guide_id)  # type: ignore[attr-defined]
    states = completeness.of(row, form, await completeness.brought(code))
    return Record(
        filing_id=row.id,
        item_code=row.item_code,
        line=_line(row, await WorkCalendar.current()),
        applicant=await access.profile(row.citizen_id, seen_by=by),  # type: ignore[attr-defined]
        agent=await entrusted.name_of(row.agent_id),  # type: ignore[attr-defined]
        answers=_answers(form, filing.answers_of(row)),
        materials=states,
        licences=await licences.of_filing(row.id),
        notice=row.missing,
        reason=row.reason,
        pledged_at=row.pledged_at,
        pledge_version=row.pledge_version,
        # unmasked: who sends it writes the address on it
        delivery=delivery_tracking.view(await delivery_tracking.of_filing(code), whole=True),
        owed=await following.of(code),
        results=[papers.view(one) for one in await results.of_case(row.case.case_no)] if row.case else [],
        case_open=bool(row.case and Kind(row.case.stage) not in ENDS),
        may_send_back=row.rounds < review.ROUNDS,
        asked_names=[filing.FORM, *(one.name for one in states)],
    )


def _answers(form: forms.Form, answers: forms.Answers) -> list[Answer]:
    told = []
    for one in forms.shown(form.fields, answers):
        value = answers.get(one.field, "")
        told.append(Answer(label=one.label, value="、".join(value) if isinstance(value, list) else str(value)))
    return told


async def _found(code: str, within: Collection[str]) -> Filing:
    row = await Filing.get_or_none(code=code).prefetch_related("hall", "case")
    if row is None or row.state == "draft" or row.submitted_at is None:
        raise FilingNotFound
    await review.must_be_within(row, within)
    return row


async def case_of(*, code: str, within: Collection[str]) -> str:
    """The number of the case an application became. Raises FilingNotFound, NotYourHall."""
    row = await _found(code, within)
    if row.case is None:
        raise FilingNotFound
    return str(row.case.case_no)


async def paper(*, code: str, filing_code: str, within: Collection[str]) -> tuple[PaperView, bytes]:
    """A paper of an application in these halls, or its result. Raises as `record`, PaperNotFound, PaperNotReady,
    ObjectMissing, ObjectStoreGone.
    """
    row = await _found(filing_code, within)
    case_id: int | None = row.case_id  # type: ignore[attr-defined]
    of_these = Q(filing_id=row.id)
    if case_id is not None:
        of_these |= Q(result_of_id=case_id) | Q(supplement__case_id=case_id, supplement__state="sent")
    held = await Paper.get_or_none(of_these, code=code)
    if held is None:
        raise PaperNotFound
    return papers.view(held), await papers.content(held)


@dataclass(frozen=True)
class Figures:
    """How many wait, and how many of them for too long."""

    waiting: int
    late: int


async def figures(*, within: Collection[str]) -> Figures:
    lines = await waiting(within=within)
    return Figures(len(lines), sum(one.late for one in lines))
