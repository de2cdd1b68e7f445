"""One small hall and everything that is ever done in it, for the machine of `test_whole_life`: each deed is a step.

Steps name people and slots by number; whoever may not do a thing is refused and that is a step too. What needs more
than "the invariants hold" is asserted in the step itself.
"""

from collections import Counter
from datetime import datetime, time, timedelta
from typing import Any

import pytest

from appointments import (
    booking,
    calling,
    capacity,
    checkin,
    day_end,
    jobs,
    passing,
    queue_end,
    rescheduling,
    schedule,
    special_days,
    suspension,
    tickets,
    waiting_rules,
    waitlist,
)
from appointments.errors import TooEarlyToCheckIn, TooLateToCheckIn
from appointments.hall_models import Ticket
from appointments.models import Appointment, AppointmentType, Slot
from appointments.states import LIVE
from appointments.timetable import Period
from appointments.waiting_models import WaitlistEntry
from appointments.waiting_rules import Rule
from foundation import clock, database
from foundation.actor import Actor
from foundation.errors import Refusal
from foundation.idempotency import KeyReused
from identity import merging
from identity.events import CitizensMerged
from identity.idnumber import Identity, IdType
from tests.builders.appointments import STAFF, a_citizen, a_hall, a_type, deadline_passes
from tests.builders.identity import id_number

PEOPLE, WINDOWS = 5, ("1", "2")

# How often each is done, beside the others.
STEPS = {
    "reserve": 8, "again": 2, "other_body": 1, "join": 6, "leave": 1, "accept": 3, "decline": 2, "lapse": 1, "rest": 2,
    "cancel": 4, "cancel_by_office": 1, "reschedule": 4, "suspend": 1, "resume": 2, "widen": 1, "plan": 1,
    "close_day": 1, "open_day": 6, "come_early": 1, "come": 6, "come_late": 1, "come_late_let_in": 1, "walk_in": 2,
    "call": 5, "recall": 2, "miss": 2, "hold": 2, "back": 2, "transfer": 2, "finish": 3, "night": 1, "merge": 1,
    "the_worker_hears": 2,
}  # fmt: skip


