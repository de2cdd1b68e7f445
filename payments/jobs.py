"""Scheduled money work, what `payments` listens to, and what it keeps of a person."""

from foundation import logs, metrics, personal_data
from foundation.events import on
from foundation.jobs import scheduled
from identity.events import CitizensMerged, CitizenVerified
from identity.models import Citizen
from payments import bills, inquiry, ledger
from payments.models import Bill, PaymentOrder

log = logs.logger(__name__)


@scheduled("* * * * * */5", queue="money")
async def ask_about_orders() -> None:
    """Lost notices are repaired and old orders expire here."""
    await inquiry.ask_all_due()


@scheduled("*/10 * * * *")
async def watch_ledger() -> None:
    """The books must balance: alarm, never repair."""
    off = sum((await ledger.trial_balance()).values())
    metrics.level("ledger_imbalance_fen", off)
    if off:
        log.error("ledger_unbalanced", fen=off)


@on(CitizenVerified)
async def hand_over_bills(event: CitizenVerified) -> None:
    """Bills that were raised before their payer signed up are theirs from now on."""
    citizen = await Citizen.get(id=event.citizen_id)
    if citizen.id_fingerprint:
        await Bill.filter(payer_fingerprint=citizen.id_fingerprint, citizen_id=None).update(citizen_id=citizen.id)


@on(CitizensMerged)
async def follow_merge(event: CitizensMerged) -> None:
    await Bill.filter(citizen_id=event.gone).update(citizen_id=event.kept)
    await PaymentOrder.filter(payer_id=event.gone).update(payer_id=event.kept)


async def forget(citizen_id: int) -> None:
    """Bills and orders are books and stay; they only stop being shown to the account that goes."""
    await Bill.filter(citizen_id=citizen_id).update(citizen_id=None)


personal_data.register("payments", export=bills.export, forget=forget)
