"""Messages in Chromium: templates, ledger and masses at the console, inbox and settings on the citizen's phone."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import pytest

from api.app import create_app
from foundation import database
from identity import policy, sessions
from identity.models import PlatformAccount
from miniprogram_bff.app import create_app as create_bff
from notifications import mass, news_listeners, topics
from notifications.models import Message
from notifications.templates import BILL_RAISED, WAITLIST_OFFERED
from tests.browser import measures
from tests.browser.citizen import signed_in_with
from tests.browser.test_console import enter, sound
from tests.builders.appointments import STAFF, a_hall, a_type
from tests.builders.console import a_colleague
from tests.builders.messages import REFUSED, Channels, a_reader, announce, channels, post_goes_out
from tests.serving import serving

if TYPE_CHECKING:
    from playwright.async_api import Page

__all__ = ["channels"]
pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("db", "redis_db", "settings_env")]
PHONE = "13800001234"


@pytest.fixture
async def console() -> AsyncIterator[str]:
    async with serving(create_app()) as base:
        yield f"{base}/console"


async def a_mass(citizen: Any) -> int:
    hall = await a_hall()
    await a_type(hall=hall)
    await topics.subscribe(citizen_id=citizen.id, topic="hall", code=hall.code)
    made = await news_listeners.announce_at_hall(
        hall=hall, title="本周六延时办理", text="本周六 9:00 至 17:00 全天办理居民身份证业务。", by=STAFF
    )
    while await mass.spread_chunk(made):
        pass
    return made


async def sound_at_both_widths(page: "Page") -> None:
    for width in (820, 1280):
        await page.set_viewport_size({"width": width, "height": 900})
        await sound(page)


async def test_staff_change_words_and_see_what_became_of_messages(
    console: str, desk: "Page", channels: Channels
) -> None:
    citizen = await a_reader("wechat", phone=PHONE)
    channels.answer("wechat", REFUSED)
    await announce(citizen, "waitlist_offered:1", template=WAITLIST_OFFERED)
    await announce(citizen, "bill_raised:1", template=BILL_RAISED)
    await post_goes_out()
    await a_mass(citizen)
    await a_colleague(("hall_manager", ""), ("editor", ""), username="wangwu")
    await enter(desk, f"{console}/messages")
    await desk.get_by_role("heading", name="近 24 小时").wait_for()
    await desk.get_by_label("号码", exact=True).fill(PHONE)
    await desk.get_by_role("button", name="查找").click()
    await desk.get_by_text("未订阅消息").first.wait_for()
    await sound_at_both_widths(desk)
    await desk.get_by_role("link", name="须电话告知").click()
    await desk.get_by_role("button", name="张* 已告知").click()
    await desk.get_by_text("没有需要电话告知的人。").wait_for()
    await sound_at_both_widths(desk)
    await desk.get_by_role("link", name="群发与公告").click()
    await desk.get_by_role("heading", name="本周六延时办理").wait_for()
    await sound_at_both_widths(desk)
    await desk.get_by_role("link", name="消息模板").click()
    await desk.get_by_role("heading", name="缴费与退款").wait_for()
    await sound_at_both_widths(desk)
    await desk.goto(f"{console}/messages/templates/bill_settled/wechat")
    await desk.get_by_label("字段，每行一个").fill("thing1：{title}\namount2：{yuan}元\nphrase3：PAID")
    await desk.get_by_role("button", name="预览").click()
    await desk.get_by_text("phrase3 要求：5 个以内汉字").wait_for()
    await sound_at_both_widths(desk)
    await desk.get_by_label("字段，每行一个").fill("thing1：{title}\namount2：{yuan}元\nphrase3：已缴清")
    await desk.get_by_role("button", name="保存并生效").click()
    await desk.get_by_text("第 1 版").first.wait_for()
    await sound_at_both_widths(desk)


async def test_a_citizen_reads_mutes_and_unsubscribes(phone: "Page", channels: Channels) -> None:
    citizen = await a_reader("wechat", "alipay")
    channels.answer("wechat", REFUSED)
    await announce(citizen)
    await a_mass(citizen)
    await post_goes_out()
    account = await PlatformAccount.filter(citizen_id=citizen.id).first()
    assert account
    token = await sessions.start(
        citizen_id=citizen.id, account_id=account.id, platform="wechat", policy=policy.current().version
    )
    async with serving(create_bff()) as base:
        await signed_in_with(phone, f"{base}/h5/", token)
        await phone.goto(f"{base}/h5/#/messages")
        await phone.get_by_text("微信订阅消息 未接收：未订阅消息").first.wait_for()
        await sound_on(phone)
        await phone.get_by_role("button", name="退订").click()
        await phone.get_by_text("已退订", exact=True).wait_for()
        assert not await database.fetchval("select count(*) from topic_subscription")
        await phone.get_by_role("button", name="全部标为已读").click()
        await phone.get_by_role("button", name="全部标为已读").wait_for(state="detached")
        assert not await Message.filter(channel="inbox", read_at=None).exists()
        await phone.get_by_role("link", name="消息设置").click()
        await phone.get_by_label("免打扰").select_option("自己设置时段")
        await phone.get_by_label("从", exact=True).fill("21:30")
        await phone.get_by_label("订阅的资讯").uncheck()
        await sound_on(phone)
        await phone.get_by_role("button", name="保存").click()
        await phone.get_by_text("已保存").wait_for()
        assert await database.fetchval("select quiet from message_preference") == "21:30-08:00"
        await phone.goto(f"{base}/h5/#/topics")
        halls = phone.locator(".topics-hall")
        await halls.get_by_role("button").first.click()
        await halls.get_by_role("button", pressed=True).wait_for()
        await sound_on(phone)
        assert await database.fetchval("select count(*) from topic_subscription") == 1


async def sound_on(page: "Page") -> None:
    for script in (measures.NAMELESS, measures.SMALL, measures.DOUBLE_IDS, measures.OVERFLOW, measures.PALE):
        assert await page.evaluate(script) == []
