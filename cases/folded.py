"""What a log folds to, remembered for who reads it: a log grows and is never changed, so the same one stands where it
stood. A mark of its text is kept, not what it says of anybody.
"""

import hashlib
from collections.abc import Sequence
from typing import Protocol

import msgspec

from cases import logbook
from cases.folding import Progress
from cases.logbook import Logged
from foundation import settings
from foundation.workdays import WorkCalendar

MOST = 10_000

_known: dict[tuple[object, ...], Progress] = {}


class Read(logbook.Promised, Protocol):
    """`written` is the text that its log was read from."""

    @property
    def written(self) -> msgspec.Raw: ...


def fold(case: Read, log: Sequence[Logged], calendar: WorkCalendar) -> Progress:
    """As `logbook.fold`."""
    percent = settings.current().cases.yellow_percent
    mark = hashlib.blake2b(case.written, digest_size=16).digest()
    key = (mark, case.legal_days, case.promised_days, calendar.version, percent)
    found = _known.get(key)
    if found is None:
        if len(_known) >= MOST:
            _known.clear()
        found = _known[key] = logbook.fold(case, [row.happening for row in log], calendar)
    return found
