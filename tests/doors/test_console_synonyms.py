import httpx
import pytest

from catalogue import synonyms
from tests.builders import catalogue as build
from tests.builders.console import Desk, a_colleague


@pytest.fixture
async def desk(api: httpx.AsyncClient) -> Desk:
    await build.small_city()
    await a_colleague(("editor", ""), username="bianji", display_name="编辑甲")
    await a_colleague(("editor", "9901/01/"), username="dongan")
    desk = Desk(api)
    await desk.sign_in("bianji")
    return desk


async def test_added_with_its_effect_looked_through_and_taken_away(desk: Desk) -> None:
    assert "效果（未保存）" in (await desk.press("/console/synonyms/preview", said="小卡片", word="身份证")).text
    assert "小卡片" not in (await desk.open("/console/synonyms")).text
    await desk.press("/console/synonyms", said="小卡片", word="身份证")
    again = await desk.press("/console/synonyms", said="小卡片", word="户口簿")
    assert (again.status_code, "一个词只能属于一组" in again.text) == (409, True)
    page = (await desk.open("/console/synonyms?q=小卡")).text
    assert ("编辑甲</b> 添加同义词" in page, "小卡片＝身份证" in page) == (True, True)
    [group] = await synonyms.holding("小卡片")
    address = f"/console/synonyms/{group.id}/remove"
    await desk.sign_in("dongan")
    assert (await desk.press(address, said="小卡片")).status_code == 403
    await desk.sign_in("bianji")
    assert (await desk.press(address, said=group.words[0])).status_code == 404  # the guides' own word stays
    await desk.press(address, said="小卡片")
    assert await synonyms.holding("小卡片") == []
    assert (await desk.press(address, said="小卡片")).status_code == 404
