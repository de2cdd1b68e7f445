"""Staff keep other words: every save is a version, and what the channel would refuse is refused first."""

import asyncio
from dataclasses import replace

import asyncpg
import pytest

from foundation import database
from foundation.actor import Actor
from notifications import editing, wording
from notifications.errors import TemplateChanged, TemplateFaulty, TemplateUnknown
from notifications.kinds import declared
from notifications.templates import BILL_SETTLED
from notifications.wording import Words
from tests.builders.messages import REFUSED, Channels, a_reader, announce, by_sms, channels, ledger, post_goes_out

__all__ = ["by_sms", "channels"]
pytestmark = pytest.mark.usefixtures("db", "redis_db", "settings_env", "by_sms")
BY = Actor.staff(7)
KIND = BILL_SETTLED.kind


async def faults_of(words: Words, kind: str = KIND) -> list[str]:
    with pytest.raises(TemplateFaulty) as refused:
        await editing.save(kind=kind, words=words, by=BY)
    return list(refused.value.detail)


@pytest.mark.parametrize("kind", sorted(declared))
def test_what_is_declared_would_be_taken(kind: str):
    for words in wording.as_declared(wording.find(kind)).values():
        assert editing.faults(kind, words) == [], words


async def test_a_new_version_holds_from_the_next_message_on(channels: Channels):
    citizen = await a_reader()
    await announce(citizen)
    now = await editing.current(KIND, "wechat")
    assert (now.version, now.template_id) == (0, "tpl-bill")
    other = replace(now, template_id="tpl-other", fields={"thing1": "{title}", "amount2": "{yuan}元"})
    assert await editing.save(kind=KIND, words=other, by=BY) == 1
    with pytest.raises(TemplateChanged):  # made from a version that is not the latest
        await editing.save(kind=KIND, words=other, by=BY)
    await announce(citizen, "bill_settled:2")
    await post_goes_out()
    assert [sorted(one.fields) for one in channels.taken] == [["amount2", "thing1", "thing3"], ["amount2", "thing1"]]
    assert [one.template_id for one in channels.taken] == ["tpl-bill", "tpl-other"]
    assert [one.version for one in await editing.history(KIND, "wechat")] == [1]
    with pytest.raises(asyncpg.RaiseError):
        await database.execute("update message_template set title = 'x'")


async def test_two_who_save_at_once_make_two_versions_of_which_one_is_refused():
    now = await editing.current(KIND, "inbox")
    saved = await asyncio.gather(*(editing.save(kind=KIND, words=now, by=BY) for _ in range(2)), return_exceptions=True)
    assert sorted(str(type(one).__name__) for one in saved) == ["TemplateChanged", "int"]


async def test_a_channel_that_is_switched_off_is_passed_over(channels: Channels):
    now = await editing.current(KIND, "wechat")
    await editing.save(kind=KIND, words=replace(now, enabled=False), by=BY)
    citizen = await a_reader("wechat", "alipay")
    await announce(citizen)
    await post_goes_out()
    assert set(await ledger(citizen)) == {"inbox", "alipay"}


async def test_every_fault_is_said_at_once():
    card = Words(channel="wechat", fields={"thing1": "一" * 30, "phrase2": "OK", "keyword9": "x", "time4": "{when}"})
    found = await faults_of(card)
    assert any("thing1 要求：20 个以内字符" in one for one in found)
    assert any("phrase2" in one for one in found)
    assert "没有 keyword9 这类字段" in found
    assert "没有 {when} 这个变量" in found
    assert "请填写平台的模板编号和至少一个字段" in found
    assert await faults_of(Words(channel="wechat", template_id="t", fields={"thing1": "一" * 16 + "{title}"})) == [
        "thing1 的固定文字过长，变量会被截去"
    ]
    assert "花括号只能用来写变量，如 {when}" in await faults_of(
        Words(channel="inbox", title="缴款", text="{title.__class__}")
    )
    assert await faults_of(Words(channel="inbox", title="", text="一" * 401)) == [
        "标题应为 1 至 60 字", "正文填入示例后超过 400 字",
    ]  # fmt: skip
    sms = await faults_of(Words(channel="sms", text="【城市】" + "一" * 500))
    assert sms[0] == "请填写短信平台的模板编号"
    assert "超过 500 字" in sms[1]
    assert "正文不能含【】" in sms[2]
    alipay = Words(channel="alipay", template_id="t", fields={"keyword1": "", "thing1": "x"})
    assert len(await faults_of(alipay)) == 2
    with pytest.raises(TemplateUnknown):
        await editing.current("made_up", "wechat")
    with pytest.raises(TemplateUnknown):
        await editing.current(KIND, "pigeon")


async def test_a_test_message_goes_to_one_channel_and_no_further(channels: Channels):
    citizen = await a_reader("alipay", phone="13800001234")
    assert not await editing.send_test(kind=KIND, channel="wechat", citizen_id=citizen.id, by=BY)
    assert await editing.send_test(kind=KIND, channel="inbox", citizen_id=citizen.id, by=BY)
    channels.answer("alipay", REFUSED)
    assert await editing.send_test(kind="waitlist_offered", channel="alipay", citizen_id=citizen.id, by=BY)
    await post_goes_out()
    assert [one.channel for one in channels.taken] == ["alipay"]
    titles = await database.fetch("select title from message where channel = 'inbox'")
    assert all(row["title"].startswith("【测试】") for row in titles)
    tested = await database.fetchval("select count(*) from audit_row where action = 'message_template.tested'")
    assert tested == 3


def test_a_preview_is_what_would_go_out():
    letter = editing.preview("waitlist_offered", wording.as_declared(wording.find("waitlist_offered"))["sms"])
    assert letter.text.startswith("您候补的 2026-11-23 09:30")
    assert letter.segments == 2
