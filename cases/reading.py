"""A case as it is read for people: its row, its whole log, its notices and what is usual, in one statement."""

from datetime import date, datetime

import msgspec
from msgspec import Struct

from cases import logbook
from cases.logbook import Logged
from cases.notice import NoticeRow
from cases.usual import Usual
from foundation.questions import Asking, Question


class CaseRead(Struct, frozen=True, kw_only=True):
    """`followed` by who asked; `agent_id` acted when it was applied for online; `written` is the log as it came."""

    id: int
    case_no: str
    citizen_id: int | None
    item_code: str
    item_name: str
    department_name: str
    applicant_name_sealed: str
    legal_days: int | None
    promised_days: int | None
    stage: str
    closed_at: datetime | None
    promised_due: date | None
    legal_due: date | None
    warn_from: date | None
    paused: bool
    pause_until: date | None
    created_at: datetime
    agent_id: int | None
    followed: bool
    supplements: int
    written: msgspec.Raw
    notices: list[NoticeRow]
    usual: Usual | None

    def log(self) -> list[Logged]:
        """What has happened, the earliest first."""
        return logbook.read(self.written)


READ = f"""
select c.id, c.case_no, c.citizen_id, c.item_code, c.item_name, c.department_name, c.applicant_name_sealed,
       c.legal_days, c.promised_days, c.stage, c.closed_at, c.promised_due, c.legal_due, c.warn_from, c.paused,
       c.pause_until, c.created_at,
       (select f.agent_id from filing f where f.case_id = c.id) as agent_id,
       exists (select from case_subscription s where s.case_id = c.id and s.citizen_id = asked.who) as followed,
       (select count(*) from supplement s where s.case_id = c.id and s.state = 'sent') as supplements,
       {logbook.WRITTEN},
       (select coalesce(json_agg(json_build_object(
                 'id', n.id, 'document_no', n.document_no, 'due', n.due, 'happened_at', e.happened_at, 'note', e.note,
                 'detail', e.detail, 'source', e.source, 'event_id', e.event_id) order by e.happened_at, n.id),
               '[]')
          from case_notice n join case_event e on e.id = n.event_id where n.case_id = c.id) as notices,
       (select row_to_json(u) from usual_duration u where u.item_code = c.item_code) as usual
  from case_file c"""


OWN = Question(
    CaseRead,
    f"""{READ} where c.citizen_id = asked.who and (c.closed_at is null or not asked.only_open)
 order by c.changed_at desc limit asked.most""",
    who="bigint",
    only_open="boolean",
    most="int",
)
BY_NUMBER = Question(CaseRead, f"{READ} where c.case_no = asked.case_no", case_no="text", who="bigint")
BY_ID = Question(CaseRead, f"{READ} where c.id = asked.case_id", case_id="bigint", who="bigint")


async def own(citizen_id: int, *, only_open: bool, limit: int) -> list[CaseRead]:
    """A person's cases, the latest changed first."""
    return await OWN.rows(citizen_id, only_open, limit)


def by_number(case_no: str, *, who: int) -> Asking[CaseRead | None]:
    return BY_NUMBER.asking(case_no, who, then=lambda found: found[0] if found else None)


async def by_id(case_id: int) -> CaseRead | None:
    return await BY_ID.row(case_id, 0)
