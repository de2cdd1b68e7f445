"""The thread of a conversation (上下文): what a follow-up refers to."""

from dataclasses import asdict, dataclass, replace
from typing import Any

from assistant.aspects import Aspect

REMEMBERED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Items spoken of (latest last), guides offered, what was asked about them, misses.

    `listed` are the guides offered last, also after one of them was picked: 另外一个呢.

    `pending`: the bot asked back, and what was `asked` waits for the answer. `place` is the hall or the region spoken
    of, `base` the knowledge base named last, `ours` the last that was not the city's, `audience` for whom it is.
    """

    items: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()
    asked: tuple[Aspect, ...] = ()
    pending: bool = False
    place: str = ""
    base: str = ""
    ours: str = ""
    audience: str = ""
    misses: int = 0

    def spoke_of(self, item_code: str, asked: tuple[Aspect, ...], *, audience: str = "") -> "Memory":
        """The memory after an answer about that item, as it is for `audience`."""
        others = tuple(code for code in self.items if code != item_code)
        return replace(
            self.settled(),
            items=(*others, item_code)[-REMEMBERED:],
            asked=asked,
            audience=audience or self.audience,
        )

    def offering(self, item_codes: tuple[str, ...], asked: tuple[Aspect, ...]) -> "Memory":
        """The memory after asking back: among those items, or which item at all."""
        return replace(self, offered=item_codes, listed=item_codes, asked=asked, pending=True)

    def settled(self) -> "Memory":
        """The memory after an answer that is about no item."""
        return replace(self, offered=(), asked=(), pending=False, misses=0)

    def only_where(self, items: tuple[str, ...] = ()) -> "Memory":
        """The memory when all else but where it is, and perhaps the items spoken of, is over."""
        return Memory(items=items, place=self.place, base=self.base, ours=self.ours)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Memory":
        """What `as_json` gave; what is missing is as in the beginning."""
        return cls(
            items=tuple(kept.get("items", ())),
            offered=tuple(kept.get("offered", ())),
            listed=tuple(kept.get("listed", ())),
            asked=tuple(Aspect(asked) for asked in kept.get("asked", ())),
            pending=bool(kept.get("pending", False)),
            place=str(kept.get("place", "")),
            base=str(kept.get("base", "")),
            ours=str(kept.get("ours", "")),
            audience=str(kept.get("audience", "")),
            misses=int(kept.get("misses", 0)),
        )
