"""Thresholds (界线) of a knowledge base: from where on it answers and asks back. What was set before is kept."""

import math

from assistant import knowledge_bases
from assistant.confidence import Bands
from assistant.knowledge_base_errors import BandsChanged, BandsCrossed, BandsNotFound, BandsReasonNeeded
from assistant.knowledge_base_models import BaseBands
from foundation import database
from foundation.actor import Actor

LEAST, MOST = 0.05, 0.95


async def history(base_id: int) -> list[BaseBands]:
    """What was set, the latest first: that one holds."""
    return await BaseBands.filter(base_id=base_id).order_by("-number").select_related("set_by")


def checked(answer_from: float, ask_from: float) -> Bands:
    """Raises BandsCrossed."""
    sound = math.isfinite(answer_from) and math.isfinite(ask_from)
    if not sound or not LEAST <= ask_from < answer_from <= MOST:
        raise BandsCrossed
    return Bands(round(answer_from, 3), round(ask_from, 3))


async def set_bands(
    *, base_id: int, answer_from: float, ask_from: float, seen: int, reason: str, by: Actor
) -> BaseBands:
    """From now on, in all processes. `seen` is the number of what holds where this was decided; 0: nothing was set.

    Raises BandsCrossed, BandsReasonNeeded, BaseNotFound, BandsChanged.
    """
    return await _write(base_id, checked(answer_from, ask_from), seen, reason, by)


async def inherit(*, base_id: int, seen: int, reason: str, by: Actor) -> BaseBands:
    """As the base above has them; the city's, as they were fitted. Raises what `set_bands` does."""
    return await _write(base_id, None, seen, reason, by)


async def revert(*, base_id: int, number: int, seen: int, by: Actor) -> BaseBands:
    """As they were set then. Raises BandsNotFound, BaseNotFound, BandsChanged."""
    then = await BaseBands.get_or_none(base_id=base_id, number=number)
    if then is None:
        raise BandsNotFound
    return await _write(base_id, bands_of(then), seen, f"恢复第 {number} 次的界线", by)


def bands_of(row: BaseBands) -> Bands | None:
    """What a row sets; None: as the base above has them."""
    if row.answer_from is None or row.ask_from is None:
        return None
    return Bands(row.answer_from, row.ask_from)


async def _write(base_id: int, bands: Bands | None, seen: int, reason: str, by: Actor) -> BaseBands:
    reason = reason.strip()
    if not reason:
        raise BandsReasonNeeded
    async with database.transaction():
        base = await knowledge_bases.locked(base_id)
        latest = await BaseBands.filter(base_id=base_id).order_by("-number").first()
        if (latest.number if latest else 0) != seen:
            raise BandsChanged
        answer_from, ask_from = (bands.answer_from, bands.ask_from) if bands else (None, None)
        made = await BaseBands.create(
            base=base, number=seen + 1, answer_from=answer_from, ask_from=ask_from, reason=reason[:200],
            set_by_id=by.number,
        )  # fmt: skip
        detail: dict[str, object] = (
            {"answer_from": answer_from, "ask_from": ask_from} if bands else {"what": "与上级相同"}
        )
        await knowledge_bases.changed("bands.set", base, by, reason=made.reason, detail=detail)
        return made
