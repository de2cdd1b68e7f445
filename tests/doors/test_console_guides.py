import re
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest

from api.console import sheet_fields
from catalogue.draft_models import GuideDraft
from catalogue.models import ServiceItem
from foundation import clock
from tests.builders import catalogue as build
from tests.builders.console import Desk, a_colleague


class Form(HTMLParser):
    """The fields of a page's form as a browser would send them."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, list[str]] = {}
        self._select = self._area = self._template = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "template":
            self._template = "in"
        if self._template:
            return
        name = given.get("name", "")
        if tag == "input" and name and (given.get("type") != "checkbox" or "checked" in given):
            self.fields.setdefault(name, []).append(given.get("value", ""))
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in given:
            self.fields.setdefault(self._select, []).append(given["value"])
        elif tag == "textarea":
            self._area = name
            self.fields[name] = [""]

    def handle_data(self, data: str) -> None:
        if self._area and not self._template:
            self.fields[self._area][0] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "template":
            self._template = ""
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""


def form_of(page: str) -> dict[str, list[str]]:
    form = Form()
    form.feed(page[page.index("sheet-form") : page.index("还要修改的地方")])
    return form.fields


@pytest.fixture
async def desk(api: httpx.AsyncClient) -> Desk:
    await build.small_city()
    await a_colleague(("editor", ""), username="bianji", display_name="编辑甲")
    await a_colleague(("editor", ""), username="shenhe", display_name="编辑乙")
    await a_colleague(("window", "9901/"), username="chuangkou")
    desk = Desk(api)
    await desk.sign_in("bianji")
    return desk


async def begun(desk: Desk) -> str:
    return str((await desk.press("/console/guides/id-card/drafts")).headers["HX-Redirect"])


async def pressed(desk: Desk, address: str, then: str, **changed: Any) -> httpx.Response:
    fields = form_of((await desk.open(address)).text) | {"then": [then]}
    return await desk.press(address, **(fields | changed))


async def test_the_form_says_again_what_the_sheet_says(desk: Desk) -> None:
    address = await begun(desk)
    before = (await GuideDraft.get()).sheet
    await pressed(desk, address, "save")
    draft = await GuideDraft.get()
    assert draft.revision == 2
    assert sheet_fields.fields_of(draft.sheet, {}) == sheet_fields.fields_of(before, {})


async def test_from_the_form_to_the_citizen(desk: Desk) -> None:
    address = await begun(desk)
    await pressed(desk, address, "submit", **{"fees.0.amount_fen": "40.00"})
    review = (await desk.open(address)).text
    assert "您编辑过这份草稿" in review
    assert "20.00" in review
    assert "40.00" in review
    refused = await desk.press(f"{address}/publish")
    assert (refused.status_code, "另一位同事" in refused.text) == (403, True)
    await desk.sign_in("shenhe")
    done = await desk.press(f"{address}/publish")
    assert done.headers["HX-Redirect"] == "/console/guides/id-card"
    assert (await ServiceItem.get(slug="id-card")).fee_fen == 4000
    page = (await desk.open("/console/guides/id-card")).text
    assert re.search(r"编辑乙</b> 审核发布", page)
    compared = (await desk.open("/console/guides/id-card/compare?old=1&new=2")).text
    assert "<del>" in compared


async def test_faults_are_told_in_the_words_of_the_form_and_nothing_is_lost(desk: Desk) -> None:
    address = await begun(desk)
    await pressed(desk, address, "submit", **{"fees.0.amount_fen": "二十", "summary": "改过的一句话。"})
    page = (await desk.open(address)).text
    assert "收费标准第 1 项的金额（元）" in page
    assert 'value="二十"' in page
    assert "改过的一句话。" in page
    assert (await GuideDraft.get()).state == "editing"


async def test_rows_are_added_and_taken_away(desk: Desk) -> None:
    address = await begun(desk)
    fields = form_of((await desk.open(address)).text)
    for name in [one for one in fields if one.startswith("materials.0.")]:
        fields.pop(name)
    added = {"materials.1004.name": ["照片"], "materials.1004.copies": ["2"], "materials.1005.copies": ["1"]}
    await desk.press(address, **(fields | added | {"then": ["save"]}))
    sheet = (await GuideDraft.get()).sheet
    assert [one["name"] for one in sheet["materials"]] == ["居民户口簿", "照片"]


async def test_an_old_page_does_not_overwrite(desk: Desk) -> None:
    address = await begun(desk)
    await pressed(desk, address, "save", summary="甲。")
    late = await pressed(desk, address, "save", summary="乙。", revision=["1"])
    assert (late.status_code, "刚被别人保存过" in late.text) == (409, True)
    assert (await GuideDraft.get()).sheet["summary"] == "甲。"


async def test_sent_back_dropped_and_begun_anew(desk: Desk) -> None:
    address = await begun(desk)
    await pressed(desk, address, "submit", summary="甲。")
    await desk.press(f"{address}/send-back", note="请补充依据")
    assert "请补充依据" in (await desk.open(address)).text
    await desk.press(f"{address}/drop", note="不改了")
    assert await begun(desk) != address
    listed = (await desk.open("/console/guides?q=hsfz")).text
    assert "编辑中" in listed


async def test_a_new_item_begins_as_a_form(desk: Desk) -> None:
    address = (await desk.press("/console/guides/new", slug="lost-card", name="身份证补领")).headers["HX-Redirect"]
    page = (await desk.open(address)).text
    assert "缺少必填字段" in page
    assert 'value="身份证补领"' in page


async def test_only_for_who_writes_guides(desk: Desk) -> None:
    address = await begun(desk)
    await desk.sign_in("chuangkou")
    for one in ("/console/guides", "/console/guides/id-card", address):
        assert (await desk.open(one)).status_code == 403
    assert (await desk.press(f"{address}/publish")).status_code == 403


async def uploaded(desk: Desk, name: str, raw: bytes) -> httpx.Response:
    headers = {"HX-Request": "true", "Sec-Fetch-Site": "same-origin"}
    return await desk.client.post("/console/catalogue/imports", files={"file": (name, raw)}, headers=headers)


async def test_the_catalogue_goes_out_and_comes_in_approved_by_another(desk: Desk) -> None:
    for kind, begins in (("xlsx", b"PK"), ("zip", b"PK")):
        out = await desk.open(f"/console/catalogue/export.{kind}")
        assert out.content.startswith(begins)
        assert f".{kind}" in out.headers["content-disposition"]
    changed = build.item("身份证到期换一张。", "到期换新证。").encode()
    address = (await uploaded(desk, "id-card.yaml", changed)).headers["HX-Redirect"]
    assert "居民身份证换领" in (await desk.open(address)).text
    assert (await desk.press(f"{address}/apply")).status_code == 403
    await desk.sign_in("shenhe")
    await desk.press(f"{address}/apply")
    assert "已导入" in (await desk.open("/console/catalogue")).text
    assert (await ServiceItem.get(slug="id-card")).summary == "到期换新证。"


async def test_a_wrong_file_is_told_by_line(desk: Desk) -> None:
    wrong = build.item("amount_fen: 2000", "amount_fen: -1").encode()
    refused = await uploaded(desk, "id-card.yaml", wrong)
    assert refused.status_code == 422
    assert re.search(r"id-card.yaml 第 \d+ 行 fees\[0\].amount_fen：-1 超出范围", refused.text)
    assert (await uploaded(desk, "a.txt", b"x")).status_code == 422


async def test_rows_are_kept_in_the_order_in_which_they_stand(desk: Desk) -> None:
    address = await begun(desk)
    fields = form_of((await desk.open(address)).text)
    first = {name: fields.pop(name) for name in list(fields) if name.startswith("materials.0.")}
    await desk.press(address, **(fields | first | {"then": ["save"]}))
    names = [one["name"] for one in (await GuideDraft.get()).sheet["materials"]]
    assert names == [fields["materials.1.name"][0], first["materials.0.name"][0]]


async def test_saving_says_what_came_of_it(desk: Desk) -> None:
    address = await begun(desk)
    onward = (await pressed(desk, address, "submit", **{"fees.0.amount_fen": "二十"})).headers["HX-Redirect"]
    page = (await desk.open(onward)).text
    assert "还没有提交审核：先改好列出的 1 处" in page
    assert '<a href="#f-fees.0.amount_fen">收费标准第 1 项的金额（元）：请写金额' in page
    assert "草稿已保存。" in (await desk.open((await pressed(desk, address, "save")).headers["HX-Redirect"])).text
    untouched = {"fees.0.amount_fen": "20"}
    same = (await pressed(desk, address, "submit", **untouched)).headers["HX-Redirect"]
    assert "它与现行内容没有差别" in (await desk.open(same)).text
    assert "HX-Redirect" in (await pressed(desk, address, "save")).headers  # and one goes on writing


async def test_an_editor_of_one_district_reads_the_city_s_and_changes_nothing(desk: Desk) -> None:
    address = await begun(desk)
    await a_colleague(("editor", "9901/01/"), username="dongan")
    await desk.sign_in("dongan")
    for read in (address, "/console/guides", "/console/guides/id-card", "/console/scenarios", "/console/themes",
                 "/console/catalogue", "/console/directory", "/console/labels"):  # fmt: skip
        page = (await desk.open(read)).text
        assert "您负责一个区县" in page
    for changed, form in (
        (address, {"revision": "1"}),
        (f"{address}/publish", {}),
        (f"{address}/drop", {"note": "不要了"}),
        ("/console/guides/id-card/drafts", {}),
        ("/console/guides/id-card/withdraw", {"version": "1", "reason": "撤下"}),
        ("/console/guides/id-card/restore", {"version": "1"}),
        ("/console/city-drafts", {"kind": "scenario", "code": "lost"}),
        ("/console/city-drafts/order", {"code": "theme"}),
        ("/console/city-drafts/end", {"one": "theme=household", "reason": "不用了"}),
        ("/console/city-drafts/1", {"revision": "1"}),
        ("/console/city-drafts/1/fields", {}),
        ("/console/city-drafts/1/publish", {}),
        ("/console/city-drafts/1/drop", {"note": "不要了"}),
        ("/console/city-drafts/1/send-back", {"note": "不好"}),
        ("/console/catalogue/imports", {}),
        ("/console/labels/shipped", {}),
    ):
        refused = await desk.press(changed, **form)
        assert (refused.status_code, "由全市的知识编辑修改" in refused.text) == (403, True), changed


async def test_a_version_that_waits_is_named_and_withdrawn(desk: Desk) -> None:
    address = await begun(desk)
    day = (clock.today() + timedelta(days=9)).isoformat()
    await pressed(desk, address, "submit", summary="以后的一句话。", effective=[day])
    await desk.sign_in("shenhe")
    await desk.press(f"{address}/publish")
    page = (await desk.open("/console/guides/id-card")).text
    assert f"第 2 版已审核通过，{day} 起施行" in page
    assert f"第 2 版 {day} 起" in (await desk.open("/console/guides?department=police")).text
    assert "这份草稿从它写起" in (await desk.open(await begun(desk))).text
    await desk.press("/console/guides/id-card/withdraw", version=2, reason="暂缓")
    page = (await desk.open("/console/guides/id-card")).text
    assert ("撤下待生效的一版" in page, "起施行" in page) == (True, False)
