"""约满的号段: remembered for a moment, so that being too late costs next to nothing.

The keys of the bookings in the slot, live or over, are remembered with it: a request that was sent twice is not turned
away here, for it must find its booking. Nothing needs to be known of who asks: that a slot is full is public. A place
that becomes free is told to all processes after its commit; a word that is lost makes the slot look full for `SECONDS`
longer.
"""

from collections.abc import Iterable
from functools import partial

from appointments import gate
from appointments.errors import SlotFull
from foundation import bus, database
from foundation.memory import Memory

SECONDS = 1.5
TOPIC = "slot"

_full: Memory[frozenset[str]] = Memory(TOPIC, seconds=SECONDS, most=10_000)

KEYS = """
select s.id, array(select idempotency_key from appointment a where a.slot_id = s.id) as keys
  from slot s where s.id = any($1) and s.booked >= s.capacity
"""


def too_late(slot_id: int, key: str) -> SlotFull | None:
    """The refusal of a request under this key for a slot that is known to be full."""
    keys = _full.get(str(slot_id))
    return None if keys is None or key in keys else SlotFull(detail={"slot_id": slot_id})


def is_known(slot_id: int) -> bool:
    return _full.get(str(slot_id)) is not None


async def look(slot_ids: Iterable[int]) -> None:
    """Remember those of these slots that are full."""
    mark = _full.mark()
    for row in await database.fetch(KEYS, sorted(set(slot_ids))):
        _full.keep(str(row["id"]), frozenset(row["keys"]), mark)


async def freed(slot_id: int) -> None:
    """Within a transaction: once it is committed there may be room in this slot."""
    await database.after_commit(partial(_tell, slot_id))


async def _tell(slot_id: int) -> None:
    await gate.open_again(slot_id)
    await bus.tell(TOPIC, str(slot_id))