class LittleWorld:
    """Five people with two accounts each, two businesses of one hall on one day, two windows."""

    def __init__(self) -> None:
        self.reached: Counter[str] = Counter()
        self.answers: list[tuple[Actor, int, str, int]] = []  # who asked for which slot by which key, and got which
        self.keys = 0

    async def open(self) -> None:
        self.hall = await a_hall()
        self.types = [
            await a_type(hall=self.hall, real_name_needed=False, release_workdays=20, check_in_late_minutes=15)
            for _ in range(2)
        ]
        self.departments = [await of.department for of in self.types]
        self.day = clock.today() + timedelta(days=3)
        await self.open_day()
        for of in self.types:
            await self._plan(of, windows=1)
        await waiting_rules.change(type_id=self.types[1].id, rule=Rule(cooling="random"), by=STAFF)
        self.people = [await a_citizen() for _ in range(PEOPLE)]
        self.twins = [await a_citizen(verified=False) for _ in range(PEOPLE)]

    async def step(self, name: str, one: int, other: int) -> None:
        """Do it, or be refused."""
        try:
            await getattr(self, name)(one, other)
        except Refusal as no:
            self.reached[type(no).__name__] += 1
        else:
            self.reached[name] += 1

    # Who and what the numbers mean

    def person(self, one: int) -> Actor:
        return (self.people + self.twins)[one % (2 * PEOPLE)]

    async def somebody_without(self, one: int, type_id: int) -> Actor:
        """Mostly one who holds nothing of this business, so that most who ask may have it."""
        holding = await Appointment.filter(type_id=type_id, state__in=LIVE).values_list("citizen_id", flat=True)
        without = [by for by in self.people + self.twins if by.number not in holding]
        return without[one % len(without)] if without and one % 5 else self.person(one)

    async def slot(self, one: int) -> Slot:
        of = [of.id for of in self.types]
        return await self.one_of(Slot.filter(day=self.day, type_id__in=of), one)

    async def one_of(self, rows: Any, one: int) -> Any:
        """One of those there are, so that most steps do something."""
        found = await rows.order_by("id")
        if not found:
            raise Nothing
        return found[one % len(found)]

    async def appointment(self, one: int, *states: str) -> Appointment:
        of = [of.id for of in self.types]
        return await self.one_of(Appointment.filter(type_id__in=of, state__in=states).select_related("slot"), one)

    async def entry(self, one: int, state: str) -> WaitlistEntry:
        of = [of.id for of in self.types]
        return await self.one_of(WaitlistEntry.filter(type_id__in=of, state=state), one)

    async def ticket(self, one: int, *states: str) -> Ticket:
        return await self.one_of(Ticket.filter(hall_id=self.hall.id, state__in=states), one)

    def key(self) -> str:
        self.keys += 1
        return f"key {self.keys}"

    def at(self, hour: int, minute: int = 0, days: int = 0) -> Any:
        """The clock on the day of the visits."""
        return clock.frozen(datetime.combine(self.day + timedelta(days=days), time(hour, minute), clock.SHANGHAI))

    # Booking

    async def reserve(self, one: int, other: int) -> None:
        slot, key = await self.slot(other), self.key()
        by = await self.somebody_without(one, slot.type_id)  # type: ignore[attr-defined]
        got = await booking.reserve(slot_id=slot.id, by=by, key=key)
        self.answers.append((by, slot.id, key, got.id))

    async def again(self, one: int, _: int) -> None:
        """The same key gives the same booking, whatever became of it."""
        if self.answers:
            by, slot_id, key, was = self.answers[one % len(self.answers)]
            assert (await booking.reserve(slot_id=slot_id, by=by, key=key)).id == was

    async def other_body(self, one: int, other: int) -> None:
        if self.answers:
            by, slot_id, key, _ = self.answers[one % len(self.answers)]
            slot = await self.slot(other)
            if slot.id != slot_id:
                with pytest.raises(KeyReused):
                    await booking.reserve(slot_id=slot.id, by=by, key=key)

    async def cancel(self, one: int, _: int) -> None:
        held = await self.appointment(one, "booked")
        by = Actor.citizen(held.citizen_id)  # type: ignore[attr-defined]
        for _ in range(2):  # the second time is harmless
            assert (await booking.cancel(code=held.code, by=by)).state == "cancelled"

    async def cancel_by_office(self, one: int, _: int) -> None:
        held = await self.appointment(one, "booked", "checked_in")
        await booking.cancel(code=held.code, by=STAFF, reason="停电")

    async def reschedule(self, one: int, other: int) -> None:
        held, slot = await self.appointment(one, "booked"), await self.slot(other)
        by = Actor.citizen(held.citizen_id)  # type: ignore[attr-defined]
        await rescheduling.reschedule(code=held.code, slot_id=slot.id, by=by, key=self.key())

    # Waiting

    async def join(self, one: int, other: int) -> None:
        """Where there is no free place, so that most who ask may wait."""
        full = [row["id"] for row in await database.fetch(
            "select id from slot where day = $1 and booked >= capacity and type_id = any($2) order by id",
            self.day, [of.id for of in self.types],
        )]  # fmt: skip
        slot_id = full[other % len(full)] if full else (await self.slot(other)).id
        of = (await Slot.get(id=slot_id)).type_id  # type: ignore[attr-defined]
        await waitlist.join(slot_id=slot_id, by=await self.somebody_without(one, of))

    async def leave(self, one: int, _: int) -> None:
        waits = await self.entry(one, "waiting")
        await waitlist.leave(code=waits.code, by=Actor.citizen(waits.citizen_id))  # type: ignore[attr-defined]

    async def accept(self, one: int, _: int) -> None:
        offered = await self.entry(one, "offered")
        by = Actor.citizen(offered.citizen_id)  # type: ignore[attr-defined]
        got = await waitlist.accept(code=offered.code, by=by)
        assert (await waitlist.accept(code=offered.code, by=by)).id == got.id

    async def decline(self, one: int, _: int) -> None:
        offered = await self.entry(one, "offered")
        await waitlist.decline(code=offered.code, by=Actor.citizen(offered.citizen_id))  # type: ignore[attr-defined]

    async def lapse(self, _: int, other: int) -> None:
        await deadline_passes(await self.slot(other))
        await queue_end.lapse_offers()

    async def rest(self, _: int, __: int) -> None:
        """Those who cool have cooled long enough."""
        await database.execute("update cooling_place set back_at = clock_timestamp()")
        await jobs.pass_places_on()

    async def the_worker_hears(self, _: int, __: int) -> None:
        for row in await Appointment.filter(type_id__in=[of.id for of in self.types], state="booked"):
            await queue_end.close_for_booked(row.id)
        await queue_end.close_over()

    # The plan

    async def suspend(self, _: int, other: int) -> None:
        await suspension.suspend(slot_id=(await self.slot(other)).id, by=STAFF, reason="停电")

    async def resume(self, one: int, _: int) -> None:
        of = [of.id for of in self.types]
        slot = await self.one_of(Slot.filter(type_id__in=of, state="suspended"), one)
        await suspension.resume(slot_id=slot.id, by=STAFF)

    async def widen(self, _: int, other: int) -> None:
        slot = await self.slot(other)
        await capacity.add_places(slot_id=slot.id, to=slot.capacity + 1, by=STAFF)

    async def plan(self, one: int, other: int) -> None:
        await self._plan(self.types[one % 2], windows=1 + other % 2)

    async def _plan(self, of: AppointmentType, *, windows: int) -> None:
        """A new version; made into slots twice, of which the second changes nothing."""
        daily = [Period(weekday=n, starts="09:00", ends="10:00", slot_minutes=30, windows=windows) for n in range(1, 8)]
        await schedule.create(type_id=of.id, periods=daily, effective_from=clock.today(), by=STAFF)
        await schedule.generate(type_id=of.id, start=self.day, end=self.day, by=STAFF)
        assert (await schedule.generate(type_id=of.id, start=self.day, end=self.day, by=STAFF)).nothing

    async def close_day(self, _: int, __: int) -> None:
        await special_days.remove(hall_code=self.hall.code, day=self.day, by=STAFF)
        await special_days.add(hall_code=self.hall.code, day=self.day, kind="closed", reason="台风", by=STAFF)

    async def open_day(self, _: int = 0, __: int = 0) -> None:
        """Whatever kind of day it is in the calendar."""
        if self.reached["close_day"]:
            await special_days.remove(hall_code=self.hall.code, day=self.day, by=STAFF)
        await special_days.add(hall_code=self.hall.code, day=self.day, kind="open", reason="照常", by=STAFF)

    # In the hall

    async def come_early(self, one: int, _: int) -> None:
        held = await self.appointment(one, "booked")
        with self.at(7), pytest.raises(TooEarlyToCheckIn):
            await checkin.admit(code=held.code, hall_code=self.hall.code, by=STAFF)

    async def come(self, one: int, _: int) -> None:
        held = await self.appointment(one, "booked", "checked_in", "cancelled")
        with clock.frozen(held.slot.starts_at):
            await checkin.admit(code=held.code, hall_code=self.hall.code, by=STAFF)

    async def come_late(self, one: int, _: int) -> None:
        held = await self.appointment(one, "booked")
        with self.at(11), pytest.raises(TooLateToCheckIn):
            await checkin.admit(code=held.code, hall_code=self.hall.code, by=STAFF)

    async def come_late_let_in(self, one: int, _: int) -> None:
        held = await self.appointment(one, "booked")
        with self.at(11):
            await checkin.admit(code=held.code, hall_code=self.hall.code, by=STAFF, late=True)

    async def walk_in(self, one: int, other: int) -> None:
        with self.at(9, 5):
            await tickets.walk_in(
                hall_code=self.hall.code, department_code=self.departments[other % 2].code, by=STAFF,
                priority="elderly" if one % 3 == 0 else "",
            )  # fmt: skip

    async def call(self, one: int, _: int) -> None:
        with self.at(11):
            await calling.next_ticket(hall_code=self.hall.code, window=WINDOWS[one % 2], by=STAFF)

    async def recall(self, one: int, other: int) -> None:
        ticket = await self.ticket(one, "called", "missed", "held")
        with self.at(11):
            await calling.recall(ticket_id=ticket.id, hall_code=self.hall.code, window=WINDOWS[other % 2], by=STAFF)

    async def miss(self, one: int, _: int) -> None:
        await self._at_the_window(calling.miss, await self.ticket(one, "called"))

    async def hold(self, one: int, _: int) -> None:
        await self._at_the_window(passing.hold, await self.ticket(one, "called"))

    async def back(self, one: int, _: int) -> None:
        await self._at_the_window(passing.resume, await self.ticket(one, "held", "missed"))

    async def finish(self, one: int, _: int) -> None:
        await self._at_the_window(calling.finish, await self.ticket(one, "called"))

    async def transfer(self, one: int, other: int) -> None:
        to: dict[str, Any] = {"to_window": WINDOWS[other % 2]} if one % 2 else {
            "department_code": self.departments[other % 2].code
        }  # fmt: skip
        await self._at_the_window(passing.transfer, await self.ticket(one, *passing.MOVABLE), **to)

    async def _at_the_window(self, verb: Any, ticket: Ticket, **more: Any) -> None:
        with self.at(11):
            await verb(ticket_id=ticket.id, hall_code=self.hall.code, by=STAFF, **more)

    async def night(self, _: int, __: int) -> None:
        """The day ends, twice: the second run finds nothing to do."""
        with self.at(1, 20, days=1):
            await day_end.close_until(clock.today(), by=jobs.NIGHT)
            await day_end.close_walk_ins(clock.today(), by=jobs.NIGHT)
            assert not any((await day_end.close_until(clock.today(), by=jobs.NIGHT)).values())

    async def merge(self, one: int, _: int) -> None:
        """Two accounts turn out to be one person, who will have another second account."""
        one %= PEOPLE
        kept, gone = self.people[one].number, self.twins[one].number
        async with database.transaction():
            await merging.merge(
                gone, kept, name="张三", identity=Identity(IdType.ID_CARD, id_number()), by=Actor.citizen(kept)
            )
        await jobs.follow_merge(CitizensMerged(kept=kept, gone=gone))
        self.answers = [answer for answer in self.answers if answer[0] != self.twins[one]]
        self.twins[one] = await a_citizen(verified=False)


class Nothing(Refusal):
    """没有可以做这件事的人。"""
