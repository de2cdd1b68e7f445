"""场景, 主题 and 人生事件 at the console: written in a form or as text, shown before they are kept, read by another."""

import re
from typing import Any

import httpx
import pytest

from catalogue.city_draft_models import CityDraft
from catalogue.models import Scenario, Theme
from tests.builders import catalogue as build
from tests.builders.console import Desk, a_colleague
from tests.doors.test_console_guides import Form

Fields = dict[str, list[str]]


@pytest.fixture
async def desk(api: httpx.AsyncClient) -> Desk:
    await build.small_city()
    await a_colleague(("editor", ""), username="bianji", display_name="编辑甲")
    await a_colleague(("editor", ""), username="shenhe", display_name="编辑乙")
    desk = Desk(api)
    await desk.sign_in("bianji")
    return desk


async def begun(desk: Desk, kind: str = "scenario", code: str = "lost") -> str:
    answer = await desk.press("/console/city-drafts", kind=kind, code=code)
    return str(answer.headers["HX-Redirect"])


def fields_of(page: str) -> Fields:
    form = Form()
    form.feed(page[page.index("<form") if "sheet-form" not in page else page.index("sheet-form") :].split("</form>")[0])
    return form.fields


async def fields(desk: Desk, address: str) -> Fields:
    return fields_of((await desk.open(address)).text)


