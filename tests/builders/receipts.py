"""An issuer of receipts that a test plays by hand, and a receipt that it issued."""

import asyncio
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from channels.receipts.issuer import Issued, NoSuchReceipt, ReceiptRefused, ReceiptRequest, Voided
from foundation import clock
from payments import gateway, receipt_issuer, receipts
from payments.models import Bill
from payments.receipt_models import Receipt
from tests.builders.payments import Till

_numbers = count(1)


class Printer:
    """A `ReceiptIssuer` that keeps what it was asked for.

    `trouble[verb]` is raised by the next call of that verb, after its effect when `after_effect` is set.
    """

    def __init__(self) -> None:
        self.requests: dict[str, ReceiptRequest] = {}
        self.issued: dict[str, Issued] = {}
        self.voided: dict[str, Voided] = {}
        self.calls: list[tuple[str, str]] = []
        self.trouble: dict[str, BaseException] = {}
        self.after_effect = False

    async def issue(self, request: ReceiptRequest) -> Issued:
        await self._called("issue", request.request_no)
        if self.requests.setdefault(request.request_no, request) != request:
            raise ReceiptRefused("CONTENT_DIFFERS")
        if request.request_no not in self.issued:
            number, check = f"{next(_numbers):010d}", secrets.token_hex(3)
            self.issued[request.request_no] = Issued(
                request.request_no, "99010126", number, check, clock.today(), request.amount_fen
            )
        self._fail("issue", late=True)
        return self.issued[request.request_no]

    async def find(self, request_no: str) -> Issued | None:
        await self._called("find", request_no)
        return self.issued.get(request_no)

    async def void(self, *, void_no: str, code: str, number: str, reason: str) -> Voided:
        await self._called("void", void_no)
        if (code, number) not in {(one.code, one.number) for one in self.issued.values()}:
            raise NoSuchReceipt("NOT_FOUND")
        made = self.voided.setdefault(void_no, Voided(void_no, "99010226", f"{next(_numbers):010d}"))
        self._fail("void", late=True)
        return made

    async def find_void(self, void_no: str) -> Voided | None:
        await self._called("find_void", void_no)
        return self.voided.get(void_no)

    async def aclose(self) -> None: ...

    def asked(self, verb: str) -> list[str]:
        """The numbers with which `verb` was called, in order."""
        return [number for called, number in self.calls if called == verb]

    async def _called(self, verb: str, number: str) -> None:
        self.calls.append((verb, number))
        await asyncio.sleep(0)
        self._fail(verb, late=False)

    def _fail(self, verb: str, *, late: bool) -> None:
        if late == self.after_effect and verb in self.trouble:
            raise self.trouble.pop(verb)


async def issued(bill: Bill) -> Receipt:
    """The first receipt of a settled bill."""
    await receipts.follow(bill.id)
    await receipts.issue(receipt_id=(await Receipt.get(bill=bill)).id)
    return await Receipt.get(bill=bill)


@contextmanager
def at_the_till() -> Iterator[Till]:
    """WeChat's, beside the issuer of receipts, both played by hand."""
    one = Till("wechat")
    gateway.use({"wechat": one})
    receipt_issuer.use(Printer())
    yield one
    gateway.use({})
    receipt_issuer.use(None)
