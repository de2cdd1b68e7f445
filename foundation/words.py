"""A text that is one of a few words: still a text to the code, and a closed list in every document made from it."""

from collections.abc import Iterable
from typing import Any

from msgspec import Meta


def one_of(words: Iterable[str], *, example: str | None = None, **also: Any) -> Meta:
    """``Annotated[str, one_of(NAMES)]``: the words a room knows, as the room names them; the first is the example."""
    listed = [str(one) for one in words]
    return Meta(examples=[example or listed[0]], extra_json_schema={"enum": listed}, **also)
