"""What was supplemented to a case, with the case and all that happened in it, read in one statement."""

from dataclasses import dataclass
from datetime import date, datetime

import msgspec
from msgspec import Struct

from cases import logbook
from cases.logbook import Logged
from cases.paper_limits import LIVE
from cases.papers import READ, PaperRead
from foundation.questions import Asking, Question, ask_as_one
from foundation.words import Verbatim
from foundation.workdays import WorkCalendar


class PaperWanted(Struct, frozen=True):
    """One thing that is asked for, why, and how to send it."""

    material: Verbatim
    why: str
    how: str


class SupplementRow(Struct, frozen=True, kw_only=True):
    """`wanted` is what was asked for when it was sent."""

    code: str
    notice_id: int
    state: str
    wanted: list[PaperWanted]
    sent_at: datetime | None
    expires_at: datetime
    papers: list[PaperRead]


class CaseRow(Struct, frozen=True, kw_only=True):
    """`written` is the log as it came; `dues`: event → the last day that its notice told."""

    id: int
    case_no: str
    citizen_id: int | None
    item_code: str
    item_name: str
    source: str
    legal_days: int | None
    promised_days: int | None
    stage: str
    written: msgspec.Raw
    dues: dict[int, date]

    def log(self) -> list[Logged]:
        """What has happened, the earliest first."""
        return logbook.read(self.written)


CASE = Question(
    CaseRow,
    f"""
select c.id, c.case_no, c.citizen_id, c.item_code, c.item_name, c.source, c.legal_days, c.promised_days, c.stage,
       {logbook.WRITTEN},
       (select coalesce(json_object_agg(n.event_id, n.due), '{{}}') from case_notice n where n.case_id = c.id) as dues
  from case_file c where c.case_no = asked.case_no""",
    case_no="text",
)
OF_CASE = Question(
    SupplementRow,
    f"""
select s.code, s.notice_id, s.state, s.wanted, s.sent_at, s.expires_at,
       (select coalesce(json_agg(one), '[]') from (
          select {READ} from paper p where p.supplement_id = s.id and p.state in {LIVE} order by p.id) as one) as papers
  from supplement s
 where s.case_id = (select c.id from case_file c where c.case_no = asked.case_no)
   and (s.code = asked.code or asked.code = '' and s.state = 'sent')
 order by s.id desc""",
    case_no="text",
    code="text",
)


@dataclass(frozen=True)
class Read:
    """For nobody but who may see the case; `case` is None where there is none."""

    case: CaseRow | None
    rows: list[SupplementRow]
    calendar: WorkCalendar


def case(case_no: str) -> Asking[CaseRow | None]:
    return CASE.asking(case_no, then=lambda found: found[0] if found else None)


async def of_case(case_no: str, *, code: str = "") -> Read:
    """What was sent for a case, the latest first; or one that has `code`, sent or not."""
    await ask_as_one(
        found := case(case_no),
        rows := OF_CASE.asking(case_no, code, then=list),
        calendar := WorkCalendar.asked(),
    )
    return Read(found.answer, rows.answer, calendar.answer)
