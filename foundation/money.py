"""Money is integer fen (分). Yuan appears only on a screen and in a channel's message."""

from decimal import Decimal, InvalidOperation

from foundation.errors import Invalid


class NotAnAmount(Invalid):
    """金额格式不正确，应为最多两位小数的元数，例如 20.00。"""


def yuan(fen: int) -> str:
    """``1234`` → ``"12.34"``; negative amounts keep their sign."""
    sign, fen = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{fen // 100}.{fen % 100:02d}"


def fen(yuan: str) -> int:
    """``"12.34"`` → ``1234``. Raises NotAnAmount for anything that is not a whole number of fen."""
    try:
        amount = Decimal(yuan.strip()) * 100
    except (InvalidOperation, AttributeError):
        raise NotAnAmount from None
    if not amount.is_finite() or amount != amount.to_integral_value():
        raise NotAnAmount
    return int(amount)
