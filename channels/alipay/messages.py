"""Template messages of the mini-program (小程序模板消息)."""

import json

from channels.alipay.client import AlipayClient
from channels.alipay.message_fields import fitted
from channels.errors import ChannelRefused, SlowDown, SystemError
from channels.messages import MessageOutcome, Outcome
from foundation.errors import Unavailable
from foundation.http import OutcomeUnknown


async def send_template(
    client: AlipayClient, *, openid: str, template_id: str, fields: dict[str, str], page: str, form_id: str = ""
) -> MessageOutcome:
    """Send one message; `fields` are keyword1, keyword2, … Never raises for what the channel says."""
    content = {
        "to_open_id": openid,
        "user_template_id": template_id,
        "page": page,
        "form_id": form_id,
        "data": json.dumps({name: {"value": value} for name, value in fitted(fields).items()}, ensure_ascii=False),
    }
    try:
        await client.ask("AlipayOpenAppMiniTemplatemessageSend", content)
    except SlowDown as fault:
        return MessageOutcome(Outcome.LIMITED, fault.vendor_code, fault.retry_after)
    except ChannelRefused as fault:
        return MessageOutcome(Outcome.REFUSED, fault.vendor_code)
    except SystemError:  # it answered: not now
        return MessageOutcome(Outcome.TRY_AGAIN)
    except OutcomeUnknown:
        return MessageOutcome(Outcome.UNKNOWN)
    except Unavailable:
        return MessageOutcome(Outcome.TRY_AGAIN)
    return MessageOutcome(Outcome.SENT)
