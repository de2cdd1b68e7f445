"""What fees hear of bookings."""

from appointments import fees
from appointments.events import BookingCancelled, BookingConfirmed, BookingRescheduled, VisitMissed
from foundation.events import on


@on(BookingConfirmed)
async def ask(event: BookingConfirmed) -> None:
    await fees.ask(event.appointment_id)


@on(BookingRescheduled)
async def follow(event: BookingRescheduled) -> None:
    await fees.follow(event.appointment_id)


@on(BookingCancelled)
async def let_go(event: BookingCancelled) -> None:
    await fees.let_go(event.appointment_id, why=fees.CANCELLED)


@on(VisitMissed)
async def let_go_of_missed(event: VisitMissed) -> None:
    await fees.let_go(event.appointment_id, why=fees.MISSED)
