"""What a case costs: a bill of its own, raised with the registration and withdrawn when nothing comes of the case."""

from dataclasses import dataclass
from datetime import date

from cases.models import Case
from cases.timeline import Kind
from foundation.actor import Actor
from identity.idnumber import Identity
from payments import bills
from payments.errors import BillAlreadySettled, BillNotFound

ROOM = "cases"
FREE = (Kind.REFUSED, Kind.WITHDRAWN)  # who was not taken on, or gave up, owes nothing


@dataclass(frozen=True, kw_only=True)
class Fee:
    """费用: for which 执收单位, by which 执收项目, until when."""

    exec_unit_code: str
    exec_unit_name: str
    items: tuple[bills.PushedItem, ...]
    expire_date: date | None = None


async def ask(case: Case, fee: Fee, *, applicant: Identity, name: str, by: Actor) -> None:
    """In the transaction that registers the case: its applicant owes the fee. Raises as `bills.raise_fee`."""
    total = sum(one.amount_fen + one.overdue_fen + one.penalty_fen for one in fee.items)
    bill = bills.PushedBill(
        notice_no=case.case_no,
        exec_unit_code=fee.exec_unit_code,
        exec_unit_name=fee.exec_unit_name,
        title=case.item_name,
        payer_name=name,
        payer=applicant,
        items=fee.items,
        total_fen=total,
        expire_date=fee.expire_date,
        reference=case.case_no,
    )
    await bills.raise_fee(room=ROOM, fee=bill, by=by)


async def drop(case: Case) -> None:
    """In the transaction that ends the case: what was not paid is owed no more; of what was paid finance decides."""
    by = Actor.system("cases.fees")
    try:
        await bills.withdraw_fee(room=ROOM, notice_no=case.case_no, by=by, reason="办件不予受理或已撤回")
    except (BillNotFound, BillAlreadySettled):
        return
