"""What departments push: events of cases, and bills. Every row is answered for itself."""

from datetime import date, datetime
from typing import Annotated

from msgspec import Meta, Struct

from api.callers import DEPARTMENT
from cases import intake
from cases.timeline import Kind
from foundation.actor import Actor
from foundation.errors import Refusal
from foundation.web import Asked, Routes
from identity.idnumber import Identity, IdType
from payments import bills
from payments.errors import BillAlreadySettled, BillNotFound

routes = Routes("部门推送", tag="departments")

NoticeNo = Annotated[str, Meta(min_length=1, max_length=60, examples=["34000019081115065040"])]
Days = Annotated[int, Meta(ge=0, le=3650, examples=[20])]
Fen = Annotated[int, Meta(ge=0, le=10**13, description="金额，单位：分", examples=[2000])]
NoFen = Annotated[int, Meta(ge=0, le=10**13, description="金额，单位：分", examples=[0])]
BATCH = 1000
BATCH_BYTES = 2_000_000


class Person(Asked):
    """申请人或缴款人."""

    name: Annotated[str, Meta(min_length=1, max_length=60, examples=["张三"])]
    id_number: Annotated[str, Meta(min_length=5, max_length=30, examples=["11010519491231002X"])]
    id_type: IdType = IdType.ID_CARD


class CaseRegistration(Asked):
    """登记赋码：首次推送须附带."""

    item_code: Annotated[str, Meta(min_length=1, max_length=40, examples=["11990100DEMA0001133990100004000"])]
    item_name: Annotated[str, Meta(min_length=1, max_length=120, examples=["居民身份证换领"])]
    department_name: Annotated[str, Meta(min_length=1, max_length=60, examples=["公安局"])]
    applicant: Person
    legal_days: Days | None = None
    promised_days: Days | None = None


class CaseEventIn(Asked):
    """办件事件."""

    event_id: Annotated[str, Meta(min_length=1, max_length=80, examples=["ev-0001"])]
    case_no: Annotated[str, Meta(min_length=4, max_length=60, examples=["350700202611210001"])]
    kind: Kind
    happened_at: Annotated[datetime, Meta(tz=True, examples=["2026-11-20T09:30:00+08:00"])]
    note: Annotated[str, Meta(max_length=400)] = ""
    case: CaseRegistration | None = None


class CaseEvents(Asked):
    events: Annotated[list[CaseEventIn], Meta(min_length=1, max_length=BATCH)]


class BillItemIn(Asked):
    """执收项目."""

    exec_item_code: Annotated[str, Meta(min_length=1, max_length=40, examples=["103042"])]
    exec_item_name: Annotated[str, Meta(min_length=1, max_length=80, examples=["证照工本费"])]
    amount_fen: Fen
    overdue_fen: NoFen = 0
    penalty_fen: NoFen = 0


class BillIn(Asked):
    """缴款通知书."""

    notice_no: NoticeNo
    exec_unit_code: Annotated[str, Meta(min_length=1, max_length=40, examples=["103"])]
    exec_unit_name: Annotated[str, Meta(min_length=1, max_length=80, examples=["公安局"])]
    title: Annotated[str, Meta(min_length=1, max_length=120, examples=["居民身份证工本费"])]
    payer: Person
    items: Annotated[list[BillItemIn], Meta(min_length=1, max_length=100)]
    total_fen: Annotated[int, Meta(ge=1, le=10**13, examples=[2000])]
    expire_date: date | None = None
    reference: Annotated[str, Meta(max_length=80)] = ""
    pay_code: Annotated[str, Meta(pattern="^([0-9A-Za-z]{6,40})?$")] = ""


class Bills(Asked):
    bills: Annotated[list[BillIn], Meta(min_length=1, max_length=BATCH)]


class Withdrawal(Asked):
    notice_no: NoticeNo
    reason: Annotated[str, Meta(min_length=1, max_length=200, examples=["开错"])]


