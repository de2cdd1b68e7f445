"""What is known around a message besides the guides: the halls by name, and what the rules in force say."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from assistant import rule_facts
from assistant.hall_names import HallNames, NamedHall
from catalogue import halls, shelf
from catalogue.halls import HallView


@dataclass(frozen=True)
class Around:
    """`facts` fill in the ground rules."""

    halls: HallNames = field(default_factory=HallNames)
    facts: Mapping[str, str] = field(default_factory=dict)


NOTHING = Around()


async def now() -> Around:
    """What holds at this moment, as this process last read it. Call it outside a transaction."""
    return Around(await shelf.keep("hall names", _names), await rule_facts.now())


async def _names() -> HallNames:
    return HallNames(map(_named, await halls.everywhere()))


def _named(hall: HallView) -> NamedHall:
    return NamedHall(
        code=hall.code,
        name=hall.name,
        short_name=hall.short_name,
        level=hall.level,
        path=hall.path,
        region=str(hall.details.get("region") or ""),
        aliases=tuple(hall.details.get("aliases") or ()),
    )
