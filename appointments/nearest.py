"""就近的空位: where people could go whose time is no more, the nearest first, each place named once."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from appointments.affected import Person
from appointments.difference import Difference
from appointments.planning import Key
from appointments.states import LIVE
from foundation import clock, database

BEFORE, AFTER = timedelta(days=14), timedelta(days=30)
OFFERED = 12

# A slot that somebody waits for is theirs first.
FREE = """
select s.id, s.type_id, s.day, s.starts_at, s.share,
       case when s.state <> 'open' or exists (select from waitlist_entry w where w.slot_id = s.id
                                                 and w.state = 'waiting') then 0 else s.capacity - s.booked end as free
  from slot s where s.type_id = any($1) and s.day between $2 and $3 and s.close_at > $4 and s.state <> 'withdrawn'
"""
TAKEN_DAYS = f"""
select citizen_id, type_id, day from appointment where citizen_id = any($1) and state in {LIVE} and not id = any($2)
"""


@dataclass
class Places:
    """Free places around some days, after the differences would have been brought about."""

    free: dict[int, dict[Key, int]] = field(default_factory=lambda: defaultdict(dict))  # type → key → how many
    days: dict[tuple[int, Key], date] = field(default_factory=dict)
    ids: dict[tuple[int, Key], int] = field(default_factory=dict)  # of the slots that are there already
    taken: set[tuple[int, int, date]] = field(default_factory=set)  # (citizen, type, day): one live booking a day

    def near(self, one: Person, *, number: int = OFFERED) -> list[Key]:
        """Where this person could go: their own share first among equals."""
        return sorted(
            (key for key in self.free[one.places_of] if self._fits(one, key)),
            key=lambda key: (abs(key[0] - one.starts_at), key[1] != one.share),
        )[:number]

    def take(self, one: Person, key: Key) -> None:
        """The place is this person's: nobody else is sent there."""
        for slot in self._run(one, key):
            self.free[one.places_of][slot] -= 1
        self.taken.add((one.citizen_id, one.type_id, self.days[one.places_of, key]))

    def _fits(self, one: Person, key: Key) -> bool:
        if key[1] not in ("public", one.share):
            return False
        if (one.citizen_id, one.type_id, self.days[one.places_of, key]) in self.taken:
            return False
        run = self._run(one, key)
        return len(run) == one.slots_needed and all(self.free[one.places_of][slot] > 0 for slot in run)

    def _run(self, one: Person, key: Key) -> list[Key]:
        """The slots of the same share and day that a booking from `key` on takes."""
        if one.slots_needed == 1:
            return [key]
        day = self.days[one.places_of, key]
        later = (
            slot for slot in self.free[one.places_of]
            if slot >= key and slot[1] == key[1] and self.days[one.places_of, slot] == day
        )  # fmt: skip
        return sorted(later)[: one.slots_needed]


async def places(persons: Sequence[Person], found: Sequence[Difference]) -> Places:
    """Around the days of these persons, as it would be afterwards."""
    places = Places()
    if not persons:
        return places
    days, types = [one.day for one in persons], {one.places_of for one in persons}
    first, last = max(clock.today(), min(days) - BEFORE), max(days) + AFTER
    for row in await database.fetch(FREE, list(types), first, last, clock.now()):
        key = row["starts_at"], row["share"]
        _put(places, row["type_id"], key, row["day"], row["free"])
        places.ids[row["type_id"], key] = row["id"]
    for one in found:
        if one.type_id in types:
            _follow(places, one)
    rows = await database.fetch(TAKEN_DAYS, [one.citizen_id for one in persons], [one.id for one in persons])
    places.taken = {(row["citizen_id"], row["type_id"], row["day"]) for row in rows}
    return places


def _follow(places: Places, one: Difference) -> None:
    key = one.key
    if one.after is None:
        places.free[one.type_id].pop(key, None)
    elif one.before is None:
        _put(places, one.type_id, key, one.after.day, one.after.capacity)
    elif key in places.free[one.type_id]:
        places.free[one.type_id][key] += one.after.capacity - one.before.capacity


def _put(places: Places, type_id: int, key: Key, day: date, free: int) -> None:
    places.free[type_id][key] = free
    places.days[type_id, key] = day
