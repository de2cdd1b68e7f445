"""Whatever people do in whatever order: the counter is the count, and what is over stays over."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from appointments import booking, calling, checkin, day_end, jobs
from appointments.models import Appointment, Slot
from appointments.states import LIVE, TERMINAL
from foundation import clock
from foundation.errors import Refusal
from tests.builders.appointments import STAFF, a_type, amiss, citizens, on_the_day, slots_of_one_day
from tests.machine import Machine, walk

PEOPLE, SLOTS, PLACES = 4, 2, 2
who, where = st.integers(0, PEOPLE - 1), st.integers(0, SLOTS - 1)


class AnyOrder(Machine):
    """Four people, two slots of a day with two places each. `held` is what we believe: person → (code, slot, state)."""

    @initialize()
    def open(self) -> None:
        of = self.run_async(a_type())
        self.slots = self.run_async(slots_of_one_day(SLOTS, of=of, capacity=PLACES))
        self.people = self.run_async(citizens(PEOPLE))
        self.hall = self.run_async(booking_hall(of))
        self.held: dict[int, tuple[booking.Booking, int, str]] = {}
        self.over: dict[int, str] = {}
        self.keys = 0

    def attempt(self, work: Any) -> Any:
        """What it gave, or None when it was refused."""
        try:
            return self.run_async(work)
        except Refusal:
            return None

    def someone(self, number: int) -> int:
        """One of those who hold a place, so that most steps do something."""
        return sorted(self.held)[number % len(self.held)]

    def ends(self, person: int, state: str) -> None:
        held, _, _ = self.held.pop(person)
        self.over[held.id] = state

    @rule(person=who, slot=where)
    def reserve(self, person: int, slot: int) -> None:
        self.keys += 1
        full = sum(at == slot for _, at, _ in self.held.values()) >= PLACES
        got = self.attempt(booking.reserve(slot_id=self.slots[slot].id, by=self.people[person], key=f"key {self.keys}"))
        assert (got is not None) == (person not in self.held and not full)
        if got:
            self.held[person] = (got, slot, "booked")

    @rule(person=who, office=st.booleans())
    def cancel(self, person: int, office: bool) -> None:
        if not self.held:
            return
        person = self.someone(person)
        held, _, state = self.held[person]
        by, reason = (STAFF, "停电") if office else (self.people[person], "")
        got = self.attempt(booking.cancel(code=held.code, by=by, reason=reason))
        assert (got is not None) == (state == "booked" or (office and state == "checked_in"))
        if got:
            self.ends(person, "office_cancelled" if office else "cancelled")

    @rule(person=who)
    def check_in(self, person: int) -> None:
        if not self.held:
            return
        person = self.someone(person)
        held, slot, state = self.held[person]
        with on_the_day(held):
            got = self.attempt(checkin.admit(code=held.code, hall_code=self.hall, by=STAFF))
        assert (got is not None) == (state == "booked")
        if got:
            self.held[person] = (held, slot, "checked_in")

    @rule()
    def call(self) -> None:
        with clock.frozen(self.slots[0].starts_at):
            got = self.attempt(calling.next_ticket(hall_code=self.hall, window=f"w{self.keys}", by=STAFF))
        self.keys += 1
        waiting = [one for one in self.held.values() if one[2] == "checked_in"]
        assert got is not None or not [one for one in waiting if self.run_async(is_waiting(one[0]))]
        for person, (held, slot, _) in self.held.items():
            if got and held.id == got.appointment_id:
                self.held[person] = (held, slot, "serving")

    @rule(person=who, missed=st.booleans())
    def leave_the_window(self, person: int, missed: bool) -> None:
        served = [one for one in sorted(self.held) if self.held[one][2] == "serving"]
        if not served:
            return
        person = served[person % len(served)]
        held, slot, _ = self.held[person]
        ticket = self.run_async(ticket_of(held))
        with on_the_day(held):
            verb = calling.miss if missed else calling.finish
            self.run_async(verb(ticket_id=ticket, hall_code=self.hall, by=STAFF))
        if missed:
            self.held[person] = (held, slot, "checked_in")
        else:
            self.ends(person, "finished")

    @rule()
    def night(self) -> None:
        with clock.frozen(self.slots[0].starts_at + timedelta(days=1)):
            self.run_async(day_end.close_until(clock.today(), by=jobs.NIGHT))
        for person, (_, _, state) in list(self.held.items()):
            self.ends(person, {"booked": "no_show", "checked_in": "unserved", "serving": "finished"}[state])

    @invariant()
    def the_counter_is_the_count(self) -> None:
        if hasattr(self, "held"):
            self.run_async(self.compare())

    async def compare(self) -> None:
        for n, slot in enumerate(self.slots):
            row = await Slot.get(id=slot.id)
            live = await Appointment.filter(slot_id=slot.id, state__in=LIVE).count()
            assert row.booked == live == sum(at == n for _, at, _ in self.held.values()) <= row.capacity
        states = {row.id: row.state for row in await Appointment.filter(slot_id__in=[one.id for one in self.slots])}
        assert states == {held.id: state for held, _, state in self.held.values()} | self.over
        assert set(self.over.values()) <= set(TERMINAL)
        assert await amiss() == []


async def booking_hall(of: Any) -> str:
    return (await of.hall).code


async def ticket_of(held: booking.Booking) -> int:
    return (await Appointment.get(id=held.id).select_related("ticket")).ticket.id


async def is_waiting(held: booking.Booking) -> bool:
    return (await booking.by_id(held.id)).ticket_state == "waiting"


@pytest.mark.usefixtures("db")
async def test_any_order():
    await walk(AnyOrder, examples=10, steps=25, shrink=True)
