"""Subscription messages of the mini-program (订阅消息): one accept by the citizen, one message."""

from typing import Any

from channels.errors import ChannelRefused, SlowDown, SystemError
from channels.messages import MessageOutcome, Outcome
from channels.wechat.client import NobodyBehind, WeChatClient
from channels.wechat.message_fields import fitted
from foundation.errors import Unavailable
from foundation.http import OutcomeUnknown

__all__ = ["fitted", "send_subscription"]

TOKEN_CODES = {"40001", "40014", "42001"}
# 45009: the day's calls are used up, and are given anew at midnight; asking a few times an hour finds out.
LIMITS = {"45009": 900, "45011": 60}


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
        await client.token.get()
    except (Unavailable, ChannelRefused):
        return MessageOutcome(Outcome.TRY_AGAIN)  # nothing has been sent yet
    try:
        answer = await client.post("/cgi-bin/message/subscribe/send", body)
    except SlowDown as fault:
        return MessageOutcome(Outcome.LIMITED, fault.vendor_code, LIMITS.get(fault.vendor_code, 60))
    except ChannelRefused as fault:
        outcome = Outcome.TRY_AGAIN if fault.vendor_code in TOKEN_CODES else Outcome.REFUSED
        return MessageOutcome(outcome, fault.vendor_code)
    except SystemError:  # it answered: not now
        return MessageOutcome(Outcome.TRY_AGAIN, "-1")
    except NobodyBehind:
        return MessageOutcome(Outcome.TRY_AGAIN)
    except OutcomeUnknown:
        return MessageOutcome(Outcome.UNKNOWN)
    except Unavailable:
        return MessageOutcome(Outcome.TRY_AGAIN)
    return MessageOutcome(Outcome.SENT, vendor_no=str(answer.get("msgid", "")))