class RowResult(Struct, omit_defaults=True):
    """`outcome`：appended/raised 已接收，repeated 已收到过，refused 未接收（见 code、message）."""

    number: Annotated[str, Meta(examples=["ev-0001"])]
    outcome: Annotated[str, Meta(examples=["appended"])]
    pay_code: str = ""
    code: str = ""
    message: str = ""


class PushResult(Struct):
    received: int
    refused: int
    rows: list[RowResult]


class BillState(Struct):
    notice_no: str
    pay_code: str
    state: str


@routes.post(
    "/departments/v1/cases/events", access=DEPARTMENT, summary="推送办件事件", tag="departments", at_most=BATCH_BYTES
)
async def push_case_events(body: CaseEvents, who: Actor) -> PushResult:
    """事件可乱序、可重复推送；相同 event_id 只记一次。每行单独返回结果。"""
    rows: list[RowResult] = []
    for event in body.events:
        try:
            outcome = await intake.append(event=_pushed(event), by=who)
            rows.append(RowResult(event.event_id, outcome))
        except Refusal as refusal:
            rows.append(_refused(event.event_id, refusal))
    return _result(rows)


@routes.post("/departments/v1/bills", access=DEPARTMENT, summary="推送缴款通知书", at_most=BATCH_BYTES)
async def push_bills(body: Bills, who: Actor) -> PushResult:
    """相同 notice_no 重复推送不会重复生成；内容不同则该行拒绝。"""
    rows: list[RowResult] = []
    for bill in body.bills:
        try:
            raised = await bills.raise_bill(bill=_bill(bill), by=who)
            rows.append(RowResult(bill.notice_no, raised.outcome, pay_code=raised.pay_code))
        except Refusal as refusal:
            rows.append(_refused(bill.notice_no, refusal))
    return _result(rows)


@routes.post(
    "/departments/v1/bills/withdraw",
    access=DEPARTMENT,
    summary="撤回未缴的缴款通知书",
    errors=(BillNotFound, BillAlreadySettled),
)
async def withdraw_bill(body: Withdrawal, who: Actor) -> BillState:
    bill = await bills.withdraw(notice_no=body.notice_no, by=who, reason=body.reason)
    return BillState(bill.notice_no, bill.pay_code, bill.state)


def _pushed(event: CaseEventIn) -> intake.PushedEvent:
    given = event.case
    return intake.PushedEvent(
        event_id=event.event_id,
        case_no=event.case_no,
        kind=event.kind,
        happened_at=event.happened_at,
        note=event.note,
        registration=None
        if given is None
        else intake.Registration(
            item_code=given.item_code,
            item_name=given.item_name,
            department_name=given.department_name,
            applicant_name=given.applicant.name,
            applicant=Identity.of(given.applicant.id_type, given.applicant.id_number),
            legal_days=given.legal_days,
            promised_days=given.promised_days,
        ),
    )


def _bill(bill: BillIn) -> bills.PushedBill:
    return bills.PushedBill(
        notice_no=bill.notice_no,
        exec_unit_code=bill.exec_unit_code,
        exec_unit_name=bill.exec_unit_name,
        title=bill.title,
        payer_name=bill.payer.name,
        payer=Identity.of(bill.payer.id_type, bill.payer.id_number),
        items=tuple(
            bills.PushedItem(
                exec_item_code=one.exec_item_code,
                exec_item_name=one.exec_item_name,
                amount_fen=one.amount_fen,
                overdue_fen=one.overdue_fen,
                penalty_fen=one.penalty_fen,
            )
            for one in bill.items
        ),
        total_fen=bill.total_fen,
        expire_date=bill.expire_date,
        reference=bill.reference,
        pay_code=bill.pay_code,
    )


def _refused(number: str, refusal: Refusal) -> RowResult:
    if refusal.status >= 500:
        raise refusal
    return RowResult(number, "refused", code=refusal.code, message=refusal.message)


def _result(rows: list[RowResult]) -> PushResult:
    refused = sum(row.outcome == "refused" for row in rows)
    return PushResult(len(rows) - refused, refused, rows)
