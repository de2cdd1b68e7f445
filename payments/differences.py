"""对账差异处理: one person proposes what to do with a difference and why, another one decides.

Nobody alone makes a difference disappear. Notes and escalations need one person; what closes a difference, moves money
or touches the books needs two, which the database has the last word on. What is asked of a channel afterwards is a job
(payments/difference_deeds.py).
"""

from collections.abc import Collection

from foundation import audit, clock, database, jobs
from foundation.actor import Actor
from payments import difference_deeds, ledger, sending_back
from payments.difference_deeds import carry_out, facts, reopen
from payments.reconciliation_errors import (
    DeedNotFitting,
    DifferenceMoved,
    DifferenceNotFound,
    NoteNeeded,
    SecondPersonNeeded,
)
from payments.reconciliation_models import Difference

KINDS = {"long": "长款", "short": "短款", "amount": "金额不符", "state": "状态不符", "day_cut": "日切"}
STATES = {"open": "待处理", "proposed": "待复核", "approved": "执行中", "resolved": "已处理"}
DEEDS = {
    "ask": "向渠道查询后据实入账",
    "send_back": "退回付款人",
    "pick_up": "登记商户平台退款",
    "book": "挂账待查",
    "explain": "核实说明，不动账",
}
AT_CHANNEL = ("ask", "send_back", "pick_up")


def fitting(one: Difference, quarantined: Collection[str] = ()) -> list[str]:
    """What can be done about it, in the order it is offered. `quarantined`: numbers whose money quarantine has."""
    if one.booked_fen:  # first the books must say what is so
        return ["book"] if off_fen(one) != one.booked_fen else ["explain"]
    found = []
    if one.kind == "state":
        found = ["ask"]
    elif one.what == "refund" and one.kind == "long" and one.theirs_state == "done":
        found = ["pick_up"]
    elif one.what == "payment" and one.kind in ("long", "amount") and one.ours_fen is None:
        found = ["send_back"] if one.number not in quarantined else []
    return [*found, "book", "explain"] if off_fen(one) else [*found, "explain"]


def off_fen(one: Difference) -> int:
    """How much more the channel holds than our orders say, because of this; negative for less."""
    more = (one.theirs_fen or 0) - (one.ours_fen or 0)
    return more if one.what == "payment" else -more


async def find(difference_id: int) -> Difference:
    """Raises DifferenceNotFound."""
    found = await Difference.get_or_none(id=difference_id).prefetch_related("reconciliation")
    if found is None:
        raise DifferenceNotFound
    return found


async def note(*, difference_id: int, text: str, by: Actor, escalate: bool = False) -> None:
    """Say what was found out; `escalate` puts it before whoever is above. Raises NoteNeeded, DifferenceNotFound."""
    async with database.transaction():
        one = await difference_deeds.locked(difference_id)
        if escalate:
            one.escalated_at = clock.now()
            await one.save(update_fields=["escalated_at"])
        await _record("difference.escalated" if escalate else "difference.noted", one, by, _said(text))


async def propose(*, difference_id: int, deed: str, note: str, by: Actor) -> None:
    """The first pair of eyes. Raises DifferenceNotFound, DifferenceMoved, DeedNotFitting, NoteNeeded."""
    async with database.transaction():
        one = await difference_deeds.locked(difference_id)
        if one.state != "open":
            raise DifferenceMoved
        await _must_fit(deed, one)
        one.state, one.resolution, one.note = "proposed", deed, _said(note)
        one.proposed_by, one.proposed_at = str(by), clock.now()
        one.decided_by, one.decided_at = "", None
        await one.save()
        await _record("difference.proposed", one, by, one.note, deed)


async def turn_down(*, difference_id: int, note: str, by: Actor) -> None:
    """A proposal is taken back by who made it, or turned down by another. Raises DifferenceMoved, NoteNeeded."""
    async with database.transaction():
        one = await difference_deeds.locked(difference_id)
        if one.state != "proposed":
            raise DifferenceMoved
        said = _said(note)
        await reopen(one, one.reason)
        await _record("difference.turned_down", one, by, said)


async def approve(*, difference_id: int, by: Actor) -> None:
    """The second pair of eyes: what only touches the books is done at once, what needs the channel by a job.

    Raises DifferenceNotFound, DifferenceMoved, SecondPersonNeeded, DeedNotFitting when the facts have changed.
    """
    async with database.transaction():
        one = await difference_deeds.locked(difference_id)
        if one.state != "proposed":
            raise DifferenceMoved
        if one.proposed_by == str(by):
            raise SecondPersonNeeded
        if one.resolution == "send_back":
            await sending_back.alone(channel=one.reconciliation.channel, number=one.number)
        await _must_fit(one.resolution, one)
        one.decided_by, one.decided_at, one.state = str(by), clock.now(), "approved"
        await _record("difference.approved", one, by, one.note, one.resolution)
        if one.resolution in AT_CHANNEL:
            await one.save()
            await jobs.enqueue(carry_out, lock=f"difference:{one.id}", difference_id=one.id)
        else:
            await _close(one)


async def _must_fit(deed: str, one: Difference) -> None:
    held = await sending_back.in_quarantine(channel=one.reconciliation.channel, numbers=[one.number])
    if deed not in fitting(one, held):
        raise DeedNotFitting


async def _close(one: Difference) -> None:
    if one.resolution == "book":
        await ledger.in_transit(
            channel=one.reconciliation.channel,
            amount_fen=off_fen(one) - one.booked_fen,
            reconciliation_id=one.reconciliation.id,
            number=one.number,
        )
        one.booked_fen = off_fen(one)
    one.state, one.resolved_at, one.decided_on = "resolved", clock.now(), facts(one)
    await one.save()


def _said(text: str) -> str:
    if not text.strip():
        raise NoteNeeded
    return text.strip()[:400]


async def _record(action: str, one: Difference, by: Actor, reason: str, deed: str = "") -> None:
    detail = {"deed": deed} if deed else {}
    await audit.record(action, subject=f"difference:{one.id}", by=by, reason=reason, detail=detail)
