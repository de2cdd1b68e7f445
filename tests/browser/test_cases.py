"""A case in Chromium: staff ask for papers at the console, the applicant reads what is missing on the phone."""

from typing import TYPE_CHECKING

import pytest

from api.app import create_app
from cases import importing
from cases.models import Case
from cases.timeline import Kind
from foundation import clock
from identity import policy, sessions
from identity.idnumber import Identity
from miniprogram_bff.app import create_app as create_bff
from tests.browser import measures
from tests.browser.citizen import signed_in_with
from tests.browser.test_console import enter, sound
from tests.builders import identity as people
from tests.builders.cases import a_case, case_number, push
from tests.builders.console import a_colleague
from tests.cases.test_importing import lines, registering, row
from tests.serving import serving

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("db", "redis_db")]


async def test_staff_ask_for_papers_and_the_applicant_reads_what_is_missing(desk: "Page", phone: "Page") -> None:
    applicant = Identity.of("id_card", people.id_number())
    citizen = await people.citizen(number=applicant.number)
    case = await a_case(Kind.RECEIVED, applicant=applicant)
    await push((await a_case(Kind.RECEIVED, Kind.ACCEPTED, Kind.CLOSED)).case_no, Kind.SUSPENDED, at=clock.now())
    await a_colleague(("hall_manager", ""), username="wangwu")
    async with serving(create_app()) as base:
        await enter(desk, f"{base}/console/cases")
        await sound(desk)
        await desk.get_by_role("link", name=case.case_no).click()
        await desk.get_by_role("heading", name="办理", exact=True).wait_for()
        await sound(desk)
        asking = desk.locator("details", has_text="一次告知补正")
        await asking.locator("summary").click()
        await asking.get_by_label("需要补正的全部材料").fill("户口簿复印件｜缺少本人页｜在“查进度”中上传")
        await asking.get_by_role("button", name="一次告知补正").click()
        await desk.get_by_text("已登记：一次告知补正").wait_for()
        await desk.get_by_role("heading", name="一次性告知书").wait_for()
        assert await desk.get_by_role("link", name="打印告知书").count() == 1
        for width in (820, 390):
            await desk.set_viewport_size({"width": width, "height": 900})
            await sound(desk)
        await desk.goto(f"{base}/console/cases/conflicts")
        await desk.get_by_label("核实结果").fill("部门确认误推")
        await desk.get_by_role("button", name="标为已处理").click()
        await desk.get_by_text("没有待处理的矛盾信息").wait_for()
        await desk.goto(f"{base}/console/cases/new")
        await desk.get_by_role("button", name="收件并赋码").wait_for()
        await sound(desk)
        await desk.goto(f"{base}/console/cases/imports")
        await sound(desk)
        import_id = await importing.receive(
            filename="一月.jsonl",
            raw=lines(registering(case_number()), row(case_number())),
            source="console",
            by=people.SEED,
        )
        await importing.rehearse(import_id=import_id)
        await desk.goto(f"{base}/console/cases/imports/{import_id}")
        await desk.get_by_role("button", name="导入可以接收的 1 行").wait_for()
        await sound(desk)
    async with serving(create_bff()) as base:
        account = await people.account(citizen)
        token = await sessions.start(
            citizen_id=citizen.id, account_id=account.id, platform="wechat", policy=policy.current().version
        )
        await signed_in_with(phone, f"{base}/h5", token)
        await phone.goto(f"{base}/h5/#/case/{case.case_no}")
        await phone.get_by_role("heading", name="需要补正的材料").wait_for()
        assert await phone.get_by_text("怎样提交：在“查进度”中上传").count() == 1
        for script in (measures.NAMELESS, measures.SMALL, measures.DOUBLE_IDS, measures.OVERFLOW, measures.PALE):
            assert await phone.evaluate(script) == []
        async with phone.expect_download() as fetched:
            await phone.get_by_role("button", name="打开告知书").click()
        assert (await fetched.value).suggested_filename == f"告知书-{case.case_no}.pdf"
        await phone.get_by_role("link", name="上传补正材料").click()
        await phone.get_by_text("还没有上传任何材料").wait_for()
        assert await phone.get_by_role("button", name="一次提交").is_disabled()
        assert await phone.evaluate(measures.OVERFLOW) == []
    assert (await Case.get(id=case.id)).stage == "notice_once"
