"""What lies between the plan and the slots that are there: which would be added, changed, removed. Reads only."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NamedTuple

from appointments.planning import Key, Wanted
from foundation import database

Kind = Literal["added", "changed", "removed"]


class Seen(NamedTuple):
    """A slot as it is. `recorded`: it is in somebody's record, so that it cannot be deleted."""

    id: int
    type_id: int
    day: date
    starts_at: datetime
    ends_at: datetime
    share: str
    capacity: int
    booked: int
    extra: int
    release_at: datetime
    close_at: datetime
    state: str
    recorded: bool


@dataclass(frozen=True)
class Difference:
    """One slot that would not stay as it is; `after` is None when the plan does not want it any more."""

    type_id: int
    before: Seen | None
    after: Wanted | None
    extra: int = 0

    @property
    def kind(self) -> Kind:
        return "added" if self.before is None else "changed" if self.after else "removed"

    @property
    def key(self) -> Key:
        one = self.before or self.after
        assert one is not None
        return one.starts_at, one.share


COLUMNS = """s.id, s.type_id, s.day, s.starts_at, s.ends_at, s.share, s.capacity, s.booked, s.extra, s.release_at,
 s.close_at, s.state, exists (select from appointment a where a.slot_id = s.id)
  or exists (select from further_slot f where f.slot_id = s.id)
  or exists (select from waitlist_entry w where w.slot_id = s.id)
  or exists (select from cooling_place c where c.slot_id = s.id) as recorded"""
WITHIN = "where s.type_id = any($1) and s.day between $2 and $3 and s.starts_at > $4 order by s.id"


async def there(type_ids: Collection[int], *, start: date, end: date, after: datetime, lock: bool) -> list[Seen]:
    """The slots that begin after a moment, by id. Locked, nobody books into them; they are read after the locks."""
    span = (sorted(type_ids), start, end, after)
    if lock:
        await database.execute(f"select 1 from slot s {WITHIN} for update", *span)
    return [Seen(*row) for row in await database.fetch(f"select {COLUMNS} from slot s {WITHIN}", *span)]


async def one_slot(slot_id: int) -> Seen | None:
    """A slot that is in the plan or was made by hand; None when there is none, or it was withdrawn."""
    row = await database.fetchrow(f"select {COLUMNS} from slot s where s.id = $1 and s.state <> 'withdrawn'", slot_id)
    return Seen(*row) if row else None


def compare(
    type_id: int, wanted: Mapping[Key, Wanted], present: Sequence[Seen], *, now: datetime, firmly: bool
) -> Iterator[Difference]:
    """What would make the slots of a type those of its plan.

    Slots that hold bookings keep their time and places, unless `firmly`: then somebody has decided for the people in
    them. What has been released stays so.
    """
    known = set()
    for row in present:
        key = row.starts_at, row.share
        known.add(key)
        if key not in wanted:
            if row.state != "withdrawn" or not (row.recorded or row.booked):
                yield Difference(type_id, row, None, row.extra)
            continue
        after = _followed(row, wanted[key], now=now, firmly=firmly)
        if row.state == "withdrawn" or after != _as_planned(row):
            yield Difference(type_id, row, after, row.extra)
    for key, one in wanted.items():
        if key not in known and one.starts_at > now:
            yield Difference(type_id, None, one)


def _followed(row: Seen, one: Wanted, *, now: datetime, firmly: bool) -> Wanted:
    if row.booked and not firmly:
        return _as_planned(row)
    release_at = row.release_at if row.release_at <= now else one.release_at
    return one._replace(capacity=max(0, one.capacity + row.extra), release_at=release_at)


def _as_planned(row: Seen) -> Wanted:
    return Wanted(row.day, row.starts_at, row.ends_at, row.share, row.capacity, row.release_at, row.close_at)  # type: ignore[arg-type]


def with_places(row: Seen, to: int) -> Difference:
    """The slot with so many places; the night's plan will know that it was meant."""
    return Difference(row.type_id, row, _as_planned(row)._replace(capacity=to), row.extra + to - row.capacity)


def of_kind(found: Iterable[Difference], kind: Kind) -> list[Difference]:
    return [one for one in found if one.kind == kind]