def said(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


async def done(desk: Desk, address: str, form: Fields, deed: str, **more: Any) -> tuple[Fields, str]:
    """The form after one of its buttons, and the whole answer."""
    answer = await desk.press(f"{address}/fields", **{**form, "do": deed, **more})
    assert answer.status_code == 200, answer.text
    kept = {name: form[name] for name in ("revision", "base")}
    return kept | fields_of(f"sheet-form>{answer.text}"), answer.text


async def test_the_form_says_what_the_scenario_says(desk: Desk) -> None:
    address = await begun(desk)
    before = (await Scenario.get(code="lost")).tree
    await desk.press(address, **await fields(desk, address))
    same = await desk.press(address, **{**await fields(desk, address), "then": ["submit"]})
    assert "它与现行内容没有差别" in (await desk.open(same.headers["HX-Redirect"])).text
    assert "HX-Redirect" in (await desk.press(address, **await fields(desk, address))).headers
    draft = await CityDraft.get()
    assert {name: value for name, value in draft.sheet.items() if value} == {
        name: value for name, value in _spoken(before).items() if value
    }


def _spoken(tree: Any) -> Any:
    """A tree without what says nothing, but for what the form always says."""
    if isinstance(tree, list):
        return [_spoken(one) for one in tree]
    if isinstance(tree, dict):
        always = ("when", "materials", "extra", "notes")
        return {name: _spoken(one) for name, one in tree.items() if one not in (None, [], {}) or name in always}
    return tree


async def test_questions_answers_and_items_are_added_moved_and_taken_away(desk: Desk) -> None:
    address = await begun(desk)
    form = await fields(desk, address)
    form, page = await done(desk, address, form, "questions.add")
    assert 'id="f-questions.1.ask"' in page
    assert "autofocus" in page
    form |= {
        "questions.1.ask": ["住哪里？"],
        "questions.1.options.0.label": ["城里"],
        "questions.1.options.1.label": ["乡下"],
    }
    assert "不会问到" in said((await desk.press(f"{address}/preview", **form)).text)
    found = await desk.open(f"{address}/items?q=身份证")
    assert 'value="outcomes.add.id-card"' in found.text
    assert "没有找到" in (await desk.open(f"{address}/items?q=飞船")).text
    form, page = await done(desk, address, form, "outcomes.add.id-card", only_for="q1=a2")
    assert form["outcomes.2.when.q1"] == ["a2"]
    form, page = await done(desk, address, form, "questions.1.up")
    assert form["questions.0.ask"] == ["住哪里？"]
    assert "还要修改的地方" not in page
    form, _ = await done(desk, address, form, "questions.0.options.0.down")
    assert form["questions.0.options.1.label"] == ["城里"]
    form, _ = await done(desk, address, form, "outcomes.2.copy")
    assert form["outcomes.3.when.q1"] == ["a2"]
    form, page = await done(desk, address, form, "questions.0.options.0.remove")
    assert "outcomes.2.item" not in form  # was only for the answer that is gone
    assert "至少要有 2 项" in page
    form, page = await done(desk, address, form, "questions.0.remove")
    assert "questions.1.ask" not in form
    form, page = await done(desk, address, form, "outcomes.1.remove")
    assert "没有任何事项" in page


async def test_a_circle_is_refused_at_its_place_and_kept_with_its_fault(desk: Desk) -> None:
    address = await begun(desk)
    form = {**await fields(desk, address), "questions.0.options.0.next": ["urgent"], "then": ["submit"]}
    onward = (await desk.press(address, **form)).headers["HX-Redirect"]
    page = (await desk.open(onward)).text
    assert "还没有提交审核" in page
    assert '<a href="#f-questions.0.options.0.next">问题 1 · 回答 1 · 接着问：' in page
    place = page[page.index('id="f-questions.0.options.0.next"') :]
    assert 'aria-invalid="true"' in place[:120]
    assert "会一直绕圈" in place.split("</fieldset>")[0]


async def test_text_and_form_are_two_views_of_one_draft(desk: Desk) -> None:
    address = await begun(desk)
    form = await fields(desk, f"{address}?view=text")
    text = form["text"][0]
    assert text.index("questions:") < text.index("outcomes:")
    lost = await desk.press(address, **{**form, "text": text + "  bad: [\n"})
    assert lost.status_code == 422
    assert re.search(r"第 \d+ 行", lost.text)
    changed = await desk.press(address, **{**form, "text": text.replace("急吗？", "很急吗？")})
    assert changed.headers["HX-Redirect"].endswith("&view=text")
    assert 'value="很急吗？"' in (await desk.open(address)).text
    late = await desk.press(address, **{**form, "text": text})
    assert (late.status_code, "刚被别人保存过" in late.text) == (409, True)
    assert (await desk.press(address, text=text)).status_code == 409


async def test_another_reads_what_differs_and_publishes(desk: Desk, api: httpx.AsyncClient) -> None:
    address = await begun(desk)
    form = {**await fields(desk, address), "questions.0.ask": ["很急吗？"], "outcomes.0.extra": ["报失证明"]}
    await desk.press(address, **{**form, "then": ["submit"]})
    own = (await desk.open(address)).text
    assert "须由另一位同事审核" in own
    assert (await desk.press(f"{address}/publish")).status_code == 403
    await desk.sign_in("shenhe")
    page = (await desk.open(address)).text
    assert "问：很急吗？" in page
    assert "另需：报失证明" in said(page)
    assert '<p class="asked">很急吗？</p>' in page
    assert (await desk.press(f"{address}/send-back", note="")).status_code == 422
    await desk.press(f"{address}/send-back", note="措辞再想想")
    assert "措辞再想想" in (await desk.open(address)).text
    await desk.press(address, **{**await fields(desk, address), "name": "证丢了", "then": "submit"})
    await desk.sign_in("bianji")
    await desk.press(f"{address}/drop", note="两人都改过，重新写")
    assert "已放弃" in (await desk.open(address)).text


async def test_a_new_one_needs_a_name_alone_and_an_end_needs_two(desk: Desk) -> None:
    new = (await desk.press("/console/city-drafts", kind="scenario", name="办婚事")).headers["HX-Redirect"]
    assert "办婚事" in (await desk.open(new)).text
    assert "办婚事" in (await desk.open("/console/scenarios")).text
    end = (await desk.press("/console/city-drafts/end", one="scenario=lost", reason="合并")).headers["HX-Redirect"]
    assert "由您提出停用" in (await desk.open(end)).text
    await desk.sign_in("shenhe")
    assert (await desk.press(f"{end}/publish")).headers["HX-Redirect"] == "/console/scenarios"
    assert (await desk.open("/console/scenarios?code=lost")).status_code == 404
    assert not await Scenario.exists()


async def test_shelves_are_filled_ordered_and_ended(desk: Desk) -> None:
    new = (await desk.press("/console/city-drafts", kind="theme", name="证件")).headers["HX-Redirect"]
    form = {**await fields(desk, new), "summary": ["各种证件"]}
    form, page = await done(desk, new, form, "items.add.id-card")
    assert form["items"] == ["id-card"]
    form, _ = await done(desk, new, form, "items.remove.id-card")
    assert "items" not in form
    form, _ = await done(desk, new, form, "items.add.id-card")
    await desk.press(new, **{**form, "then": ["submit"]})
    order = (await desk.press("/console/city-drafts/order", code="life_event")).headers["HX-Redirect"]
    assert "搬家" in (await desk.open(order)).text
    assert (await desk.press(f"{order}/fields", do="x")).status_code == 409
    needed = await desk.press("/console/city-drafts/end", one="theme=household", reason="合并")
    assert (needed.status_code, "只在这个主题里" in needed.text) == (409, True)
    await desk.sign_in("shenhe")
    assert "居民身份证换领" in (await desk.open(new)).text
    assert (await desk.press(f"{new}/publish")).headers["HX-Redirect"] == "/console/themes"
    assert await Theme.exists(kind="theme", name="证件")
    assert "各种证件" in (await desk.open("/console/themes")).text


async def test_what_changed_meanwhile_is_said_to_who_goes_on_writing(desk: Desk) -> None:
    address = await begun(desk)
    await desk.press(address, **await fields(desk, address))
    row = await Scenario.get(code="lost")
    await Scenario.filter(code="lost").update(tree={**row.tree, "summary": "导入改过"})
    page = (await desk.open(address)).text
    assert "线上的内容又改过" in page
    assert "导入改过" in page
    await desk.press(address, **await fields(desk, address))
    assert "线上的内容又改过" not in (await desk.open(address)).text
