"""The readable half of a copy: clocks as they hang on walls here, and no word of the machine's."""

import re
from datetime import date

import pytest

from cases import supplements
from cases.paper_owners import Owner
from identity import export_page, privacy
from tests.builders import cases
from tests.builders import identity as people
from tests.builders.filing import a_draft, an_applicant, online_city, upload

pytestmark = pytest.mark.usefixtures("db", "redis_db")


def test_a_moment_is_told_in_beijing_time_and_a_day_stays_a_day() -> None:
    shown = export_page.drawn({"x": {"at": "2026-11-27T16:30:09.029+00:00", "day": date(2026, 11, 27).isoformat()}})
    assert "2026-11-28 00:30" in shown
    assert "<td>2026-11-27</td>" in shown


async def test_what_is_under_way_reads_in_chinese_and_with_its_files() -> None:
    await online_city()
    number = people.id_number()
    citizen, me = await an_applicant(number=number)
    await people.account(citizen)
    await a_draft(me)
    kind = cases.Kind
    case = await cases.a_case(kind.RECEIVED, kind.NOTICE_ONCE, applicant=cases.Identity.of("id_card", number))
    begun = await supplements.begin(case_no=case.case_no, by=me)
    await upload(Owner("supplement", begun.code), me, material="补正材料")
    await supplements.send(code=begun.code, by=me)
    held = await privacy.export(citizen_id=citizen.id, by=me)
    shown = export_page.drawn({room: held[room] for room in ("cases", "filings", "identity")})
    assert {"草稿", "已收到补正材料", "微信"} <= set(re.findall(r"<td>([^<]*)</td>", shown))
    assert not re.search(r"<td>[a-z_]+</td>", shown)
    assert [one["papers"] for one in held["filings"] if one.get("case_no") == case.case_no] == [["照片.jpg"]]
