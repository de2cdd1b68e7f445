"""From the guide to the result: filed on a phone, sent back by the hall, brought, taken on, closed, downloaded."""

import re
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest

from api.app import create_app
from cases import filing, filing_views, licence_library
from cases.filing_models import Filing
from miniprogram_bff.app import create_app as create_bff
from tests.browser import measures
from tests.browser.citizen import signed_in_with
from tests.browser.test_console import enter, sound
from tests.builders.console import a_colleague
from tests.builders.doors import sign_in
from tests.builders.filing import (
    ANSWERS,
    BOOKLET,
    HALL,
    OLD_CARD,
    PDF,
    REPORT,
    SLUG,
    Shelf,
    an_applicant,
    online_city,
    scan,
)
from tests.serving import serving

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("db", "redis_db")]


@pytest.fixture
async def library() -> AsyncIterator[Shelf]:
    shelf = Shelf(holds={"居民户口簿电子证照": None})
    licence_library.use(shelf)
    yield shelf
    licence_library.use(None)


async def fit(page: "Page") -> None:
    await page.wait_for_load_state()  # with its styles
    for script in (measures.NAMELESS, measures.SMALL, measures.DOUBLE_IDS, measures.OVERFLOW, measures.PALE):
        assert await page.evaluate(script) == []


def of(page: "Page", material: str) -> "Locator":
    return page.locator(f".material[data-material='{material}']")


async def bring(page: "Page", material: str, name: str, mime: str, data: bytes) -> None:
    """Choose a file; it is there when the page can open it."""
    await choose(of(page, material), name, mime, data)
    await of(page, material).get_by_role("button", name=f"查看 {name}").wait_for()


async def choose(place: "Locator", name: str, mime: str, data: bytes) -> None:
    async with place.page.expect_file_chooser() as choosing:
        await place.get_by_role("button", name="上传文件").click()
    await (await choosing.value).set_files({"name": name, "mimeType": mime, "buffer": data})


async def test_filed_sent_back_brought_taken_on_and_handed_over(library: Shelf, phone: "Page", desk: "Page") -> None:
    await online_city()
    citizen, _ = await an_applicant(name="李四")
    token = (await sign_in(citizen))["Authorization"].removeprefix("Bearer ")
    await a_colleague(("window", "9901/"), username="wangwu")
    trouble: list[str] = []
    for page in (phone, desk):
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("dialog", lambda dialog: dialog.accept())
    async with serving(create_bff()) as bff, serving(create_app()) as api:
        await signed_in_with(phone, f"{bff}/h5", token)
        await _files(phone, bff)
        code = (await Filing.get()).code
        await _is_sent_back(desk, api)
        await _brings_more(phone, bff)
        await _is_taken_on_and_closed(desk, api, code)
        await _has_the_result(phone)
    assert trouble == []


async def test_what_the_door_has_not_got_stays_on_the_phone(phone: "Page") -> None:
    await online_city()
    citizen, by = await an_applicant(name="李四")
    code = await filing.begin(slug=SLUG, hall_code=HALL, by=by)
    async with serving(create_bff()) as bff:
        await signed_in_with(phone, f"{bff}/h5", (await sign_in(citizen))["Authorization"].removeprefix("Bearer "))
        await phone.goto(f"{bff}/h5/#/filing/{code}")
        await phone.get_by_label("份数").fill("1")
        await phone.get_by_text("已自动保存", exact=True).wait_for()
        await phone.get_by_label("邮寄送达").check()
        await phone.get_by_text("送达方式存在本机，提交申请时一并提交").wait_for()
        await filing.save(code=code, answers={**ANSWERS, "copies": "3"}, promised=[], hall_code="", by=by)
        await phone.reload()
        await phone.get_by_label("收件人", exact=True).wait_for()
        assert await phone.get_by_label("邮寄送达").is_checked()
        assert await phone.get_by_label("份数").input_value() == "3"  # typed at another phone meanwhile

        await phone.context.set_offline(True)
        await phone.get_by_label("份数").fill("2")
        await phone.get_by_text("已存在本机").wait_for()
        await phone.get_by_label("本人已阅读并承诺").check()
        await phone.get_by_role("button", name="提交申请").click()
        await phone.get_by_role("alert").get_by_text("还不知道是否办成").wait_for()
        await phone.context.set_offline(False)
        await phone.reload()
        await phone.get_by_text("送达方式存在本机").wait_for()
        assert (await filing_views.one_of_mine(code=code, by=by)).answers["copies"] == "2"
        assert await phone.get_by_label("邮寄送达").is_checked()


