"""How a message leaves the house: one way per channel."""

from dataclasses import dataclass
from typing import Any

from channels import landing
from channels.alipay.client import AlipayClient
from channels.alipay.messages import send_template
from channels.messages import MessageOutcome
from channels.sms.gateway import Carrier, SmsGateway, Text
from channels.wechat.client import WeChatClient
from channels.wechat.messages import send_subscription
from foundation import settings
from notifications.kinds import ALIPAY, WECHAT

REPORTS = "/callbacks/sms/reports"
_open: dict[str, Any] = {}


@dataclass(frozen=True, kw_only=True)
class Sending:
    """One message as a channel needs it. `to`: an openid, or a telephone."""

    channel: str
    to: str
    template_id: str
    fields: dict[str, str]
    text: str
    page: str
    out_no: str


async def send(letter: Sending) -> MessageOutcome:
    """Hand one message to its channel. Never raises for what the channel says."""
    page = landing.page_for(letter.page)
    if letter.channel == WECHAT:
        wechat: WeChatClient = _of(WECHAT, WeChatClient)
        return await send_subscription(
            wechat, openid=letter.to, template_id=letter.template_id, fields=letter.fields, page=page
        )
    if letter.channel == ALIPAY:
        alipay: AlipayClient = _of(ALIPAY, AlipayClient)
        return await send_template(
            alipay, openid=letter.to, template_id=letter.template_id, fields=letter.fields, page=page
        )
    carrier: Carrier = _of(letter.channel, SmsGateway)
    ours = settings.current()
    return await carrier.send(
        Text(
            out_no=letter.out_no, phone=letter.to, signature=ours.sms.signature, template_id=letter.template_id,
            text=letter.text, report_url=f"{ours.processes.public_api_url}{REPORTS}",
        )
    )  # fmt: skip


def _of(channel: str, make: Any) -> Any:
    if channel not in _open:
        _open[channel] = make(settings.current())
    return _open[channel]


async def close() -> None:
    while _open:
        _, client = _open.popitem()
        await client.aclose()
