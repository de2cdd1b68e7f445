"""Money is integer fen (分). Yuan appears only on a screen and in a channel's message."""

import re
from decimal import Decimal

from foundation.errors import Invalid

AMOUNT = re.compile(r"[+-]?[0-9]{1,13}(\.[0-9]{1,2}0*)?")


class NotAnAmount(Invalid):
    """金额格式不正确，应为最多两位小数的元数，例如 20.00。"""


def yuan(fen: int) -> str:
    """``1234`` → ``"12.34"``; negative amounts keep their sign."""
    sign, fen = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{fen // 100}.{fen % 100:02d}"


def fen(yuan: str) -> int:
    """``"12.34"`` → ``1234``. Raises NotAnAmount for anything that is not a whole number of fen."""
    # Decimal alone would also read "1e9999", "1_0" and other nations' digits
    if not isinstance(yuan, str) or not AMOUNT.fullmatch(yuan.strip()):
        raise NotAnAmount
    return int(Decimal(yuan.strip()) * 100)
