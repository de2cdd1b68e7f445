"""What must always hold of bookings, queues, tickets and money (docs/behaviours.md), each a question to the database.

Every invariant is a function whose docstring is its sentence; it gives what it found amiss, nothing when all is well.
`broken(fetch)` asks those that hold after every commit; `broken(fetch, QUIET)` also those that hold once the worker has
nothing left to do. `fetch` is `foundation.database.fetch` or an asyncpg connection's. A new one only needs `@always`.
"""

from tests.invariants import audited, hall, money, places, told, waiting
from tests.invariants.asking import ALWAYS, QUIET, Fetch, Invariant, always, amiss, broken, when_quiet

__all__ = [
    "ALWAYS", "QUIET", "Fetch", "Invariant", "always", "amiss", "audited", "broken", "hall", "money", "places", "told",
    "waiting", "when_quiet",
]  # fmt: skip
