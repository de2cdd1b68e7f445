"""Scheduled money work, what `payments` listens to, and what it keeps of a person."""

from datetime import timedelta

from foundation import clock, crypto, logs, metrics, personal_data
from foundation.actor import Actor
from foundation.events import on
from foundation.jobs import scheduled
from identity import access, realname
from identity.events import CitizensMerged, CitizenVerified
from payments import bills, inquiry, ledger_reading, refunds
from payments.errors import MoneyUnderWay
from payments.models import Bill, PaymentOrder, Refund
from payments.orders import LIVE

log = logs.logger(__name__)

BOOKS = "会计凭证，依《会计档案管理办法》保存 30 年，不再与账号关联。"


@scheduled("* * * * * */5", queue="money")
async def ask_about_orders() -> None:
    """Lost notices are repaired and old orders expire here."""
    await inquiry.ask_all_due()


@scheduled("*/10 * * * *")
async def watch_ledger() -> None:
    """What was posted lately must balance: alarm, never repair. The whole books are added up at night."""
    off = await ledger_reading.off_since(clock.now() - timedelta(hours=1))
    metrics.level("ledger_imbalance_fen", off)
    if off:
        log.error("ledger_unbalanced", fen=off)


@scheduled("*/10 * * * *")
async def chase_refunds() -> None:
    """A refund whose job has given up is taken up again."""
    metrics.level("refunds_waiting", await refunds.chase())
    metrics.level("refunds_stuck", await refunds.stuck())


@on(CitizenVerified)
async def hand_over_bills(event: CitizenVerified) -> None:
    """Bills that were raised before their payer signed up are theirs from now on."""
    found = await access.profiles([event.citizen_id], seen_by=Actor.system("hand_over_bills"))
    for payer in found.values():
        if payer.identity is None:
            continue
        for bill in await Bill.filter(payer_fingerprint__in=payer.identity.fingerprints, citizen_id=None):
            if realname.names_agree(payer.identity, payer.name, crypto.open_sealed(bill.payer_name_sealed)):
                await Bill.filter(id=bill.id, citizen_id=None).update(citizen_id=payer.citizen_id)


@on(CitizensMerged)
async def follow_merge(event: CitizensMerged) -> None:
    await Bill.filter(citizen_id=event.gone).update(citizen_id=event.kept)
    await PaymentOrder.filter(payer_id=event.gone).update(payer_id=event.kept)


async def forget(citizen_id: int) -> None:
    """Bills and orders are books and stay, only no longer shown to the account that goes. Raises MoneyUnderWay."""
    if await PaymentOrder.exists(payer_id=citizen_id, state__in=LIVE) or await Refund.exists(
        order__payer_id=citizen_id, state__in=refunds.UNDER_WAY
    ):
        raise MoneyUnderWay
    await Bill.filter(citizen_id=citizen_id).update(citizen_id=None)


personal_data.register(
    "payments", export=bills.export, forget=forget,
    title="缴费",
    holds=(
        personal_data.Holding("bill", "缴款通知书", BOOKS),
        personal_data.Holding("payment_order", "支付记录", BOOKS),
    ),
)  # fmt: skip
