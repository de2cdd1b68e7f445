"""Messages at both doors: what a citizen sees and sets, what staff see and change, and the carrier's reports."""

import json
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from api.app import create_app
from channels.receipts import sealing
from foundation import database, settings
from miniprogram_bff.app import create_app as create_bff
from notifications import claims, mass
from notifications.mass_models import MassSend
from notifications.models import Message
from notifications.templates import WAITLIST_OFFERED
from tests.builders.appointments import a_hall, a_type
from tests.builders.console import Desk, a_colleague
from tests.builders.doors import client_of, sign_in
from tests.builders.messages import REFUSED, Channels, a_reader, announce, channels, post_goes_out
from tests.serving import serving

__all__ = ["channels"]
pytestmark = pytest.mark.usefixtures("db", "redis_db", "settings_env")
PHONE = "13800001234"
EDIT = "/console/messages/templates/bill_settled/wechat"


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with serving(create_app()) as base, httpx.AsyncClient(base_url=base) as client:
        yield Desk(client)


async def seated(desk: Desk, *roles: tuple[str, str]) -> None:
    await a_colleague(*roles, username="wangwu", display_name="王五")
    await desk.sign_in("wangwu")


async def test_a_citizen_reads_sets_and_subscribes(channels: Channels) -> None:
    citizen = await a_reader("wechat", "alipay")
    hall = await a_hall()
    channels.answer("wechat", REFUSED)
    await announce(citizen)
    await post_goes_out()
    async with client_of(create_bff()) as door:
        door.headers.update(await sign_in(citizen))

        async def get(path: str) -> Any:
            return (await door.get(path)).json()

        (message,) = await get("/v1/me/messages")
        assert [(one["name"], one["state"], one["why"]) for one in message["ways"]] == [
            ("微信订阅消息", "未接收", "未订阅消息"), ("支付宝消息", "已发送", ""),
        ]  # fmt: skip
        assert (await door.post(f"/v1/me/messages/{message['id']}/read")).json()["read_at"]
        assert (await door.post("/v1/me/messages/1000000/read")).json()["code"] == "MessageNotFound"
        assert (await get(f"/v1/me/messages?before={message['id']}")) == []
        kept = await door.post("/v1/me/message-preferences", json={"quiet": "21:30-07:00", "muted": ["news"]})
        assert (kept.json()["quiet"], [one["code"] for one in kept.json()["groups"] if one["muted"]]) == (
            "21:30-07:00", ["news"],
        )  # fmt: skip
        for wrong, code in (({"quiet": "late"}, "QuietHoursFault"), ({"muted": ["bookings"]}, "GroupUnknown")):
            assert (await door.post("/v1/me/message-preferences", json=wrong)).json()["code"] == code
        for choice in ("once", "always", "refused"):
            said = {"templates": ["tpl-case"], "choice": choice}
            assert (await door.post("/v1/me/consents", json=said)).status_code == 204
        consents = {one["template"]: one for one in (await get("/v1/me/message-preferences"))["consents"]}
        assert (consents["tpl-case"]["choice"], consents["tpl-case"]["left"]) == ("refused", 1)
        assert consents["tpl-bill"]["left"] == 0  # the platform said that there is none
        topic = {"topic": "hall", "code": hall.code}
        assert (await door.post("/v1/me/topics", json=topic)).status_code == 204
        assert [one["code"] for one in await get("/v1/me/topics") if one["subscribed"]] == [hall.code]
        assert (await door.delete(f"/v1/me/topics/hall/{hall.code}")).status_code == 204
        assert not [one for one in await get("/v1/me/topics") if one["subscribed"]]
        assert (await door.post("/v1/me/topics", json={**topic, "code": "nowhere"})).json()["code"] == "TopicUnknown"


async def test_staff_see_what_concerns_their_halls_and_are_seen_looking(desk: Desk, channels: Channels) -> None:
    hall = await a_hall()
    citizen = await a_reader(phone=PHONE)
    channels.answer("wechat", REFUSED)
    for number, path in ((1, hall.path), (2, "elsewhere/")):
        await announce(citizen, f"waitlist_offered:{number}", template=WAITLIST_OFFERED)
        await Message.filter(occasion=f"waitlist_offered:{number}").update(hall_path=path, title=f"第{number}条")
    await post_goes_out("wechat")
    await seated(desk, ("window", hall.path))
    assert "等待发送" in (await desk.open("/console/messages")).text
    seen = await desk.press("/console/messages/person", id_type="phone", number=PHONE)
    assert "第1条" in seen.text
    assert "第2条" not in seen.text
    assert "未订阅消息" in seen.text
    assert (
        "没有找到这个人" in (await desk.press("/console/messages/person", id_type="phone", number="13900000000")).text
    )
    looked = await database.fetchval(
        "select count(*) from audit_row where action = 'citizen.read' and subject = $1", f"citizen:{citizen.id}"
    )
    assert looked
    calls = await desk.open("/console/messages/calls")
    ids = re.findall(r'name="notice_id" value="(\d+)"', calls.text)
    assert (len(ids), "第1条" in calls.text) == (1, True)
    assert PHONE in (await desk.press("/console/messages/calls/phone", notice_id=ids[0])).text
    assert "已记为电话告知" in (await desk.press("/console/messages/calls/called", notice_id=ids[0])).text
    assert "没有需要电话告知的人" in (await desk.open("/console/messages/calls/list")).text
    other = await database.fetchval("select id from unreached_notice where state = 'open'")
    assert "没有找到这条消息" in (await desk.press("/console/messages/calls/called", notice_id=other)).text


