"""待办: what a member of staff has to have done by a day. Rooms say what there is; `notifications` tells whom."""

from dataclasses import dataclass
from datetime import date

MOST = 2000  # of one kind, the earliest day first: nobody reads more


@dataclass(frozen=True, kw_only=True)
class Duty:
    """One matter that is not over and whose day comes near or has passed.

    `subject` is how its room finds it; `name` what staff call it, with nothing of a person. `owner_id` is whose it is,
    None that of whoever works for the halls under `hall_path`.
    """

    kind: str
    subject: str
    name: str
    hall_path: str
    owner_id: int | None
    due_on: date
