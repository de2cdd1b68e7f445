"""What is known around a message besides the guides: the halls by name, and what the rules in force say."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from assistant.hall_names import HallNames


@dataclass(frozen=True)
class Around:
    """`facts` fill in the ground rules."""

    halls: HallNames = field(default_factory=HallNames)
    facts: Mapping[str, str] = field(default_factory=dict)


NOTHING = Around()
