"""What is told of refunds beside their arrival: paid by transfer, and an application that was refused."""

from foundation import money
from foundation.events import on
from notifications import templates
from notifications.delivery import note
from payments.events import MoneyReturned, RefundRefused
from payments.models import Refund
from payments.refund_models import RefundApplication

BILL_PAGE = "pages/bill/{}"
TRANSFERRED = templates.in_the_app(
    "退款已转账", "{title}的款项 {yuan} 元原路退回未成，已通过银行转账退付。", kind="money_transferred", group="bill"
)
REFUSED = templates.in_the_app(
    "退款申请未通过", "{title}的退款申请未通过：{why}。仍有疑问请联系执收单位。", kind="refund_refused", group="bill"
)


@on(MoneyReturned)
async def tell_money_transferred(event: MoneyReturned) -> None:
    refund = await Refund.get_or_none(id=event.refund_id, offline=True).prefetch_related("order__bill")
    if refund is None:
        return
    bill = refund.order.bill
    await note(
        citizen_id=event.payer_id,
        occasion=f"money_returned:{event.refund_id}",
        template=TRANSFERRED,
        page=BILL_PAGE.format(bill.pay_code),
        title=bill.title,
        yuan=money.yuan(event.amount_fen),
    )


@on(RefundRefused)
async def tell_refund_refused(event: RefundRefused) -> None:
    one = await RefundApplication.get(id=event.application_id).prefetch_related("order__bill")
    bill = one.order.bill
    await note(
        citizen_id=event.citizen_id,
        occasion=f"refund_refused:{one.id}",
        template=REFUSED,
        page=BILL_PAGE.format(bill.pay_code),
        title=bill.title,
        why=one.verdict.rstrip("。"),
    )
