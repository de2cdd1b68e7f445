"""Alipay's mini-program messages (alipay.open.app.mini.templatemessage.send), under the same consents as WeChat's."""

import re
import secrets
from typing import Any

import msgspec

from sandbox import people
from sandbox.alipay_errors import business, content, success
from sandbox.wechat_messages import Message, consent_of, consents, messages
from sandbox.world import World, rfc3339


class Wish(msgspec.Struct):
    """``data`` is a text of JSON: {"keyword1": {"value": "…"}}."""

    user_template_id: str
    page: str
    data: str
    to_user_id: str = ""
    to_open_id: str = ""
    form_id: str = ""


def send(world: World, params: dict[str, str]) -> dict[str, Any]:
    """Deliver one message; refused without a known receiver, template, matching keywords and a consent."""
    wish = content(params, Wish)
    to = wish.to_open_id or wish.to_user_id
    if not to or to.endswith("_badopenid"):
        raise business("USER_NOT_EXIST", "用户不存在")
    if not wish.user_template_id or wish.user_template_id.endswith("_unknown"):
        raise business("USER_TEMPLATE_ILLEGAL", "用户模板不合法")
    data = _keywords(wish.data)
    _use_up(world, to, wish.user_template_id)
    message = Message(
        vendor="alipay", to=to, template_id=wish.user_template_id, page=wish.page, data=data, at=rfc3339(world.now())
    )
    messages(world).put(str(secrets.randbelow(10**18)), message)
    return success()


def _keywords(text: str) -> dict[str, str]:
    try:
        given = msgspec.json.decode(text.encode(), type=dict[str, dict[str, str]])
    except msgspec.DecodeError as fault:
        raise business("TEMPLATE_DATA_ILLEGAL", "模板数据不合法") from fault
    if not given or any(not re.fullmatch(r"keyword\d+", name) or not one.get("value") for name, one in given.items()):
        raise business("TEMPLATE_DATA_ILLEGAL", "模板数据与模板关键词不匹配")
    return {name: one["value"] for name, one in given.items()}


def _use_up(world: World, to: str, template_id: str) -> None:
    person = people.by_alipay(to)
    given = consent_of(world, to, template_id)
    if to.endswith("_nomsg") or (given.times <= 0 and not given.long_term and not person.subscribes):
        raise business("USER_REFUSE_RECEIVE", "用户未订阅或已拒绝接收消息")
    if given.times > 0:
        given.times -= 1
        consents(world).put(f"{to} {template_id}", given)
