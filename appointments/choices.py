"""What becomes of one affected person: it is said of each, or of all not named; nobody is decided about in silence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from appointments.planning_errors import CannotMove, ChoiceMissing

What = Literal["keep", "move", "cancel"]
WHATS: Mapping[str, str] = {"keep": "保留", "move": "改期", "cancel": "取消并通知"}


@dataclass(frozen=True)
class Choice:
    """`starts_at` and `share` name the slot to move to; without them it is the one that was suggested."""

    what: What
    starts_at: datetime | None = None
    share: str = "public"


def decided(
    persons: Sequence[Mapping[str, Any]], choices: Mapping[int, Choice], otherwise: Choice | None
) -> dict[int, Choice]:
    """Appointment → what becomes of it. Raises ChoiceMissing, CannotMove for one with nowhere to go."""
    found = {one["id"]: choices.get(one["id"], otherwise) for one in persons}
    missing = [one["code"] for one in persons if found[one["id"]] is None]
    if missing:
        raise ChoiceMissing(detail=[f"预约 {code} 还没有选择" for code in missing])
    return {one["id"]: _with_target(one, choice) for one in persons if (choice := found[one["id"]])}


def _with_target(person: Mapping[str, Any], choice: Choice) -> Choice:
    if choice.what != "move" or choice.starts_at is not None:
        return choice
    suggested = person["suggested"]
    if suggested is None:
        raise CannotMove(detail=[f"预约 {person['code']} 没有可改的时段，请选择保留或取消"])
    return replace(choice, starts_at=datetime.fromisoformat(suggested["starts_at"]), share=suggested["share"])
