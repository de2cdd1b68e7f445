"""Whether a person could be reached about a closure: read from the message ledger, told to `appointments`.

The in-app inbox alone reaches nobody who does not look; when they look, they have been reached.
"""

from collections.abc import Collection

from appointments import closure_notices
from foundation import database
from notifications.models import Message

CLOSURE = "closure:"


def occasion(notice_id: int) -> str:
    return f"{CLOSURE}{notice_id}"


async def note(of: str) -> None:
    """Say what became of all the messages of this occasion, if it is a closure's and none is on its way any more."""
    if not of.startswith(CLOSURE):
        return
    rows = await Message.filter(occasion=of)
    states = {one.state for one in rows if one.channel != "inbox"}
    if any(one.read_at for one in rows) or "sent" in states:
        await _record(of, "told")
    elif "queued" not in states:
        state = "failed" if states == {"failed"} else "unreachable"
        await _record(of, state, _problem(rows))


async def read_by(citizen_id: int) -> None:
    """They are about to mark their inbox read."""
    rows = await database.fetch(
        """select occasion from message where citizen_id = $1 and channel = 'inbox' and read_at is null
              and starts_with(occasion, $2)""",
        citizen_id,
        CLOSURE,
    )
    for row in rows:
        await _record(row["occasion"], "told")


def _problem(rows: Collection[Message]) -> str:
    if not rows:
        return "gone"
    return next((one.problem for one in rows if one.problem), "no_account")


async def _record(of: str, state: str, problem: str = "") -> None:
    await closure_notices.record(notice_id=int(of.removeprefix(CLOSURE)), state=state, problem=problem)
