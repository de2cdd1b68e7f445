"""Whether a person could be reached about a closure: read from the message ledger, told to `appointments`.

The in-app inbox alone reaches nobody who does not look; when they look, they have been reached.
"""

from collections.abc import Collection

from appointments import closure_notices
from foundation import database
from notifications.models import Message

CLOSURE = "closure:"
TAKEN, UNDER_WAY, TROUBLE = {"sent", "reached"}, {"queued", "sending"}, {"failed", "unknown"}


def occasion(notice_id: int) -> str:
    return f"{CLOSURE}{notice_id}"


async def note(of: str) -> None:
    """Say what became of all the messages of this occasion, if it is a closure's and none is on its way any more."""
    if not of.startswith(CLOSURE):
        return
    rows = await Message.filter(occasion=of).order_by("id")
    states = {one.state for one in rows if one.channel != "inbox"}
    if any(one.read_at for one in rows) or states & TAKEN:
        await _record(of, "told")
    elif not states & UNDER_WAY:
        state = "failed" if states and states <= TROUBLE else "unreachable"
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
    """What stood in the way first: that they take no messages says more than that a text message got lost as well."""
    if not rows:
        return "gone"
    return next((one.problem for one in rows if one.problem), "no_account")


async def _record(of: str, state: str, problem: str = "") -> None:
    await closure_notices.record(notice_id=int(of.removeprefix(CLOSURE)), state=state, problem=problem)
