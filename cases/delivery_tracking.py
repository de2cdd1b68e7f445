"""Where a result is: made, sent, fetched, arrived or come back, as staff and couriers tell it."""

import json
import re
from datetime import datetime
from typing import Annotated

import asyncpg
from msgspec import Struct
from tortoise.exceptions import IntegrityError

from cases.filing_errors import DeliveryFault, DeliveryNotFound, DeliveryUnderway, NoResultYet, TrackingTaken
from cases.filing_events import DeliveryMoved
from cases.filing_models import Delivery
from cases.models import Case
from cases.timeline import Kind
from foundation import audit, clock, crypto, database
from foundation.actor import Actor
from foundation.events import tell
from foundation.questions import Asking, Question
from foundation.words import Verbatim, one_of
from identity.phones import masked_phone
from identity.realname import masked_name

WAYS = {"pick_up": "到厅领取", "courier": "邮寄送达"}
LABELS = {
    ("pick_up", "chosen"): "结果制作好后通知您领取",
    ("pick_up", "ready"): "结果已制作好，请带身份证到厅领取",
    ("pick_up", "delivered"): "已领取",
    ("courier", "chosen"): "结果制作好后寄出",
    ("courier", "ready"): "结果已制作好，等待寄出",
    ("courier", "sent"): "已寄出",
    ("courier", "delivered"): "已签收",
    ("courier", "returned"): "投递未成功，已退回大厅，请联系受理大厅",
}
MOVES = {
    "chosen": ("ready",),
    "ready": ("sent", "delivered"),
    "sent": ("delivered", "returned"),
    "returned": ("sent", "delivered"),
    "delivered": (),
}
MADE = (Kind.CLOSED, Kind.DELIVERED)
TRACKING = re.compile(r"[0-9A-Za-z-]{6,40}")


class DeliveryStep(Struct, frozen=True, kw_only=True):
    at: datetime
    note: str


class DeliveryView(Struct, frozen=True, kw_only=True):
    """How the result comes, as the applicant sees it; recipient and telephone masked."""

    way: Annotated[str, one_of(WAYS)]
    way_label: str
    hall: str
    recipient: str
    phone: str
    address: Verbatim
    state: Annotated[str, one_of(MOVES)]
    state_label: str
    carrier: str
    tracking_no: str
    steps: list[DeliveryStep]
    changeable: bool


class DeliveryRead(Struct, frozen=True, kw_only=True):
    """A delivery as it lies there, with the name of its hall."""

    way: str
    hall: str | None
    address_sealed: str
    state: str
    carrier: str
    tracking_no: str
    steps: list[DeliveryStep]


READ = """
select d.way, h.name as hall, d.address_sealed, d.state, d.carrier, d.tracking_no, d.steps
  from delivery d left join hall h on h.id = d.hall_id"""
OF_CASE = Question(
    DeliveryRead,
    f"{READ} where d.case_id = (select c.id from case_file c where c.case_no = asked.case_no)",
    case_no="text",
)
OF_FILING = Question(
    DeliveryRead,
    f"{READ} where d.filing_id = (select f.id from filing f where f.code = asked.code)",
    code="text",
)


async def ready(case: Case, *, by: Actor) -> None:
    """Within a transaction: the result is made."""
    row = await Delivery.select_for_update().get_or_none(case=case)
    if row is not None and row.state == "chosen":
        await _move(row, "ready", "结果已制作完成", by)


@database.retry_on_deadlock
async def send(*, case_no: str, carrier: str, tracking_no: str, by: Actor) -> None:
    """Staff gave it to a courier.

    Raises DeliveryNotFound, DeliveryFault, NoResultYet, TrackingTaken, DeliveryUnderway.
    """
    carrier, tracking_no = carrier.strip(), tracking_no.strip().upper()
    if not 2 <= len(carrier) <= 40 or not TRACKING.fullmatch(tracking_no):
        raise DeliveryFault(detail=[{"field": "tracking_no", "problem": "请填写快递公司和正确的运单号"}])
    try:
        async with database.transaction():
            row = await _held(case_no, by)
            if row.way != "courier":
                raise DeliveryNotFound
            if row.state == "sent" and (row.carrier, row.tracking_no) == (carrier, tracking_no):
                return
            row.carrier, row.tracking_no = carrier, tracking_no
            await _move(row, "sent", f"已交{carrier}，运单号 {tracking_no}", by)
    except IntegrityError as error:
        if "delivery_tracking" not in str(error):
            raise
        raise TrackingTaken from None
    except asyncpg.UniqueViolationError:
        raise TrackingTaken from None


