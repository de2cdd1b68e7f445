"""Subscription messages (订阅消息): what a template's fields may hold, and the user's consents, used up one by one."""

import re
import secrets
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from sandbox import people
from sandbox.memory import Shelf
from sandbox.wechat_errors import WechatError
from sandbox.world import World, rfc3339

TIME = r"([01]?\d|2[0-3]):[0-5]\d"
DATE = r"\d{4}(年\d{1,2}月\d{1,2}日|-\d{1,2}-\d{1,2}|/\d{1,2}/\d{1,2}|\.\d{1,2}\.\d{1,2})"
MOMENT = rf"({DATE}\s*)?{TIME}(:[0-5]\d)?"
RULES: dict[str, Callable[[str], object]] = {
    "thing": lambda text: len(text) <= 20,
    "number": lambda text: re.fullmatch(r"-?\d{1,32}(\.\d+)?", text) and len(text) <= 32,
    "letter": lambda text: re.fullmatch(r"[A-Za-z]{1,32}", text),
    "symbol": lambda text: len(text) <= 5,
    "character_string": lambda text: len(text) <= 32 and text.isascii(),
    "time": lambda text: re.fullmatch(rf"({MOMENT}|{DATE})(\s*[~至-]\s*({MOMENT}|{DATE}))?", text),
    "date": lambda text: re.fullmatch(rf"{DATE}(\s*{TIME}(:[0-5]\d)?)?(\s*[~至-]\s*{DATE}(\s*{TIME})?)?", text),
    "amount": lambda text: re.fullmatch(r"[¥￥$]?-?\d{1,10}(\.\d{1,2})?元?", text),
    "phone_number": lambda text: re.fullmatch(r"[\d+\- ]{1,17}", text),
    "car_number": lambda text: re.fullmatch(r".[A-Z][A-Z0-9]{4,5}.?", text),
    "name": lambda text: len(text) <= (10 if re.search(r"[^\x00-\x7f]", text) else 20),
    "phrase": lambda text: re.fullmatch(r"[\u4e00-\u9fff]{1,5}", text),
}
LABELS = {
    "thing": "事项",
    "number": "数量",
    "letter": "代码",
    "symbol": "标记",
    "character_string": "编号",
    "time": "时间",
    "date": "日期",
    "amount": "金额",
    "phone_number": "电话",
    "car_number": "车牌",
    "name": "姓名",
    "phrase": "状态",
}


class Template(msgspec.Struct):
    """How a template reads: its title and the label of each field. Only for showing; none need be known."""

    template_id: str
    title: str
    labels: dict[str, str] = msgspec.field(default_factory=dict)


class Consent(msgspec.Struct):
    """A user's consents to one template: so many messages, or any number (long-term subscription)."""

    openid: str
    template_id: str
    times: int = 0
    long_term: bool = False


class Message(msgspec.Struct, kw_only=True):
    """One message that reached a user."""

    vendor: str
    to: str
    template_id: str
    page: str
    data: dict[str, str]
    at: str


def messages(world: World) -> Shelf[Message]:
    return world.memory.shelf("messages", Message)


def consents(world: World) -> Shelf[Consent]:
    return world.memory.shelf("consents", Consent)


def templates(world: World) -> Shelf[Template]:
    return world.memory.shelf("templates", Template)


def consent(world: World, *, openid: str, template_id: str, times: int = 1, long_term: bool = False) -> Consent:
    """The user accepts so many more messages of the template."""
    found = consent_of(world, openid, template_id)
    found.times += times
    found.long_term = found.long_term or long_term
    return consents(world).put(f"{openid} {template_id}", found)


def consent_of(world: World, openid: str, template_id: str) -> Consent:
    """What the user has accepted; the demo citizens who subscribe have accepted everything for good."""
    known = consents(world).get(f"{openid} {template_id}")
    return known or Consent(openid, template_id, long_term=people.by_openid(openid).subscribes)


def send(world: World, asked: dict[str, Any]) -> int:
    """Deliver one message and return its id: 40003, 40037, 41030, 47003, 43101."""
    openid, template_id = str(asked.get("touser") or ""), str(asked.get("template_id") or "")
    if not openid or openid.endswith("_badopenid"):
        raise WechatError(40003)
    if not re.fullmatch(r"[\w-]{1,64}", template_id) or template_id.endswith("_unknown"):
        raise WechatError(40037)
    page = asked.get("page") or ""
    if page and not re.fullmatch(r"/?[\w-]+(/[\w-]+)*(\?[^?\s]*)?", str(page)):
        raise WechatError(41030)
    data = _checked(asked.get("data"))
    _use_up(world, openid, template_id)
    number = secrets.randbelow(10**18)
    message = Message(
        vendor="wechat", to=openid, template_id=template_id, page=page, data=data, at=rfc3339(world.now())
    )
    messages(world).put(str(number), message)
    return number


def template(world: World, template_id: str) -> Template | None:
    """How that template reads: as registered, else as ``templates.json`` has it."""
    registered = templates(world).get(template_id)
    return registered or next((one for one in demo_templates() if one.template_id == template_id), None)


@cache
def demo_templates() -> tuple[Template, ...]:
    return msgspec.json.decode(Path(__file__).with_name("templates.json").read_bytes(), type=tuple[Template, ...])


def label(template: Template | None, field: str) -> str:
    """How a field is called on the user's phone."""
    return (template.labels.get(field) if template else None) or LABELS.get(field.rstrip("0123456789"), field)


def _checked(data: Any) -> dict[str, str]:
    if not isinstance(data, dict) or not data:
        raise WechatError(47003, " data is empty.")
    checked = {}
    for field, holder in data.items():
        text = holder.get("value") if isinstance(holder, dict) else None
        kind = field.rstrip("0123456789")
        if kind not in RULES or kind == field:
            raise WechatError(47003, f" data.{field} is not in the template.")
        if not isinstance(text, str) or not text.strip():
            raise WechatError(47003, f" data.{field}.value is empty.")
        if not RULES[kind](text):
            raise WechatError(47003, f" data.{field}.value invalid.")
        checked[field] = text
    return checked


def _use_up(world: World, openid: str, template_id: str) -> None:
    given = consent_of(world, openid, template_id)
    if openid.endswith("_nomsg") or (given.times <= 0 and not given.long_term):
        raise WechatError(43101)
    if not given.long_term:
        given.times -= 1
        consents(world).put(f"{openid} {template_id}", given)
