"""一次性告知: all that is missing, told once, with how to send each paper, until when, and a document number.

行政许可法 第三十二条: whoever does not tell everything at once within five days has accepted the application as it is.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from msgspec import Struct

from cases import logbook, numbering
from cases.errors import NoNotice
from cases.events import CaseNoticeGiven
from cases.models import Case
from cases.progress_models import CaseNotice
from cases.pushed import Missing, PushedEvent
from cases.timeline import Kind
from foundation import clock, database, settings
from foundation.events import Event
from foundation.workdays import WorkCalendar

Given = tuple[Case, PushedEvent, int]  # case, event, id of the event's row


@dataclass(frozen=True)
class Item:
    """One paper of a notice."""

    name: str
    problem: str
    how: str
    missing: bool


@dataclass(frozen=True)
class Notice:
    """A notice as people read it."""

    id: int
    document_no: str
    told_at: datetime
    due: date
    note: str
    items: list[Item]


async def give(given: Sequence[Given]) -> list[Event]:
    """Within the transaction that appends the events: a notice for each that names papers; what is to be told of it."""
    those = [one for one in given if one[1].kind is Kind.NOTICE_ONCE and one[1].items]
    if not those:
        return []
    calendar, told = await WorkCalendar.current(), []
    for case, event, event_id in those:
        row = await CaseNotice.create(
            case_id=case.id,
            event_id=event_id,
            document_no=event.document_no or await numbering.document_no(),
            due=due_of(event.happened_at, event.days, calendar),
        )
        citizen_id: int | None = case.citizen_id  # type: ignore[attr-defined]
        told.append(CaseNoticeGiven(case_id=case.id, citizen_id=citizen_id, notice_id=row.id, due=row.due))
    return list(told)


def due_of(told_at: datetime, days: int | None, calendar: WorkCalendar) -> date:
    """The last day on which the papers can be brought. It stays as it was told, whatever becomes of the calendar."""
    return calendar.add_workdays(clock.shanghai(told_at).date(), days or settings.current().cases.supplement_days)


async def open_items(case: Case) -> list[Missing]:
    """What the case still waits for, in the order of asking; empty when nothing is missing or the case has ended.

    Whoever takes papers in appends a `supplemented` event whose `items` name what came; without `items` all came. The
    clock goes on when the last has come.
    """
    log = (await logbook.of([case.id])).get(case.id, [])
    missing = logbook.fold(case, [row.happening for row in log], await WorkCalendar.current()).open_items
    said = {one["name"]: one for row in log for one in row.detail.get("items", []) if row.kind == Kind.NOTICE_ONCE}
    return [Missing(name, said[name]["problem"], said[name]["how"]) for name in missing]


NOTICES = """
select n.id, n.document_no, n.due, e.happened_at, e.note, e.detail, e.source, e.event_id
  from case_notice n join case_event e on e.id = n.event_id where n.case_id = $1 order by e.happened_at, n.id"""


class NoticeRow(Struct, frozen=True, kw_only=True):
    """A notice with the event that gave it."""

    id: int
    document_no: str
    due: date
    happened_at: datetime
    note: str
    detail: dict[str, Any]
    source: str
    event_id: str


def told(rows: Sequence[NoticeRow], *, still_open: Sequence[str], voided: frozenset[str]) -> list[Notice]:
    """The notices of a case, but for those that were struck out."""
    return [
        Notice(
            row.id, row.document_no, row.happened_at, row.due, row.note,
            [
                Item(one["name"], one["problem"], one["how"], one["name"] in still_open)
                for one in row.detail.get("items", [])
            ],
        )
        for row in rows
        if f"{row.source}|{row.event_id}" not in voided
    ]  # fmt: skip


async def of_case(case_id: int, *, still_open: Sequence[str], voided: frozenset[str]) -> list[Notice]:
    """As `told`, read now."""
    rows = await database.fetch(NOTICES, case_id)
    read = [NoticeRow(**{**row, "detail": json.loads(row["detail"])}) for row in rows]
    return told(read, still_open=still_open, voided=voided)


async def find(case: Case, *, notice_id: int) -> Notice:
    """One notice of a case. Raises NoNotice, also for one that was struck out."""
    log = [row.happening for row in (await logbook.of([case.id])).get(case.id, [])]
    progress = logbook.fold(case, log, await WorkCalendar.current())
    for one in await of_case(case.id, still_open=progress.open_items, voided=progress.voided):
        if one.id == notice_id:
            return one
    raise NoNotice
