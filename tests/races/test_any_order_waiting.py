"""Whatever people do with bookings and queues in whatever order: places go to who is first, and none is lost."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from appointments import booking, jobs, queue_end, rescheduling, waiting_rules, waitlist
from appointments.models import Appointment, Slot
from appointments.states import LIVE
from appointments.waiting_models import CoolingPlace, WaitlistEntry
from appointments.waiting_rules import Rule
from foundation import database
from foundation.errors import Refusal
from tests.builders.appointments import STAFF, a_type, amiss, citizens, deadline_passes, slots_of_one_day
from tests.machine import Machine, walk

PEOPLE, SLOTS, TAKEN = 5, 3, 2
who, where = st.integers(0, PEOPLE - 1), st.integers(0, SLOTS - 1)


STEPS = (
    "reserve", "join", "join", "leave", "cancel", "cancel", "accept", "decline", "deadline", "reschedule", "reschedule",
    "rested", 
    "the_worker_hears",
)  # fmt: skip
reached: Counter[str] = Counter()


class WaitingInAnyOrder(Machine):
    """Five people, three slots of one day with one place each, two of them taken and waited for when we begin.

    `live` is what we believe of each person: (slot, state); `queues` who waits, in order; `cooling` resting places.
    """

    def attempt(self, work: Any) -> Any:
        try:
            return self.run_async(work)
        except Refusal:
            return None

    @initialize(cools=st.booleans())
    def open(self, cools: bool) -> None:
        of = self.run_async(a_type())
        if cools:
            rule = Rule(cooling="random")
            self.run_async(waiting_rules.change(type_id=of.id, rule=rule, by=STAFF))
        self.cools = cools
        self.slots = self.run_async(slots_of_one_day(SLOTS, of=of))
        self.people = self.run_async(citizens(PEOPLE))
        self.live: dict[int, tuple[int, str]] = {}
        self.codes: dict[int, str] = {}  # of the booking or, for an offer, of the entry
        self.queues: list[list[int]] = [[] for _ in range(SLOTS)]
        self.cooling = [0] * SLOTS
        self.keys = 0
        for person in range(PEOPLE - 1):
            (self.reserve if person < TAKEN else self.join)(person, person % TAKEN)

    def free(self, slot: int) -> int:
        return 1 - self.cooling[slot] - sum(at == slot for at, _ in self.live.values())

    def passes_on(self, slot: int, cool: bool = True) -> None:
        """What should become of a place given back."""
        while self.queues[slot]:
            first = self.queues[slot].pop(0)
            if first not in self.live:
                self.live[first] = (slot, "held")
                self.codes[first] = self.run_async(self.entry_code(first, slot, "offered"))
                reached["offered"] += 1
                return
            reached["closed"] += 1
        self.cooling[slot] += cool and self.cools

    async def entry_code(self, person: int, slot: int, state: str) -> str:
        citizen, at = self.people[person].number, self.slots[slot].id
        return (await WaitlistEntry.get(citizen_id=citizen, slot_id=at, state=state)).code

    def in_state(self, state: str, number: int) -> int | None:
        """One of those in `state`, so that most steps do something."""
        those = sorted(person for person, (_, now) in self.live.items() if now == state)
        return those[number % len(those)] if those else None

    def key(self) -> str:
        self.keys += 1
        return f"key {self.keys}"

    def reserve(self, person: int, slot: int) -> None:
        got = self.attempt(booking.reserve(slot_id=self.slots[slot].id, by=self.people[person], key=self.key()))
        assert (got is not None) == (person not in self.live and self.free(slot) > 0)
        if got:
            self.live[person], self.codes[person] = (slot, "booked"), got.code

    def join(self, person: int, slot: int) -> None:
        there = person in self.queues[slot] or self.live.get(person) == (slot, "held")
        elsewhere = any(person in queue for queue in self.queues) or person in self.live
        got = self.attempt(waitlist.join(slot_id=self.slots[slot].id, by=self.people[person]))
        assert (got is not None) == (there or (not elsewhere and self.free(slot) == 0))
        if got and not there:
            self.queues[slot].append(person)
            assert got.place == len(self.queues[slot])

    def leave(self, person: int, _: int) -> None:
        slot = next((n for n, queue in enumerate(self.queues) if person in queue), None)
        if slot is None:
            return
        code = self.run_async(self.entry_code(person, slot, "waiting"))
        assert self.run_async(waitlist.leave(code=code, by=self.people[person])).state == "left"
        self.queues[slot].remove(person)
        reached["left"] += 1

    def cancel(self, number: int, _: int) -> None:
        person = self.in_state("booked", number)
        if person is not None:
            self.run_async(booking.cancel(code=self.codes[person], by=self.people[person]))
            self.passes_on(self.live.pop(person)[0])

    def accept(self, number: int, _: int) -> None:
        person = self.in_state("held", number)
        if person is not None:
            booked = self.run_async(waitlist.accept(code=self.codes[person], by=self.people[person]))
            self.live[person], self.codes[person] = (self.live[person][0], "booked"), booked.code
            reached["accepted"] += 1

    def decline(self, number: int, _: int) -> None:
        person = self.in_state("held", number)
        if person is not None:
            self.run_async(waitlist.decline(code=self.codes[person], by=self.people[person]))
            reached["declined"] += 1
            self.passes_on(self.live.pop(person)[0])

    def deadline(self, _: int, slot: int) -> None:
        self.run_async(deadline_passes(self.slots[slot]))
        lapsing = [person for person, now in self.live.items() if now == (slot, "held")]
        assert self.run_async(queue_end.lapse_offers()) == len(lapsing)
        for person in lapsing:
            del self.live[person]
            reached["lapsed"] += 1
            self.passes_on(slot)

    def reschedule(self, number: int, slot: int) -> None:
        person = self.in_state("booked", number)
        if person is None:
            return
        old, free = self.live[person][0], self.free(slot)
        verb = rescheduling.reschedule(
            code=self.codes[person], slot_id=self.slots[slot].id, by=self.people[person], key=self.key()
        )
        got = self.attempt(verb)
        assert (got is not None) == (slot == old or free > 0)
        if got and slot != old:
            self.live[person], self.codes[person] = (slot, "booked"), got.code
            reached["rescheduled"] += 1
            self.passes_on(old)

    def rested(self, _: int, __: int) -> None:
        self.run_async(database.execute("update cooling_place set back_at = clock_timestamp()"))
        self.run_async(jobs.pass_places_on())
        for slot in range(SLOTS):
            while self.cooling[slot]:
                self.cooling[slot] -= 1
                reached["cooled"] += 1
                self.passes_on(slot, cool=False)

    def the_worker_hears(self, _: int, __: int) -> None:
        """Who has booked waits no longer."""
        for row in self.run_async(self.booked()):
            self.run_async(queue_end.close_for_booked(row.id))
        for queue in self.queues:
            queue[:] = [one for one in queue if self.live.get(one, (0, ""))[1] != "booked"]

    async def booked(self) -> list[Appointment]:
        return await Appointment.filter(slot_id__in=[one.id for one in self.slots], state="booked")

    # Several steps a rule: left to choose each by itself, hypothesis repeats a few and seldom comes far.
    @rule(steps=st.lists(st.tuples(st.sampled_from(STEPS), who, where), min_size=10, max_size=10))
    def several(self, steps: list[tuple[str, int, int]]) -> None:
        for name, person, slot in steps:
            getattr(self, name)(person, slot)
            self.run_async(self.compare())

    async def compare(self) -> None:
        numbers = {citizen.number: person for person, citizen in enumerate(self.people)}
        for n, slot in enumerate(self.slots):
            rows = await Appointment.filter(slot_id=slot.id, state__in=LIVE)
            found = {numbers[row.citizen_id]: (n, row.state) for row in rows}
            assert found == {person: now for person, now in self.live.items() if now[0] == n}
            waiting = await WaitlistEntry.filter(slot_id=slot.id, state="waiting").order_by("id")
            assert [numbers[row.citizen_id] for row in waiting] == self.queues[n]
            assert await CoolingPlace.filter(slot_id=slot.id).count() == self.cooling[n]
            assert (await Slot.get(id=slot.id)).booked == len(rows) + self.cooling[n]
        assert await amiss() == []


@pytest.mark.usefixtures("db")
async def test_waiting_in_any_order():
    await walk(WaitingInAnyOrder, examples=12, steps=6)
    assert reached.keys() >= {"offered", "accepted", "declined", "lapsed", "left", "rescheduled", "cooled"}, reached
