"""What a log folds to, remembered for who reads it: a log grows and is never changed, so the same one stands where it
stood. A mark of its text is kept, not what it says of anybody.
"""

import hashlib
from collections.abc import Sequence

from cases import logbook
from cases.folding import Progress
from cases.logbook import Logged
from foundation import settings
from foundation.workdays import WorkCalendar

MOST = 10_000

_known: dict[tuple[object, ...], Progress] = {}


def mark_of(log: str) -> bytes:
    return hashlib.blake2b(log.encode(), digest_size=16).digest()


def fold(case: logbook.Promised, log: Sequence[Logged], mark: bytes, calendar: WorkCalendar) -> Progress:
    """As `logbook.fold`; `mark` is that of the text which `log` was read from."""
    percent = settings.current().cases.yellow_percent
    key = (mark, case.legal_days, case.promised_days, calendar.version, percent)
    found = _known.get(key)
    if found is None:
        if len(_known) >= MOST:
            _known.clear()
        found = _known[key] = logbook.fold(case, [row.happening for row in log], calendar)
    return found
