"""The log of a case and its projection: read, folded, and written into the row that lists and look-ups read."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol

import msgspec
from msgspec import Struct

from cases import folding, pushed
from cases.folding import Happening, Progress
from cases.models import Case
from foundation import clock, database, settings
from foundation.workdays import WorkCalendar

EVENTS = """
select id, case_id, kind, happened_at, received_at, note, source, event_id, detail, body_hash, told_by
  from case_event where case_id = any($1::bigint[]) order by happened_at, id"""
PROJECT = """
update case_file set stage = $2, accepted_at = $3, closed_at = $4, promised_due = $5, legal_due = $6, warn_from = $7,
       paused = $8, pause_until = $9, used_days = $10, contradictions = $11, calendar_version = $12, changed_at = $13,
       source = $14, reference = $15
 where id = $1"""
FOLDED = ("stage", "accepted_at", "closed_at", "promised_due", "legal_due", "warn_from", "paused", "pause_until",
          "used_days", "contradictions", "calendar_version")  # fmt: skip


WRITTEN = """(select coalesce(json_agg(json_build_array(
             e.id, e.kind, e.happened_at, e.note, e.source, e.event_id, e.detail) order by e.happened_at, e.id), '[]')
          from case_event e where e.case_id = c.id) as written"""
"""The whole log of ``case_file c`` as one text, for `read`."""


class Logged(Struct, frozen=True, kw_only=True, array_like=True):
    """One event as people read it and as it is folded; its fields stand in the order of `WRITTEN`."""

    id: int
    kind: str
    happened_at: datetime
    note: str
    source: str
    event_id: str
    detail: dict[str, Any]

    @property
    def key(self) -> str:
        return pushed.key_of(self.source, self.event_id)

    @property
    def happening(self) -> Happening:
        return pushed.happening(
            kind=self.kind, at=self.happened_at, note=self.note, source=self.source, event_id=self.event_id,
            detail=self.detail,
        )  # fmt: skip


class LogRow(Logged, frozen=True, kw_only=True):
    """One event as it lies in the log."""

    case_id: int
    received_at: datetime
    body_hash: str
    told_by: str


read = msgspec.json.Decoder(list[Logged]).decode


async def of(case_ids: Collection[int]) -> dict[int, list[LogRow]]:
    """The whole log of each, in the order of happening."""
    found: dict[int, list[LogRow]] = defaultdict(list)
    for row in await database.fetch(EVENTS, list(case_ids)):
        found[row["case_id"]].append(LogRow(**{**row, "detail": json.loads(row["detail"])}))
    return found


class Promised(Protocol):
    """What of a case its deadlines follow from."""

    @property
    def legal_days(self) -> int | None: ...
    @property
    def promised_days(self) -> int | None: ...


def fold(case: Promised, log: Iterable[Happening], calendar: WorkCalendar) -> Progress:
    """Where the case stands by its whole log."""
    return folding.fold(
        log,
        legal_days=case.legal_days,
        promised_days=case.promised_days,
        calendar=calendar,
        yellow_percent=settings.current().cases.yellow_percent,
    )


def project(case: Case, progress: Progress, calendar: WorkCalendar) -> bool:
    """Write the fold into the row in hand; whether that changed anything but the calendar's version."""
    before = [getattr(case, name) for name in FOLDED[:-1]]
    case.stage = progress.stage.value
    case.accepted_at, case.closed_at = progress.accepted_at, progress.closed_at
    case.promised_due, case.legal_due, case.warn_from = progress.promised_due, progress.legal_due, progress.warn_from
    case.paused, case.pause_until = progress.paused, progress.pause.until if progress.pause else None
    case.used_days, case.contradictions = progress.used_days, len(progress.contradictions)
    case.calendar_version = calendar.version
    return before != [getattr(case, name) for name in FOLDED[:-1]]


async def keep(cases: Sequence[Case], *, anew: bool = False) -> None:
    """Write the projections of rows that exist; folded `anew` nothing has happened. Within a transaction."""
    now = clock.now()
    rows = [
        (
            case.id,
            *(getattr(case, name) for name in FOLDED),
            case.changed_at if anew else now,
            case.source,
            case.reference,
        )
        for case in cases
    ]
    await database.joined().execute_many(PROJECT, rows)
