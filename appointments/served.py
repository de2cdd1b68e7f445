"""可预约的事项: which items a business of a hall takes bookings for, whatever their guides say.

A guide says that one may book; only a business makes it so.
"""

from appointments.availability import Recent
from foundation import database

READ = """
select distinct jsonb_array_elements_text(t.item_codes) as code
  from appointment_type t join hall h on h.id = t.hall_id and h.active where t.active
"""

_seen: Recent[str] = Recent()


async def items() -> frozenset[str]:
    """Item codes. In a crowd each process asks once a second."""
    return frozenset((await _seen.get("items", _read)).rows)


async def _read() -> list[str]:
    return [row["code"] for row in await database.fetch(READ)]
