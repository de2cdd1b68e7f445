"""Subscription messages of the mini-program (订阅消息): one accept by the citizen, one message."""

from typing import Any

from channels.errors import ChannelRefused, SlowDown
from channels.messages import MessageOutcome, Outcome
from channels.wechat.client import WeChatClient
from foundation.errors import Unavailable


async def send_subscription(
    client: WeChatClient, *, openid: str, template_id: str, fields: dict[str, str], page: str
) -> MessageOutcome:
    """Send one message; `fields` are thing1, time2, … as the template names them. Never raises for what WeChat says.

    43101 (the citizen refused, or the accept is used up) and wrong arguments are refusals for good.
    """
    body: dict[str, Any] = {
        "touser": openid,
        "template_id": template_id,
        "page": page,
        "lang": "zh_CN",
        "data": {name: {"value": fitted(name, value)} for name, value in fields.items()},
    }
    try:
        await client.post("/cgi-bin/message/subscribe/send", body)
    except SlowDown as fault:
        return MessageOutcome(Outcome.TRY_AGAIN, fault.vendor_code)
    except ChannelRefused as fault:
        outcome = Outcome.TRY_AGAIN if fault.vendor_code in TOKEN_CODES else Outcome.REFUSED
        return MessageOutcome(outcome, fault.vendor_code)
    except Unavailable:
        return MessageOutcome(Outcome.TRY_AGAIN)
    return MessageOutcome(Outcome.SENT)


TOKEN_CODES = {"40001", "40014", "42001"}
LENGTHS = {"thing": 20, "character_string": 32, "number": 32, "phrase": 5, "name": 10, "letter": 32}


def fitted(name: str, value: str) -> str:
    """`value` cut to what the kind of field takes; one character too many would lose the whole message."""
    longest = LENGTHS.get(name.rstrip("0123456789"))
    if longest is None or len(value) <= longest:
        return value
    return value[: longest - 1] + "…" if name.startswith("thing") else value[:longest]
