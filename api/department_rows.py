"""What the pushes of departments have in common: a person, what is to be paid, and an answer for each row."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from foundation.errors import Refusal
from foundation.web import Asked
from identity.idnumber import IdType
from payments.bills import PushedItem
from payments.late_fee_rules import Growth

NoticeNo = Annotated[str, Meta(min_length=1, max_length=60, examples=["34000019081115065040"])]
UnitCode = Annotated[str, Meta(min_length=1, max_length=40, examples=["103"])]
UnitName = Annotated[str, Meta(min_length=1, max_length=80, examples=["公安局"])]
ItemCode = Annotated[str, Meta(min_length=1, max_length=40, examples=["103042"])]
Fen = Annotated[int, Meta(ge=0, le=10**13, description="金额，单位：分", examples=[2000])]
NoFen = Annotated[int, Meta(ge=0, le=10**13, description="金额，单位：分", examples=[0])]
PerDay = Annotated[int, Meta(ge=0, le=10_000, description="每日万分之几，300 即每日百分之三", examples=[0])]
LateKind = Literal["overdue", "penalty"]
Basis = Annotated[str, Meta(max_length=200, description="法律依据，显示给缴款人", examples=[""])]


class Person(Asked):
    """申请人或缴款人."""

    name: Annotated[str, Meta(min_length=1, max_length=60, examples=["张三"])]
    id_number: Annotated[str, Meta(min_length=5, max_length=30, examples=["11010519491231002X"])]
    id_type: IdType = IdType.ID_CARD


class BillItemIn(Asked):
    """执收项目。`late_per_day`：限缴日期次日起按日加收，不填按项目规则；`late_kind`：overdue 滞纳金，penalty 加罚."""

    exec_item_code: ItemCode
    exec_item_name: Annotated[str, Meta(min_length=1, max_length=80, examples=["证照工本费"])]
    amount_fen: Fen
    overdue_fen: NoFen = 0
    penalty_fen: NoFen = 0
    late_per_day: PerDay | None = None
    late_kind: LateKind = "overdue"
    late_basis: Basis = ""

    def told(self) -> PushedItem:
        grows = self.late_per_day is not None
        return PushedItem(
            exec_item_code=self.exec_item_code,
            exec_item_name=self.exec_item_name,
            amount_fen=self.amount_fen,
            overdue_fen=self.overdue_fen,
            penalty_fen=self.penalty_fen,
            growth=Growth(per_day=self.late_per_day or 0, kind=self.late_kind, basis=self.late_basis)
            if grows
            else None,
        )


Items = Annotated[list[BillItemIn], Meta(min_length=1, max_length=100)]


class FeeIn(Asked):
    """办件应缴的费用：登记时生成缴款通知书，不予受理或撤回时一并撤回."""

    exec_unit_code: UnitCode
    exec_unit_name: UnitName
    items: Items
    expire_date: date | None = None


class RowResult(Struct, omit_defaults=True):
    """`outcome`：appended/raised 已接收，repeated 已收到过，refused 未接收（见 code、message）.

    `case_no`：没有带编号登记时，我们赋予的办件编号.
    """

    number: Annotated[str, Meta(examples=["ev-0001"])]
    outcome: Annotated[str, Meta(examples=["appended"])]
    pay_code: str = ""
    case_no: str = ""
    code: str = ""
    message: str = ""


class PushResult(Struct):
    received: int
    refused: int
    rows: list[RowResult]


def refused(number: str, refusal: Refusal) -> RowResult:
    """The row's own refusal; what is no fault of the row is raised."""
    if refusal.status >= 500:
        raise refusal
    return RowResult(number, "refused", code=refusal.code, message=refusal.message)


def result(rows: list[RowResult]) -> PushResult:
    number = sum(row.outcome == "refused" for row in rows)
    return PushResult(len(rows) - number, number, rows)
