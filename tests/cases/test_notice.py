from datetime import datetime

import pytest

from cases import notice, notice_paper
from cases.errors import NoNotice
from cases.models import Case
from cases.pushed import Missing, key_of
from cases.timeline import Kind
from foundation import clock
from foundation.workdays import WorkCalendar
from tests.builders.cases import BUREAU, a_case, push

pytestmark = pytest.mark.usefixtures("db")

PAPERS = (Missing("户口簿", "缺少本人页", "在线上传"), Missing("照片", "", "到窗口拍摄"))


async def asked_for(*items: Missing, **more) -> Case:
    case = await a_case()
    await push(case.case_no, Kind.NOTICE_ONCE, items=items, at=clock.now(), **more)
    return case


async def test_what_is_missing_is_known_until_it_has_come():
    case = await asked_for(*PAPERS)
    assert await notice.open_items(case) == list(PAPERS)
    await push(case.case_no, Kind.SUPPLEMENTED, items=(Missing("照片"),), at=clock.now())
    assert await notice.open_items(case) == [PAPERS[0]]
    assert (await Case.get(id=case.id)).stage == "notice_once"
    await push(case.case_no, Kind.SUPPLEMENTED, items=(Missing("户口簿"),), at=clock.now())
    assert await notice.open_items(case) == []
    assert (await Case.get(id=case.id)).stage == "supplemented"


def test_papers_are_due_after_so_many_working_days(settings_env: object):
    told = datetime(2026, 9, 30, 16, tzinfo=clock.SHANGHAI)  # 1–7 October off, Saturday 10 October worked
    assert str(notice.due_of(told, 3, WorkCalendar({}))) == "2026-10-10"
    assert str(notice.due_of(told, None, WorkCalendar({}))) == "2026-10-20"


async def test_a_notice_that_was_struck_out_is_no_notice():
    case = await asked_for(*PAPERS, event_id="mistaken")
    (made,) = await notice.of_case(case.id, still_open=[], voided=frozenset())
    await push(case.case_no, Kind.VOIDED, voids=key_of(BUREAU.name, "mistaken"))
    assert await notice.open_items(case) == []
    with pytest.raises(NoNotice):
        await notice.find(case, notice_id=made.id)


async def test_the_paper_holds_twenty_items_and_hides_the_name():
    case = await asked_for(*(Missing(f"材料{n}", "问题" * 20, "怎样提交的说明" * 8) for n in range(20)))
    (made,) = await notice.of_case(case.id, still_open=[], voided=frozenset())
    drawn = notice_paper.drawn(case, await notice.find(case, notice_id=made.id))
    assert drawn.startswith(b"%PDF-")
    assert len(drawn) < 60_000
