"""电子票据: the receipt of a bill as data and as a PDF, and checking one by its numbers."""

import io
from datetime import date
from functools import lru_cache
from typing import Annotated, Any, cast

import segno
from msgspec import Meta, Struct
from sanic import HTTPResponse, Request

from foundation.errors import TooManyRequests
from foundation.web import PUBLIC, Asked, Limit, Routes, client_address
from identity.sessions import Session
from miniprogram_bff.fields import Department, Fen, PayCode
from miniprogram_bff.session import CITIZEN
from miniprogram_bff.states import ReceiptState
from payments import receipt_lookup, receipt_paper
from payments.errors import BillNotFound
from payments.receipt_errors import NothingToReceipt, ReceiptNotFound, ReceiptNotReady
from payments.receipt_lookup import Shown

routes = Routes("电子票据", tag="receipt")

Code = Annotated[str, Meta(max_length=8, examples=["99010126"])]
Number = Annotated[str, Meta(max_length=10, examples=["0026421031"])]
CheckCode = Annotated[str, Meta(max_length=6, examples=["656aa9"])]
ERRORS = (BillNotFound, ReceiptNotReady, NothingToReceipt)


class ReceiptLineView(Struct):
    name: Annotated[str, Meta(examples=["证照工本费"])]
    amount_fen: Fen


class ReceiptView(Struct):
    """`state`：issued 有效，voiding 冲红中，voided 已冲红（见 `red_code`、`red_number`）."""

    code: Code
    number: Number
    check_code: CheckCode
    issued_on: date
    amount_fen: Fen
    payer: Annotated[str, Meta(examples=["张三"])]
    unit: Department
    title: Annotated[str, Meta(examples=["居民身份证工本费"])]
    pay_code: PayCode
    items: list[ReceiptLineView]
    state: ReceiptState
    label: Annotated[str, Meta(examples=["有效"])]
    red_code: Annotated[str, Meta(examples=[""])]
    red_number: Annotated[str, Meta(examples=[""])]
    qr_svg: Annotated[str, Meta(description="验真二维码")]


class CheckedView(Struct):
    """`state`：issued 有效，voiding 冲红中，voided 已冲红；交款人姓名已遮盖."""

    code: Code
    number: Number
    issued_on: date
    amount_fen: Fen
    payer: Annotated[str, Meta(examples=["张*"])]
    unit: Department
    title: Annotated[str, Meta(examples=["居民身份证工本费"])]
    state: ReceiptState
    label: Annotated[str, Meta(examples=["有效"])]


class Numbers(Asked):
    """票面上的票据代码、票据号码、校验码."""

    code: Annotated[str, Meta(min_length=1, max_length=20, examples=["99010126"])]
    number: Annotated[str, Meta(min_length=1, max_length=20, examples=["0026421031"])]
    check_code: Annotated[str, Meta(min_length=1, max_length=20, examples=["656aa9"])]


@routes.get("/v1/bills/<pay_code>/receipt", access=CITIZEN, summary="电子票据", errors=ERRORS)
async def receipt(pay_code: PayCode, who: Session) -> ReceiptView:
    """缴款人、缴款通知书所属人及其受托人可看。"""
    return _view(await receipt_lookup.of_bill(pay_code=pay_code, citizen_id=who.citizen_id))


@routes.get(
    "/v1/bills/<pay_code>/receipt.pdf",
    access=CITIZEN,
    summary="电子票据 PDF",
    errors=ERRORS,
    also=("application/pdf",),
    limit=Limit(user=30),
)
async def receipt_file(pay_code: PayCode, who: Session) -> str:
    """可打印，含验真二维码。"""
    found = await receipt_lookup.of_bill(pay_code=pay_code, citizen_id=who.citizen_id)
    headers = {
        "Content-Disposition": f'inline; filename="receipt-{found.code}-{found.number}.pdf"',
        "Cache-Control": "no-store",
    }
    return cast(Any, HTTPResponse(receipt_paper.drawn(found), headers=headers, content_type="application/pdf"))


@routes.post(
    "/v1/receipts/check",
    access=PUBLIC,
    summary="票据验真",
    errors=(ReceiptNotFound, TooManyRequests),
    limit=Limit(ip=60),
)
async def check(request: Request, body: Numbers) -> CheckedView:
    """任何人可凭票据代码、票据号码和校验码查验。"""
    found = await receipt_lookup.check(
        code=body.code.strip(), number=body.number.strip(), check_code=body.check_code.strip(),
        address=client_address(request),
    )  # fmt: skip
    return CheckedView(
        code=found.code,
        number=found.number,
        issued_on=found.issued_on,
        amount_fen=found.amount_fen,
        payer=found.payer,
        unit=found.unit,
        title=found.title,
        state=found.state,
        label=found.label,
    )


def _view(one: Shown) -> ReceiptView:
    return ReceiptView(
        code=one.code,
        number=one.number,
        check_code=one.check_code,
        issued_on=one.issued_on,
        amount_fen=one.amount_fen,
        payer=one.payer,
        unit=one.unit,
        title=one.title,
        pay_code=one.pay_code,
        items=[ReceiptLineView(line.name, line.amount_fen) for line in one.lines],
        state=one.state,
        label=one.label,
        red_code=one.red_code,
        red_number=one.red_number,
        qr_svg=_drawn(one.check_address),
    )


@lru_cache(1000)  # whoever looks at a receipt comes back to it, and drawing takes milliseconds
def _drawn(address: str) -> str:
    drawn = io.BytesIO()
    segno.make(address, error="m").save(drawn, kind="svg", scale=4, border=2, unit="px", xmldecl=False, svgclass=None)
    return drawn.getvalue().decode()
