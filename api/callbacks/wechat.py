"""WeChat Pay notices and messages of the official account."""

from typing import Any

from sanic import HTTPResponse, Request, json, text

from api.callers import CHANNEL
from assistant import asking
from channels.errors import ForgedNotice
from channels.wechat import callback
from foundation import settings
from foundation.errors import Refusal
from foundation.web import Routes
from payments import notices

routes = Routes("微信回调", tag="callbacks")

LONGEST = 600  # characters of an answer; a longer one is cut by WeChat at 2048 bytes, in the middle of a word
GREETING = "您好，欢迎关注{city}指尖办。直接发送您想办的事，例如“身份证丢了怎么补办”，我来告诉您需要的材料和办理地点。"
SUBSCRIBED = ("subscribe", "subscribe_scan")


@routes.page("/callbacks/wechat/pay", method="POST", access=CHANNEL)
async def pay(request: Request) -> HTTPResponse:
    """A notice is accepted by its status: whatever is kept safely is 200, quarantined or not."""
    try:
        await notices.receive(channel="wechat", headers=request.headers, body=request.body)
    except Refusal as refusal:
        return json({"code": "FAIL", "message": refusal.message}, status=refusal.status)
    return json({"code": "SUCCESS", "message": "成功"})


@routes.page("/callbacks/wechat/messages", access=CHANNEL)
async def confirm(request: Request) -> HTTPResponse:
    """WeChat checks that the address is ours."""
    return text(callback.confirm_address(settings.current().wechat, _query(request)))


@routes.page("/callbacks/wechat/messages", method="POST", access=CHANNEL)
async def message(request: Request) -> HTTPResponse:
    """Somebody wrote to the official account: the guide bot answers."""
    ours = settings.current().wechat
    try:
        heard = callback.read_message(ours, _query(request), request.body)
    except ForgedNotice as refusal:
        return text("", status=refusal.status)
    return text(callback.reply(ours, heard, await _answer(heard)), content_type="application/xml")


def _query(request: Request) -> dict[str, str]:
    return {name: values[0] for name, values in request.args.items()}


async def _answer(heard: Any) -> str:
    """What the guide bot says to a message; nothing to events that want no answer."""
    ours = settings.current().processes
    if heard.type == "event" and getattr(heard, "event", "") in SUBSCRIBED:
        said = GREETING.format(city=ours.city_name)
    elif heard.type == "text" and heard.content:
        asked = await asking.ask(question=heard.content)
        said = _cut(asked.answer.text)
    else:
        return ""
    return f"{said}\n\n查看指南、预约办理：{ours.public_bff_url}"


def _cut(said: str) -> str:
    return said if len(said) <= LONGEST else said[: LONGEST - 1] + "…"
