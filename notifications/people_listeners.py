"""Who is told what of family and delegations, and of bookings that somebody made for another.

A booking's own messages go to whom it is for; who booked it reads the same, with the name, while they look after it.
What concerns two people alone stays in the app: no platform has a template for it.
"""

from appointments import booking, rebooking, standing_in
from appointments.events import AppointmentEvent, BookingCancelled, BookingConfirmed, BookingRescheduled, BookingSoon
from foundation import clock
from foundation.actor import Actor
from foundation.events import on
from identity import access, acting
from identity.errors import NoSuchCitizen
from identity.events import DelegationAsked, DelegationGranted, DelegationRevoked, FamilyAdded
from notifications import templates
from notifications.delivery import announce, note
from notifications.templates import Template

BY = Actor.system("notifications")
PAGE = "pages/family"
ASKED = templates.in_the_app(
    "有人申请为您代办", "有人申请为您代办业务。请在“亲友与委托”中查看，同意后才生效；不认识的请拒绝。",
    kind="delegation_asked", group="family",
)  # fmt: skip
GRANTED_TO = templates.in_the_app(
    "委托已生效", "{name}已委托您代办，可在预约时选择为其办理。", kind="delegation_granted_to", group="family"
)
GRANTED_BY = templates.in_the_app(
    "委托已生效", "您已委托{name}代办。随时可以在“亲友与委托”中解除。", kind="delegation_granted_by", group="family"
)
REVOKED = templates.in_the_app(
    "委托已解除", "您与{name}之间的委托已解除。已约好的号仍归本人。", kind="delegation_revoked", group="family"
)
LISTED = templates.in_the_app(
    "有人把您登记为同行亲友", "有人把您登记为同行亲友，可以约您一起办理。不同意的请在“亲友与委托”中处理。",
    kind="family_added", group="family",
)  # fmt: skip


@on(BookingConfirmed)
async def tell_booker_confirmed(event: BookingConfirmed) -> None:
    await _tell_booker(event, templates.BOOKING_CONFIRMED, "booking_confirmed")


@on(BookingCancelled)
async def tell_booker_cancelled(event: BookingCancelled) -> None:
    why = f"原因：{event.reason}。{await _what_next(event)}" if event.by_office else ""
    await _tell_booker(event, templates.BOOKING_CANCELLED, "booking_cancelled", reason=why)


async def _what_next(event: BookingCancelled) -> str:
    """Whom a closure cancelled has an offer of their own, which is theirs to answer."""
    if await rebooking.after(event.appointment_id) is None:
        return "欢迎改约其他时段。"
    return "已为其提供优先改约，请在“我的预约”中为其确认。"


@on(BookingRescheduled)
async def tell_booker_rescheduled(event: BookingRescheduled) -> None:
    await _tell_booker(event, templates.BOOKING_MOVED, "booking_rescheduled")


@on(BookingSoon)
async def tell_booker_soon(event: BookingSoon) -> None:
    if (await booking.by_id(event.appointment_id)).state == "booked":
        which = templates.SOON[event.kind]
        await _tell_booker(event, templates.BOOKING_SOON, "booking_soon", kind=event.kind, which=which)


async def _tell_booker(event: AppointmentEvent, template: Template, what: str, *, kind: str = "", **more: str) -> None:
    held = await booking.by_id(event.appointment_id)
    agent = standing_in.agent(held.booked_by, held.citizen_id)
    if agent is None or not await acting.looks_after(agent=agent, person=held.citizen_id):
        return
    name = await _name(held.citizen_id)
    await announce(
        citizen_id=agent,
        occasion=":".join(filter(None, [what, str(held.id), kind])),
        template=template,
        values={
            "when": f"{clock.shanghai(held.starts_at):%Y-%m-%d %H:%M}", "business": f"{held.type_name}（{name}）",
            "hall": held.hall_name, "code": held.code, **more,
        },
        page=f"pages/booking/{held.code}",
    )  # fmt: skip


@on(DelegationAsked)
async def tell_asked(event: DelegationAsked) -> None:
    await note(citizen_id=event.citizen_id, occasion=f"delegation_asked:{event.request_id}", template=ASKED, page=PAGE)


@on(DelegationGranted)
async def tell_granted(event: DelegationGranted) -> None:
    occasion = f"delegation_granted:{event.delegation_id}"
    for whom, other, template in (
        (event.agent_id, event.principal_id, GRANTED_TO), (event.principal_id, event.agent_id, GRANTED_BY),
    ):  # fmt: skip
        await note(citizen_id=whom, occasion=occasion, template=template, page=PAGE, name=await _name(other))


@on(DelegationRevoked)
async def tell_revoked(event: DelegationRevoked) -> None:
    occasion = f"delegation_revoked:{event.delegation_id}"
    for whom, other in ((event.agent_id, event.principal_id), (event.principal_id, event.agent_id)):
        await note(citizen_id=whom, occasion=occasion, template=REVOKED, page=PAGE, name=await _name(other))


@on(FamilyAdded)
async def tell_listed(event: FamilyAdded) -> None:
    await note(citizen_id=event.citizen_id, occasion=f"family_added:{event.family_id}", template=LISTED, page=PAGE)


async def _name(citizen_id: int) -> str:
    try:
        return (await access.profile(citizen_id, seen_by=BY)).masked_name
    except NoSuchCitizen:
        return "对方"