async def test_a_template_is_looked_at_saved_and_tried(desk: Desk, channels: Channels) -> None:
    citizen = await a_reader(phone=PHONE)
    await seated(desk, ("editor", ""))
    assert "缴款成功" in (await desk.open("/console/messages/templates")).text
    assert "可用的变量" in (await desk.open(EDIT)).text
    form = {"version": 0, "title": "缴款成功", "template_id": "tpl-bill", "enabled": "true"}
    seen = await desk.press(f"{EDIT}/preview", **form, fields="thing1：{title}已缴\nphrase2: PAID")
    assert "不动产登记费已缴" in seen.text
    assert "phrase2 要求：5 个以内汉字" in seen.text
    refused = await desk.press(EDIT, **form, fields="thing1：{title}已缴\nphrase2: PAID")
    assert refused.status_code == 422
    assert "phrase2" in refused.text
    saved = await desk.press(EDIT, **form, fields="thing1：{title}已缴\nphrase2：已缴清")
    assert saved.headers["HX-Redirect"] == EDIT
    assert "第 1 版" in (await desk.open(EDIT)).text
    assert "别人刚刚保存了" in (await desk.press(EDIT, **form, fields="thing1：{title}")).text
    assert "测试消息已交给渠道" in (await desk.press(f"{EDIT}/test", phone=PHONE)).text
    await post_goes_out("wechat")
    assert channels.taken[0].fields == {"thing1": "不动产登记费已缴", "phrase2": "已缴清"}
    assert "没有这个消息模板" in (await desk.open("/console/messages/templates/made_up/wechat")).text
    assert (await Message.filter(citizen_id=citizen.id, channel="inbox").count()) == 1


async def test_a_notice_is_published_once_and_stopped(desk: Desk, channels: Channels) -> None:
    hall = await a_hall()
    await a_type(hall=hall)
    citizen = await a_reader()
    await database.execute(
        "insert into topic_subscription (citizen_id, topic, code, since) values ($1, 'hall', $2, now())",
        citizen.id, hall.code,
    )  # fmt: skip
    await seated(desk, ("hall_manager", hall.path))
    key = re.findall(r'name="key" value="(\w+)"', (await desk.open("/console/messages/mass")).text)[0]
    form = {"hall": hall.code, "title": "周六延时办理", "text": "本周六全天办理。", "key": key}
    for _ in range(2):
        assert "已发布" in (await desk.press("/console/messages/mass", **form)).text
    made = await MassSend.get()
    await mass.spread_chunk(made.id)
    assert "周六延时办理" in (await desk.open("/console/messages/mass/list")).text
    assert "已停止" in (await desk.press("/console/messages/mass/stop", mass_id=made.id)).text
    await post_goes_out()
    assert channels.taken == []
    elsewhere = await a_hall()
    assert (await desk.press("/console/messages/mass", **{**form, "hall": elsewhere.code})).status_code == 403


async def test_a_report_of_the_carrier(environment: dict[str, str]) -> None:
    ours = {"SMS_URL": "http://sms.test", "SMS_KEY_ID": "k", "SMS_SECRET": "s"}
    settings.use(settings.load(environment | ours))
    citizen = await a_reader(phone=PHONE)
    await announce(citizen, "waitlist_offered:1", template=WAITLIST_OFFERED)
    await Message.filter(channel="wechat").update(channel="sms", state="sent")
    message = await Message.get(channel="sms")
    path = "/callbacks/sms/reports"

    async def tell(out_no: str, **headers: str) -> httpx.Response:
        body = json.dumps({"out_no": out_no, "state": "reached", "code": "DELIVRD"}).encode()
        signed = sealing.request_headers(key_id="k", secret="s", method="POST", path=path, body=body)
        return await door.post(path, content=body, headers={**signed, **headers})

    async with client_of(create_app()) as door:
        number = claims.out_no(message.id, message.occasion)
        assert (await tell(number, **{"X-Signature": "00"})).status_code == 403
        assert (await tell(number)).json()["code"] == "SUCCESS"
        assert (await tell("17-none")).json()["code"] == "UNKNOWN"
    await message.refresh_from_db()
    assert message.state == "reached"
