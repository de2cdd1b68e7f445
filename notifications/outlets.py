"""How a message leaves the house: one way per platform."""

from collections.abc import Mapping

from channels.alipay.client import AlipayClient
from channels.alipay.messages import send_template
from channels.messages import MessageOutcome
from channels.wechat.client import WeChatClient
from channels.wechat.messages import send_subscription
from foundation import settings

_wechat: WeChatClient | None = None
_alipay: AlipayClient | None = None


async def send(*, platform: str, openid: str, template_id: str, fields: Mapping[str, str], page: str) -> MessageOutcome:
    """Hand one message to the platform of its reader. Never raises for what the platform says."""
    global _wechat, _alipay
    if platform == "wechat":
        _wechat = _wechat or WeChatClient(settings.current())
        return await send_subscription(_wechat, openid=openid, template_id=template_id, fields=dict(fields), page=page)
    _alipay = _alipay or AlipayClient(settings.current())
    return await send_template(_alipay, openid=openid, template_id=template_id, fields=dict(fields), page=page)


async def close() -> None:
    global _wechat, _alipay
    for client in (_wechat, _alipay):
        if client is not None:
            await client.aclose()
    _wechat = _alipay = None
