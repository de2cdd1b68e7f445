"""WeChat Pay's notices: verified over the raw body, opened, and read."""

import json
from collections.abc import Mapping
from typing import Any

from channels.errors import ForgedNotice, UnreadableNotice
from channels.payment import Notice, NoticeKind
from channels.wechat.pay_keys import PayKeys
from channels.wechat.pay_sealing import unseal
from channels.wechat.pay_shapes import payment, refund
from channels.wechat.pay_signing import read_signature
from foundation import metrics


async def read_notice(headers: Mapping[str, str], body: bytes, *, keys: PayKeys, api_v3_keys: list[str]) -> Notice:
    """Raises ForgedNotice, StaleNotice; UnreadableNotice when it is genuine and we cannot open or read it."""
    try:
        signed = read_signature(headers)
        await keys.first_download()
        keys.verify(signed, body)
    except ForgedNotice as fault:
        metrics.count("channel_notices_refused_total", channel="wechat", why=fault.code)
        raise
    try:
        envelope = json.loads(body)
        content = json.loads(unseal(envelope["resource"], api_v3_keys))
        return _notice(envelope, content)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UnreadableNotice from None


def _notice(envelope: dict[str, Any], content: dict[str, Any]) -> Notice:
    if str(envelope["event_type"]).startswith("REFUND."):
        return Notice("wechat", envelope["id"], NoticeKind.REFUND, None, refund(content), content)
    return Notice("wechat", envelope["id"], NoticeKind.PAYMENT, payment(content), None, content)
