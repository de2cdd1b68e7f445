"""What the applicant is told of notices and moved days; of followers see tests/cases/test_subscriptions.py."""

from datetime import date

import pytest

from cases.events import CaseDueMoved, CaseNoticeGiven
from cases.progress_models import CaseNotice
from cases.pushed import Missing
from cases.timeline import Kind
from foundation import clock
from identity.idnumber import Identity
from notifications.case_listeners import tell_due_moved, tell_notice
from notifications.models import Message
from tests.builders import identity as people
from tests.builders.cases import a_case, push

pytestmark = pytest.mark.usefixtures("db", "redis_db")


async def test_a_notice_and_a_moved_day_are_told_once_and_in_the_app():
    applicant = Identity.of("id_card", people.id_number())
    citizen = await people.citizen(number=applicant.number)
    case = await a_case(applicant=applicant)
    await push(case.case_no, Kind.NOTICE_ONCE, items=(Missing("户口簿", "", "在线上传"),), at=clock.now())
    given = await CaseNotice.get()
    moved = {"case_id": case.id, "before": date(2026, 12, 1), "after": date(2026, 12, 2)}
    for _ in range(2):
        await tell_notice(
            CaseNoticeGiven(
                case_id=case.id, citizen_id=citizen.id, notice_id=given.id, due=given.due, at=case.created_at
            )
        )
        await tell_due_moved(CaseDueMoved(citizen_id=citizen.id, at=case.created_at, **moved))
    await tell_notice(CaseNoticeGiven(case_id=case.id, citizen_id=None, notice_id=given.id, due=given.due))
    await tell_due_moved(CaseDueMoved(citizen_id=None, **moved))
    await tell_due_moved(CaseDueMoved(citizen_id=citizen.id, **{**moved, "after": None}))
    notice, due = await Message.filter(citizen=citizen).order_by("id")
    assert given.document_no in notice.text
    assert str(given.due) in notice.text
    assert "由 2026-12-01 改为 2026-12-02" in due.text
    assert {notice.channel, due.channel} == {"inbox"}
