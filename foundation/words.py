"""Texts of a kind: one of a few words, which every document lists; or one that comes back as it went out."""

import unicodedata
from collections.abc import Iterable
from typing import Annotated, Any

from msgspec import Meta


def one_of(words: Iterable[str], *, example: str | None = None, **also: Any) -> Meta:
    """``Annotated[str, one_of(NAMES)]``: the words a room knows, as the room names them; the first is the example."""
    listed = [str(one) for one in words]
    return Meta(examples=[example or listed[0]], extra_json_schema={"enum": listed}, **also)


def number(typed: str) -> str:
    """A number as people copy it from a paper: full-width signs, and blanks between groups, do not matter."""
    return "".join(unicodedata.normalize("NFKC", typed).split())


VERBATIM = "verbatim"
AS_IT_CAME = Meta(extra={VERBATIM: True})
Verbatim = Annotated[str, AS_IT_CAME]
"""A text that is sent back as it came, such as the name of a file: never turned into other characters."""
