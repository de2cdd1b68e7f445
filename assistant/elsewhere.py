"""What people ask for that has no guide here (没有指南的事): named, so that no neighbouring guide answers for it.

A matter competes with the guides for every question. Where it wins, the assistant says that there is no guide, who
usually handles it, and which guides are near. A guide of the same name takes its place.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import yaml

from assistant.corpus import GuideDocument

FILE = Path(__file__).with_name("elsewhere.yaml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """`by` usually handles it; `phone` is a national service number or empty; `near` are names of guides."""

    name: str
    also: tuple[str, ...] = ()
    by: str
    phone: str = ""
    near: tuple[str, ...] = ()

    def as_document(self) -> GuideDocument:
        """A guide without sections and without a code, to be found by its names."""
        return GuideDocument(item_code="", name=self.name, aliases=self.also)


@cache
def known() -> tuple[Matter, ...]:
    """The matters shipped with the assistant."""
    rows = yaml.safe_load(FILE.read_text(encoding="utf-8"))["matters"]
    return tuple(_matter(**row) for row in rows)


def without_guide(matters: Iterable[Matter], *, is_taken: Callable[[str], bool]) -> tuple[Matter, ...]:
    """The matters that no guide is called or asked by (`is_taken`), without the everyday names that one has.

    A matter is gone with its name, or with the last of its everyday names.
    """
    untaken = ((one, tuple(name for name in one.also if not is_taken(name))) for one in matters)
    return tuple(replace(one, also=also) for one, also in untaken if also and not is_taken(one.name))


def _matter(*, name: str, by: str, also: Iterable[str] = (), phone: str = "", near: Iterable[str] = ()) -> Matter:
    return Matter(name=name, by=by, also=tuple(also), phone=phone, near=tuple(near))
