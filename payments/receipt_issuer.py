"""The issuer of receipts of this process."""

from channels.receipts.issuer import ReceiptIssuer
from channels.receipts.treasury import Treasury
from foundation import settings

_open: list[ReceiptIssuer] = []


def issuer() -> ReceiptIssuer:
    """The treasury's system, opened at first use."""
    if not _open:
        use(Treasury(settings.current()))
    return _open[0]


def use(one: ReceiptIssuer | None) -> None:
    """Set the issuer of this process (tests); None opens the treasury's at the next use."""
    _open[:] = [one] if one else []
