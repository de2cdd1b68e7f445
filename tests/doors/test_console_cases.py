"""办件 on the console through HTTP: finding, moving, striking out, settling what contradicts, and whole files."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest

from api.app import create_app
from cases import importing
from cases.import_models import CaseImport
from cases.models import Case, CaseEvent
from cases.progress_models import CaseConflict, CaseNotice
from cases.timeline import Kind
from catalogue.models import Hall, ServiceItem
from foundation import clock
from foundation.models import AuditRow
from tests.builders import catalogue
from tests.builders.cases import a_case, case_number, push
from tests.builders.console import Desk, a_colleague
from tests.builders.identity import id_number
from tests.serving import serving


@pytest.fixture
async def desk(db: None, redis_db: object) -> AsyncIterator[Desk]:
    async with serving(create_app()) as house, httpx.AsyncClient(base_url=house) as client:
        yield Desk(client)


@pytest.fixture
async def manager(desk: Desk) -> Desk:
    await a_colleague(("hall_manager", ""), username="wangwu")
    await desk.sign_in("wangwu")
    return desk


def found(page: httpx.Response) -> set[int]:
    return {int(one) for one in re.findall(r'href="/console/cases/(\d+)"', page.text)}


async def test_cases_are_found_and_nothing_runs_in_their_pages(manager: Desk) -> None:
    one = await a_case(Kind.RECEIVED, Kind.ACCEPTED)
    other = await a_case(Kind.RECEIVED, Kind.ACCEPTED, Kind.CLOSED)
    await push(other.case_no, Kind.SUSPENDED, at=clock.now())
    for query, wanted in {
        "": {one.id, other.id},
        f"number={one.case_no}": {one.id},
        "stage=closed": {other.id},
        "light=green": {one.id},
        "contradictory=yes": {other.id},
        "department=无": set(),
        f"start={clock.today()}&end={clock.today()}": {one.id, other.id},
    }.items():
        page = await manager.open(f"/console/cases?{query}")
        assert (page.status_code, found(page)) == (200, wanted), query
        assert re.findall(r"<script(?![^>]*src)|<style| style=| on[a-z]+=", page.text) == []
    for wrong in ("stage=nowhere", "start=2026-02-30", "light=blue", "before=-1"):
        assert (await manager.open(f"/console/cases?{wrong}")).status_code == 422, wrong


async def test_a_case_goes_its_way_at_the_console(manager: Desk) -> None:
    case = await a_case()
    address = f"/console/cases/{case.id}"
    page = await manager.open(address)
    assert page.status_code == 200
    key = re.search(r'name="key" value="(\w+)-', page.text)[1]  # type: ignore[index]

    async def move(kind: str, **fields: str) -> httpx.Response:
        return await manager.press(f"{address}/move", kind=kind, key=f"{key}-{kind}", **fields)

    assert "请至少填写一项" in (await move("notice_once")).text
    asked = await move("notice_once", items="户口簿复印件｜缺少本人页｜到窗口补交\n近期照片||在线上传", days="5")
    assert asked.status_code == 200
    assert "不能进行这一步" in (await manager.press(f"{address}/move", kind="closed", key="other-key")).text
    notice = await CaseNotice.get()
    paper = await manager.open(f"{address}/notices/{notice.id}")
    assert (paper.headers["content-type"], paper.content[:5]) == ("application/pdf", b"%PDF-")
    for kind, fields in {
        "supplemented": {"items": "户口簿复印件\n近期照片"},
        "accepted": {},
        "special_started": {"procedure": "hearing", "days": "10"},
        "special_ended": {},
        "extended": {"days": "10", "note": "需要跨省核实"},
        "decided": {"result": "granted"},
        "closed": {},
        "delivered": {},
    }.items():
        done = await move(kind, **fields)
        assert done.status_code == 200, (kind, done.text)
        assert (await move(kind, **fields)).status_code == 200, "a second tap"
    await case.refresh_from_db()
    assert (case.stage, await CaseEvent.filter(case=case).count()) == ("delivered", 10)
    whole = await manager.open(address)
    assert "特别程序进行中（听证）" in whole.text
    assert "王五" in whole.text
    assert "没有可以办理的步骤" in whole.text
    assert await AuditRow.filter(subject=f"case:{case.id}", action="case.read").count() == 2


async def test_a_window_registers_a_case_and_it_has_its_number(desk: Desk) -> None:
    await catalogue.small_city()
    item, hall = await ServiceItem.first(), await Hall.first()
    assert item is not None
    assert hall is not None
    await a_colleague(("window", hall.path), username="zhaoliu")
    await desk.sign_in("zhaoliu")
    assert item.name in (await desk.open("/console/cases/new")).text
    given = {"item": item.slug, "name": "张三", "id_type": "id_card", "number": id_number(), "key": "a-key-of-a-form"}
    assert (await desk.press("/console/cases/new", **given)).status_code == 403, "the whole city is not theirs"
    given["hall"] = hall.code
    for _ in range(2):
        done = await desk.press("/console/cases/new", **given)
        case = await Case.get()
        assert done.headers["HX-Redirect"] == f"/console/cases/{case.id}"
    assert (case.hall_path, case.source, case.stage, case.item_name) == (hall.path, "console", "received", item.name)
    assert (await desk.open(f"/console/cases/{case.id}")).status_code == 200
    for wrong in ({"number": "110105194912310021"}, {"item": "no-such-item"}, {"name": "?"}):
        assert (await desk.press("/console/cases/new", **{**given, **wrong, "key": "another-key"})).status_code in (
            404,
            422,
        )


async def test_a_wrong_step_is_struck_out_by_a_manager_only(desk: Desk) -> None:
    case = await a_case(Kind.RECEIVED, Kind.REFUSED)
    wrong = await CaseEvent.get(case=case, kind="refused")
    striking = {"event": f"{wrong.source}|{wrong.event_id}", "key": "strike-out", "note": "录入有误"}
    await a_colleague(("window", ""), username="zhaoliu")
    await desk.sign_in("zhaoliu")
    assert (await desk.press(f"/console/cases/{case.id}/void", **striking)).status_code == 403
    await a_colleague(("hall_manager", ""), username="wangwu")
    await desk.sign_in("wangwu")
    assert (await desk.press(f"/console/cases/{case.id}/void", **striking)).status_code == 200
    await case.refresh_from_db()
    assert (case.stage, case.closed_at) == ("received", None)
    assert "已撤销" in (await desk.open(f"/console/cases/{case.id}")).text


async def test_a_hall_sees_its_own_cases_and_others_roles_see_none(desk: Desk) -> None:
    theirs = await a_case(hall_path="9901/01/")
    others, nobodys = await a_case(hall_path="9902/"), await a_case()
    await a_colleague(("window", "9901/"), username="zhaoliu")
    await desk.sign_in("zhaoliu")
    assert found(await desk.open("/console/cases")) == {theirs.id}
    for case in (others, nobodys):
        assert (await desk.open(f"/console/cases/{case.id}")).status_code == 403
        assert (await desk.press(f"/console/cases/{case.id}/notes", text="看一眼")).status_code == 403
    assert (await desk.press(f"/console/cases/{theirs.id}/notes", text="电话已通知")).status_code == 200
    assert "电话已通知" in (await desk.open(f"/console/cases/{theirs.id}")).text
    assert (await desk.open("/console/cases/imports")).status_code == 403
    await a_colleague(("finance", ""), ("editor", ""), username="qianqi")
    await desk.sign_in("qianqi")
    for address in ("", "/conflicts", "/imports", f"/{theirs.id}"):
        assert (await desk.open(f"/console/cases{address}")).status_code == 403, address


async def test_what_contradicts_is_listed_until_somebody_says_what_came_of_it(manager: Desk) -> None:
    case = await a_case(Kind.RECEIVED, Kind.ACCEPTED, Kind.CLOSED)
    await push(case.case_no, Kind.SUSPENDED, at=clock.now())
    page = await manager.open("/console/cases/conflicts")
    assert "办件已终结，其后又有办理过程" in page.text
    held = await CaseConflict.get()
    assert (await manager.press("/console/cases/conflicts/settle", conflict_id=held.id, note=" ")).status_code == 422
    settled = await manager.press("/console/cases/conflicts/settle", conflict_id=held.id, note="部门确认误推")
    assert settled.status_code == 200
    assert (await manager.press("/console/cases/conflicts/settle", conflict_id=held.id, note="再")).status_code == 404
    assert "没有待处理的矛盾信息" in (await manager.open("/console/cases/conflicts")).text
    assert "部门确认误推" in (await manager.open(f"/console/cases/{case.id}")).text


async def test_a_file_is_rehearsed_looked_at_and_taken_in(manager: Desk) -> None:
    template = await manager.open("/console/cases/imports/template.csv")
    head = template.content.decode("utf-8-sig").splitlines()[0]
    number, applicant = case_number(), id_number()
    rows = [
        f"row-1,{number},收件,2026-01-05 09:30,,,social-card,社会保障卡申领,人社局,张三,居民身份证,{applicant},20,10",
        f"row-2,{number},办结了,2026-01-06 09:30",
        f"row-3,{number},受理,2026/1/6 10:00,",
    ]
    sent = {"file": ("一月.csv", "\n".join([head, *rows]).encode("gb18030"), "text/csv")}
    headers = {"HX-Request": "true", "Sec-Fetch-Site": "same-origin"}
    upload = await manager.client.post(
        "/console/cases/imports", files=sent, data={"source": "hr-bureau", "quiet": "yes"}, headers=headers
    )
    row = await CaseImport.get()
    address = f"/console/cases/imports/{row.id}"
    assert upload.headers["HX-Redirect"] == address
    assert (await manager.press(f"{address}/start")).status_code == 409
    await importing.rehearse(import_id=row.id)
    assert not await Case.exists()
    page = await manager.open(address)
    assert "导入可以接收的 2 行" in page.text
    assert "没有“办结了”这种事件" in page.text
    assert "row-2" in (await manager.open(f"{address}/faults.csv")).text
    assert (await manager.press(f"{address}/start")).status_code == 200
    await importing.run(import_id=row.id)
    assert "已完成" in (await manager.open(address)).text
    case = await Case.get(case_no=number)
    assert (case.stage, case.source, await CaseEvent.all().count()) == ("accepted", "hr-bureau", 2)
    empty = await manager.client.post("/console/cases/imports", data={"source": "x y"}, headers=headers)
    assert empty.status_code == 422
