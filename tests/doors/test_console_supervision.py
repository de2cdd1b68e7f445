"""效能监察 at the console: who sees it, the way down to cases, the rule, the week and its table."""

import re
from collections.abc import AsyncIterator
from dataclasses import asdict
from datetime import date, timedelta
from html import unescape

import httpx
import pytest

from api.app import create_app
from cases import supervision_reports, supervision_rules
from cases.models import Case
from cases.supervision_rules import Rule
from foundation import clock
from tests.builders.cases import case_number
from tests.builders.console import Desk, a_colleague
from tests.serving import serving

pytestmark = pytest.mark.usefixtures("db", "redis_db")


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with serving(create_app()) as base, httpx.AsyncClient(base_url=base) as client:
        yield Desk(client)


async def owed(due: date, **said: object) -> Case:
    """An open case of the registry of marriages, promised for `due`; most of its period is still to come."""
    return await Case.create(
        case_no=case_number(), source="demo", item_code="marriage", item_name="结婚登记", department_name="民政局",
        hall_path="9901/", stage="accepted", promised_days=1, promised_due=due, warn_from=due, **said,
    )  # fmt: skip


async def test_from_the_departments_down_to_a_case_and_into_a_table(desk: Desk) -> None:
    late, today = await owed(clock.today() - timedelta(days=30)), await owed(clock.today())
    await owed(clock.today(), paused=True)  # no card: its clock stands still
    await a_colleague(("window", ""), username="zhaoliu")
    await desk.sign_in("zhaoliu")
    assert (await desk.open("/console/supervision")).status_code == 403
    await a_colleague(("supervisor", ""), username="wangwu")
    await desk.sign_in("wangwu")
    page = (await desk.open("/console/supervision")).text
    assert "民政局" in page
    assert "不代表国家标准" in page
    items = (await desk.open("/console/supervision?department=民政局")).text
    assert "结婚登记" in items
    behind = {}
    for address in re.findall(r'href="(/console/cases\?[^"]+)"', items):
        behind[address] = set(re.findall(r'href="/console/cases/(\d+)"', (await desk.open(unescape(address))).text))
    assert sorted(behind.values(), key=min) == [{str(late.id)}, {str(today.id)}]
    table = await desk.open("/console/supervision/file?department=民政局")
    assert table.headers["content-type"].startswith("text/csv")
    assert "结婚登记,3,1,1,0,1" in table.text
    assert (await desk.open("/console/supervision?start=2026-02-01&end=2026-01-01")).status_code == 422


async def test_the_rule_and_the_week(desk: Desk) -> None:
    await a_colleague(("supervisor", ""), username="wangwu")
    await desk.sign_in("wangwu")
    changed = {**asdict(Rule()), "red_workdays": 5}
    assert "监察规则已保存" in (await desk.press("/console/supervision/rule", **changed)).text
    wrong = await desk.press("/console/supervision/rule", **{**changed, "least": 0})
    assert (wrong.status_code, "最少办结件数" in wrong.text) == (422, True)
    assert (await supervision_rules.current()).red_workdays == 5
    week = supervision_reports.last_week()
    assert (await desk.open(f"/console/supervision/weeks/{week}")).status_code == 404
    await supervision_reports.make(week)
    assert "监察周报" in (await desk.open(f"/console/supervision/weeks/{week}")).text
    assert (await desk.open(f"/console/supervision/weeks/{week}/file")).status_code == 200
    await a_colleague(("supervisor", "9901/"), username="lisi")
    await desk.sign_in("lisi")
    assert (await desk.press("/console/supervision/rule", **changed)).status_code == 403
    assert (await desk.open(f"/console/supervision/weeks/{week}")).status_code == 403
