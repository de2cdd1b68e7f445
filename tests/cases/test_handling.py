"""What staff can do with a case as it stands; at the console the pages are tested in tests/doors."""

import asyncio

import pytest

from cases import handling
from cases.errors import (
    CaseCannotMoveSo,
    CaseHasEnded,
    CaseNotFound,
    EventIncomplete,
    NoteEmpty,
    NothingMissing,
    ReasonNeeded,
)
from cases.handling import Move
from cases.models import Case, CaseEvent
from cases.pushed import Missing, key_of
from cases.timeline import Kind
from foundation.actor import Actor
from foundation.models import AuditRow
from tests.builders import identity as people
from tests.builders.cases import BUREAU, a_case, push

pytestmark = pytest.mark.usefixtures("db")
DESK = Actor.staff(7)


async def move(case: Case, kind: Kind, **more) -> str:
    key = more.pop("key", f"key-{kind}")
    return await handling.move(case_no=case.case_no, move=Move(kind=kind, key=key, **more), by=DESK)


@pytest.mark.parametrize(
    ("kind", "more", "refusal"),
    [
        (Kind.REFUSED, {}, ReasonNeeded),
        (Kind.SUSPENDED, {"note": " "}, ReasonNeeded),
        (Kind.WITHDRAWN, {}, ReasonNeeded),
        (Kind.DECIDED, {}, ReasonNeeded),
        (Kind.DECIDED, {"result": "denied"}, ReasonNeeded),
        (Kind.NOTICE_ONCE, {}, NothingMissing),
        (Kind.NOTICE_ONCE, {"items": (Missing("照片"),)}, NothingMissing),
        (Kind.SPECIAL_STARTED, {"procedure": "hearing"}, EventIncomplete),
        (Kind.EXTENDED, {"note": "复杂"}, EventIncomplete),
        (Kind.CLOSED, {}, CaseCannotMoveSo),
        (Kind.RESUMED, {}, CaseCannotMoveSo),
        (Kind.VOIDED, {"note": "误", "voids": "hr-bureau|none"}, CaseCannotMoveSo),
    ],
)
async def test_what_cannot_be_done_with_a_case_that_was_received(kind: Kind, more: dict, refusal: type):
    case = await a_case()
    with pytest.raises(refusal):
        await move(case, kind, **more)
    assert await CaseEvent.filter(case=case).count() == 1
    assert not await AuditRow.filter(action=f"case.{kind}").exists()


async def test_what_ended_has_ended_but_for_the_delivery():
    case = await a_case(Kind.RECEIVED, Kind.ACCEPTED, Kind.CLOSED)
    with pytest.raises(CaseHasEnded):
        await move(case, Kind.REVIEWED)
    assert await move(case, Kind.DELIVERED) == "appended"
    with pytest.raises(CaseHasEnded):
        await move(case, Kind.DELIVERED, key="again")
    with pytest.raises(CaseNotFound):
        await handling.move(case_no="none", move=Move(kind=Kind.ACCEPTED, key="key"), by=DESK)


async def test_what_was_struck_out_cannot_be_again():
    case = await a_case()
    await push(case.case_no, Kind.WITHDRAWN, event_id="mistaken")
    strike = {"note": "误登", "voids": key_of(BUREAU.name, "mistaken")}
    assert await move(case, Kind.VOIDED, **strike) == "appended"
    with pytest.raises(CaseCannotMoveSo):
        await move(case, Kind.VOIDED, key="again", **strike)


async def test_two_colleagues_who_press_at_once_accept_once():
    case = await a_case()
    outcomes = await asyncio.gather(
        *(move(case, Kind.ACCEPTED, key=f"desk-{n}") for n in range(6)), return_exceptions=True
    )
    assert outcomes.count("appended") == 1
    assert sum(isinstance(one, CaseCannotMoveSo) for one in outcomes) == 5
    assert await AuditRow.filter(action="case.accepted", subject=f"case:{case.id}").count() == 1


async def test_a_note_is_for_colleagues_and_says_something():
    case, by = await a_case(), Actor.staff(await people.staff())
    with pytest.raises(NoteEmpty):
        await handling.note(case_no=case.case_no, text="  ", by=by)
    with pytest.raises(CaseNotFound):
        await handling.note(case_no="none", text="x", by=by)
    await handling.note(case_no=case.case_no, text="电话已通知", by=by)