@database.retry_on_deadlock
async def hand_over(*, case_no: str, by: Actor) -> None:
    """The applicant fetched it. Raises DeliveryNotFound, NoResultYet, DeliveryUnderway."""
    async with database.transaction():
        row = await _held(case_no, by)
        if row.state != "delivered":
            await _move(row, "delivered", "申请人已领取", by)


@database.retry_on_deadlock
async def track(*, carrier: str, tracking_no: str, state: str, at: datetime, note: str, by: Actor) -> str:
    """What a courier tells: ``moved``, ``noted`` (on its way) or ``repeated``. Raises DeliveryNotFound."""
    async with database.transaction():
        row = await Delivery.select_for_update().get_or_none(carrier=carrier, tracking_no=tracking_no.upper())
        if row is None:
            raise DeliveryNotFound
        told = {"at": at.isoformat(), "state": state, "note": note[:100]}
        if told in row.steps:
            return "repeated"
        if state in MOVES[row.state]:
            await _move(row, state, note, by, at=at)
            return "moved"
        await _note(row, told)
        return "noted"


async def _held(case_no: str, by: Actor) -> Delivery:
    case = await Case.select_for_update().get_or_none(case_no=case_no)
    row = await Delivery.select_for_update().get_or_none(case=case) if case else None
    if case is None or row is None:
        raise DeliveryNotFound
    if row.state == "chosen" and case.stage in MADE:  # chosen after the case was closed
        await _move(row, "ready", "结果已制作完成", by)
    return row


async def _move(row: Delivery, state: str, note: str, by: Actor, *, at: datetime | None = None) -> None:
    if state not in MOVES[row.state]:
        raise NoResultYet if row.state == "chosen" else DeliveryUnderway
    row.state = state
    await _note(row, {"at": (at or clock.now()).isoformat(), "state": state, "note": note[:100]})
    await audit.record(f"delivery.{state}", subject=f"delivery:{row.id}", by=by)
    case = await Case.get_or_none(id=row.case_id)  # type: ignore[attr-defined]
    owner: int | None = case.citizen_id if case else None  # type: ignore[attr-defined]
    if owner is not None:
        await tell(DeliveryMoved(delivery_id=row.id, citizen_id=owner, state=state))


async def _note(row: Delivery, told: dict[str, str]) -> None:
    """In the order of happening, whenever it was told."""
    row.steps = sorted([*row.steps, told], key=lambda one: str(one["at"]))
    await row.save(update_fields=["state", "carrier", "tracking_no", "steps", "changed_at"])


def of_case(case_no: str) -> Asking[DeliveryRead | None]:
    return OF_CASE.asking(case_no, then=_one)


def of_filing(code: str) -> Asking[DeliveryRead | None]:
    return OF_FILING.asking(code, then=_one)


def _one(found: list[DeliveryRead]) -> DeliveryRead | None:
    return found[0] if found else None


def view(row: DeliveryRead | None, *, whole: bool = False) -> DeliveryView | None:
    """None where nothing was chosen. `whole` for staff who write the label: unmasked."""
    if row is None:
        return None
    recipient, phone, address = json.loads(crypto.open_sealed(row.address_sealed)) if row.address_sealed else ("",) * 3
    return DeliveryView(
        way=row.way,
        way_label=WAYS[row.way],
        hall=row.hall or "",
        recipient=recipient if whole else masked_name(recipient),
        phone=phone if whole else masked_phone(phone),
        address=address,
        state=row.state,
        state_label=LABELS[row.way, row.state],
        carrier=row.carrier,
        tracking_no=row.tracking_no,
        steps=row.steps,
        changeable=row.state == "chosen",
    )
