"""What the carrier tells later: whether a text message reached the telephone (状态报告). Signed as our requests are."""

from collections.abc import Mapping

import msgspec

from channels.errors import ForgedNotice
from channels.receipts import sealing
from foundation.room_settings import Sms


class Report(msgspec.Struct):
    """`state`: reached (on the telephone) or lost, then `code` says why in the carrier's words."""

    out_no: str
    state: str
    code: str = ""


def read(ours: Sms, *, path: str, headers: Mapping[str, str], body: bytes) -> Report:
    """Raises ForgedNotice for what is not signed with our secret, is old, or is no report."""
    sealing.must_be_for_us(key_id=ours.key_id, secret=ours.secret, path=path, headers=headers, body=body)
    try:
        report = msgspec.json.decode(body, type=Report)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise ForgedNotice from None
    if report.state not in ("reached", "lost"):
        raise ForgedNotice
    return report