async def _files(phone: "Page", bff: str) -> None:
    await phone.goto(f"{bff}/h5/#/guide/{SLUG}")
    await phone.get_by_role("link", name="在线申请").click()
    await phone.get_by_label("换领原因").select_option("其他")
    await phone.get_by_label("其他原因").fill("证件照片与本人相差太大")
    await phone.get_by_label("联系电话").fill("1380000")
    await phone.get_by_label("份数").fill("1")
    await bring(phone, OLD_CARD, "旧证.png", "image/png", scan())
    await of(phone, BOOKLET).get_by_role("button", name="用居民户口簿电子证照").click()
    await of(phone, BOOKLET).get_by_text("已从电子证照库查到").wait_for()
    await of(phone, REPORT).get_by_label("受理后再补").check()
    await of(phone, REPORT).locator(".tag", has_text="容缺后补").wait_for()
    await phone.get_by_label("邮寄送达").check()
    await phone.get_by_label("收件人", exact=True).fill("李四")
    await phone.get_by_label("收件人电话").fill("13800000002")
    await phone.get_by_label("详细地址").fill("示例市东岸区示范路 8 号 3 单元 502")
    await fit(phone)
    await phone.get_by_label("本人已阅读并承诺").check()
    await phone.get_by_role("button", name="提交申请").click()
    await phone.get_by_text("联系电话应为 11 位手机号码").first.wait_for()
    await phone.get_by_label("联系电话").fill("13800000001")
    await phone.get_by_label("本人已阅读并承诺").check()
    await phone.get_by_role("button", name="提交申请").click()
    await phone.locator("p.big", has_text="已提交，等待预审").wait_for()
    await fit(phone)


async def _is_sent_back(desk: "Page", api: str) -> None:
    await enter(desk, f"{api}/console/filings")
    await desk.get_by_role("heading", name="网上预审").wait_for()
    await sound(desk)
    await desk.get_by_role("link", name="打开：居民身份证换领").click()
    await desk.get_by_role("button", name="领取并预审").click()
    await desk.get_by_role("button", name="受理", exact=True).wait_for()
    await desk.locator(".papers img").first.scroll_into_view_if_needed()
    await desk.locator(".papers img").first.evaluate("(picture) => picture.decode()")
    await sound(desk)
    await desk.get_by_text("退回补正（一次性告知，只能一次）").click()
    await desk.get_by_label(OLD_CARD).fill("照片四角不全，请重新拍照")
    await desk.get_by_role("button", name="一次性告知", exact=True).click()
    await desk.get_by_role("heading", name="已一次性告知").wait_for()


async def _brings_more(phone: "Page", bff: str) -> None:
    await phone.goto(f"{bff}/h5/#/filings")
    await phone.get_by_role("link", name=re.compile("待补正")).click()
    await of(phone, OLD_CARD).get_by_text("需补正：照片四角不全").wait_for()
    await fit(phone)
    await bring(phone, OLD_CARD, "重拍.png", "image/png", scan())
    await phone.get_by_label("本人已阅读并承诺").check()
    await phone.get_by_role("button", name="提交申请").click()
    await phone.locator("p.big", has_text="已提交，等待预审").wait_for()


async def _is_taken_on_and_closed(desk: "Page", api: str, code: str) -> None:
    await desk.goto(f"{api}/console/filings/{code}")
    await desk.get_by_role("button", name="领取并预审").click()
    await desk.get_by_role("button", name="受理", exact=True).click()
    await desk.get_by_role("heading", name="容缺后补", exact=True).wait_for()
    await desk.get_by_label("结果文件（JPG").set_input_files(
        {"name": "证.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    await desk.get_by_role("button", name="上传").click()
    await desk.get_by_role("link", name="证.pdf").wait_for()
    await desk.get_by_role("button", name="办结").click()
    await desk.get_by_label("快递公司").fill("示例速递")
    await desk.get_by_label("运单号").fill("SF1000001")
    for width in (1280, 820, 390):
        await desk.set_viewport_size({"width": width, "height": 900})
        await sound(desk)
    await desk.get_by_role("button", name="登记寄出").click()
    await desk.get_by_text("SF1000001").first.wait_for()


async def _has_the_result(phone: "Page") -> None:
    await phone.reload()  # the same address: it is where the phone was put down
    await bring_owed(phone)
    await phone.get_by_role("link", name="办理结果和送达").click()
    await phone.get_by_text("已交示例速递").wait_for()
    await fit(phone)
    async with phone.expect_download() as saving:
        await phone.get_by_role("button", name="下载").click()
    saved = await (await saving.value).path()
    assert saved.read_bytes() == PDF


async def bring_owed(phone: "Page") -> None:
    owed = phone.locator("section", has_text="容缺后补的材料").locator(f".material[data-material='{REPORT}']")
    await choose(owed, "报告.png", "image/png", scan())
    await owed.get_by_text("请点“确认补交”").wait_for()
    await owed.get_by_role("button", name="确认补交").click()
    await owed.get_by_text("已补交").wait_for()
