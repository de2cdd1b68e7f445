"""Bills as departments push them: thousands at once, changed and withdrawn while unpaid; and the rules of 滞纳金."""

import asyncio
from datetime import date
from typing import Annotated

from msgspec import Meta, Struct

from api.callers import DEPARTMENT
from api.department_rows import (
    Basis,
    ItemCode,
    Items,
    LateKind,
    NoticeNo,
    PerDay,
    Person,
    PushResult,
    RowResult,
    UnitCode,
    UnitName,
    refused,
    result,
)
from channels.errors import AccountUnusable, ChannelRefused, ForgedAnswer, RequestWrong, SlowDown, SystemError
from foundation.actor import Actor
from foundation.errors import Refusal
from foundation.http import OutcomeUnknown, OutsideUnavailable
from foundation.web import Asked, Routes
from identity.errors import NumberFault
from identity.idnumber import Identity
from payments import bills, changing, late_fee_rules, raising
from payments.bill_errors import BillOfAnotherPayer, LateFeeNeedsDate, PayCodeMalformed
from payments.errors import BillAlreadySettled, BillNotFound, BillWithdrawn, PaymentInProgress, TotalDoesNotAddUp
from payments.late_fee_rules import Growth

routes = Routes("部门推送缴款通知书", tag="bills")

BATCH = 5000
BATCH_BYTES = 8_000_000
NUMBER_FAULTS = (NumberFault, *NumberFault.__subclasses__())
READ_AT_ONCE = 200  # rows that are read before others have their turn


class BillIn(Asked):
    """缴款通知书."""

    notice_no: NoticeNo
    exec_unit_code: UnitCode
    exec_unit_name: UnitName
    title: Annotated[str, Meta(min_length=1, max_length=120, examples=["居民身份证工本费"])]
    payer: Person
    items: Items
    total_fen: Annotated[int, Meta(ge=1, le=10**13, examples=[2000])]
    expire_date: date | None = None
    reference: Annotated[str, Meta(max_length=80)] = ""
    pay_code: Annotated[str, Meta(pattern="^([0-9A-Za-z]{6,40})?$")] = ""

    def told(self) -> bills.PushedBill:
        """Raises the kinds of NumberFault."""
        return bills.PushedBill(
            notice_no=self.notice_no,
            exec_unit_code=self.exec_unit_code,
            exec_unit_name=self.exec_unit_name,
            title=self.title,
            payer_name=self.payer.name,
            payer=Identity.of(self.payer.id_type, self.payer.id_number),
            items=tuple(one.told() for one in self.items),
            total_fen=self.total_fen,
            expire_date=self.expire_date,
            reference=self.reference,
            pay_code=self.pay_code,
        )


class Bills(Asked):
    bills: Annotated[list[BillIn], Meta(min_length=1, max_length=BATCH)]


class Change(Asked):
    """通知书变更后的全部内容；缴款人和执收单位不能变更."""

    bill: BillIn
    reason: Annotated[str, Meta(min_length=1, max_length=200, examples=["复议后减免"])]


class Withdrawal(Asked):
    notice_no: NoticeNo
    reason: Annotated[str, Meta(min_length=1, max_length=200, examples=["开错"])]


class LateFeeRuleIn(Asked):
    """`per_day` 为 0 即不再加收."""

    exec_item_code: ItemCode
    per_day: PerDay
    kind: LateKind
    basis: Basis = ""


class BillState(Struct):
    notice_no: str
    pay_code: str
    state: str


class Changed(Struct):
    """`outcome`：changed 已变更，repeated 内容与现行通知书相同."""

    notice_no: str
    pay_code: str
    outcome: Annotated[str, Meta(examples=["changed"])]


@routes.post("/departments/v1/bills", access=DEPARTMENT, summary="推送缴款通知书", at_most=BATCH_BYTES)
async def push_bills(body: Bills, who: Actor) -> PushResult:
    """一次最多 5000 份，逐份返回结果。相同 notice_no 重复推送不会重复生成；内容不同则该行拒绝，变更请用变更接口。"""
    told, rows = await _read(body.bills)
    answers = await raising.raise_all(list(told.values()), source=who.name, by=who)
    for number, answer in zip(told, answers, strict=True):
        notice_no = body.bills[number].notice_no
        if isinstance(answer, Refusal):
            rows[number] = refused(notice_no, answer)
        else:
            rows[number] = RowResult(notice_no, answer.outcome, pay_code=answer.pay_code)
    return result([rows[number] for number in range(len(body.bills))])


async def _read(given: list[BillIn]) -> tuple[dict[int, bills.PushedBill], dict[int, RowResult]]:
    """Those that can be read, and the answers of those that cannot, by their number."""
    told: dict[int, bills.PushedBill] = {}
    rows: dict[int, RowResult] = {}
    for number, one in enumerate(given):
        if number % READ_AT_ONCE == 0:
            await asyncio.sleep(0)
        try:
            told[number] = one.told()
        except NumberFault as refusal:
            rows[number] = refused(one.notice_no, refusal)
    return told, rows


@routes.post(
    "/departments/v1/bills/change",
    access=DEPARTMENT,
    summary="变更未缴的缴款通知书",
    errors=(
        BillNotFound,
        BillAlreadySettled,
        BillWithdrawn,
        BillOfAnotherPayer,
        PaymentInProgress,
        TotalDoesNotAddUp,
        LateFeeNeedsDate,
        PayCodeMalformed,
        *NUMBER_FAULTS,
        ChannelRefused,
        RequestWrong,
        AccountUnusable,
        SlowDown,
        SystemError,
        ForgedAnswer,
        OutcomeUnknown,
        OutsideUnavailable,
    ),
)
async def change_bill(body: Change, who: Actor) -> Changed:
    """正在进行的支付先向支付平台核实并关闭；已经付款的按原内容缴清，变更被拒绝。"""
    changed = await changing.change(bill=body.bill.told(), reason=body.reason, by=who)
    return Changed(changed.notice_no, changed.pay_code, changed.outcome)


@routes.post(
    "/departments/v1/bills/withdraw",
    access=DEPARTMENT,
    summary="撤回未缴的缴款通知书",
    errors=(BillNotFound, BillAlreadySettled),
)
async def withdraw_bill(body: Withdrawal, who: Actor) -> BillState:
    bill = await bills.withdraw(notice_no=body.notice_no, by=who, reason=body.reason)
    return BillState(bill.notice_no, bill.pay_code, bill.state)


@routes.post("/departments/v1/late-fee-rules", access=DEPARTMENT, summary="申报执收项目的滞纳金规则", status=204)
async def declare_late_fee(body: LateFeeRuleIn, who: Actor) -> None:
    """对此后推送的通知书生效；已推送的仍按推送时的规则。"""
    growth = Growth(per_day=body.per_day, kind=body.kind, basis=body.basis)
    await late_fee_rules.declare(exec_item_code=body.exec_item_code, growth=growth, by=who)
