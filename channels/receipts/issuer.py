"""What an issuer of receipts does for us, whoever it is.

Numbers are ours: asking again under the same number issues or voids nothing anew, so an unknown outcome is asked about.
"""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from channels.errors import ChannelRefused


class ReceiptRefused(ChannelRefused):
    """财政票据系统没有受理，工作人员正在处理，缴款不受影响，请稍后查看票据。"""


class NoSuchReceipt(ReceiptRefused):
    """财政票据系统没有这张票据。"""

    status = 404


@dataclass(frozen=True)
class ReceiptLine:
    """One 项目 of a receipt."""

    code: str
    name: str
    amount_fen: int


@dataclass(frozen=True, kw_only=True)
class ReceiptRequest:
    """What is to stand on a receipt. The lines add up to the amount."""

    request_no: str
    amount_fen: int
    payer: str  # 交款人
    unit_code: str  # 收款单位
    unit: str
    title: str
    pay_code: str
    paid_on: date
    lines: tuple[ReceiptLine, ...]


@dataclass(frozen=True)
class Issued:
    """A receipt that exists: 票据代码 (8), 票据号码 (10), 校验码 (6), 开票日期."""

    request_no: str
    code: str
    number: str
    check_code: str
    issued_on: date
    amount_fen: int


@dataclass(frozen=True)
class Voided:
    """冲红: the red entry that takes a receipt back has numbers of its own."""

    void_no: str
    red_code: str
    red_number: str


class ReceiptIssuer(Protocol):
    """All verbs raise OutsideUnavailable (nothing was sent), OutcomeUnknown or ReceiptRefused."""

    async def issue(self, request: ReceiptRequest) -> Issued:
        """Issue a receipt; the same request gives the same receipt."""

    async def find(self, request_no: str) -> Issued | None:
        """The receipt of a request, if there is one."""

    async def void(self, *, void_no: str, code: str, number: str, reason: str) -> Voided:
        """Take a receipt back by a red entry; the same number gives the same entry. Raises NoSuchReceipt."""

    async def find_void(self, void_no: str) -> Voided | None:
        """The red entry of a number, if there is one."""

    async def aclose(self) -> None: ...
