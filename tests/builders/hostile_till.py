"""A channel that does everything a channel has ever done to a merchant, and remembers where the money really is."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from itertools import count
from typing import Any

from channels.errors import ForgedNotice, RefundNotExist, RequestWrong
from channels.payment import (
    ChannelPayment,
    ChannelRefund,
    ChannelState,
    Notice,
    NoticeKind,
    PaymentRequest,
    Prepared,
    RefundRequest,
    RefundState,
)
from tests.builders.payments import Till

_letters = count(1)
TAKEN = (ChannelState.PAID, ChannelState.REFUNDED)


class HostileTill(Till):
    """`hasty`: the payer is told of before we have the answer to `prepare`. `quick`: they pay while we close.

    `paid` is what each order truly brought, `given_back` what truly left, by order; `letters` what was ever written.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.hasty: Callable[[bytes], Awaitable[Any]] | None = None
        self.quick = False
        self.paid: dict[str, ChannelPayment] = {}
        self.letters: dict[bytes, Notice] = {}

    async def prepare(self, request: PaymentRequest) -> Prepared:
        prepared = await super().prepare(request)
        if self.hasty is not None:
            tell, self.hasty = self.hasty, None
            await tell(self.pays(request.out_trade_no))
        return prepared

    async def close(self, out_trade_no: str) -> None:
        if self.quick and self._state(out_trade_no) is ChannelState.UNPAID:
            self.quick = False
            self.pays(out_trade_no)
        await super().close(out_trade_no)

    async def refund(self, request: RefundRequest) -> ChannelRefund:
        known = self.refunds.get(request.out_refund_no)
        if known is None and self._state(request.out_trade_no) not in TAKEN:
            raise RefundNotExist
        if known is None and self.given_back(request.out_trade_no) + request.amount_fen > self._came(
            request.out_trade_no
        ):
            raise RequestWrong("INVALID_REQUEST")
        if known is not None and known.amount_fen != request.amount_fen:
            raise RequestWrong("DISCORDANT_REPEAT_REQUEST")
        answer = await super().refund(request)
        self._given(answer)
        return answer

    async def read_notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        if body not in self.letters:
            raise ForgedNotice
        return self.letters[body]

    # the payer's, the merchant console's and time's side

    def pays(self, order: str, **but: Any) -> bytes:
        """Somebody pays, and a letter about it is written."""
        self.paid[order] = self.pay(order, **but)
        return self.write(order)

    def write(self, order: str, **but: Any) -> bytes:
        """A letter about the order as it is now; `but` is what the letter says otherwise."""
        payment = replace(self.orders[order], **but)
        return self._written(Notice(self.name, "", NoticeKind.PAYMENT, payment), order)

    def write_of_refund(self, number: str) -> bytes:
        return self._written(Notice(self.name, "", NoticeKind.REFUND, None, self.refunds[number]), number)

    def becomes(self, number: str, state: RefundState) -> None:
        """A refund goes on over there."""
        self.refunds[number] = replace(self.refunds[number], state=state)
        self._given(self.refunds[number])

    def refund_at_console(self, order: str, fen: int) -> bytes:
        """Somebody gives money back at the merchant's console."""
        number = f"C{next(_letters)}"
        self.refunds[number] = ChannelRefund(number, RefundState.DONE, fen, order)
        self._given(self.refunds[number])
        return self.write_of_refund(number)

    def given_back(self, order: str) -> int:
        """Fen of the order that left or are leaving."""
        left = [
            one for one in self.refunds.values() if one.out_trade_no == order and one.state is not RefundState.CLOSED
        ]
        return sum(one.amount_fen or 0 for one in left)

    def _came(self, order: str) -> int:
        return self.paid[order].amount_fen or 0 if order in self.paid else 0

    def _given(self, refund: ChannelRefund) -> None:
        if refund.state is RefundState.DONE and refund.out_trade_no in self.orders:
            order = self.orders[refund.out_trade_no]
            self.orders[order.out_trade_no] = replace(order, state=ChannelState.REFUNDED)

    def _written(self, notice: Notice, about: str) -> bytes:
        body = json.dumps({"about": about, "letter": next(_letters)}).encode()
        self.letters[body] = notice
        return body
