"""Members of a platform's answer, taken only in the kind they are promised in: a signature says who, not what."""

from collections.abc import Mapping
from typing import Any


def text(answer: Mapping[str, Any], name: str) -> str:
    """A text that must be there. Raises ValueError."""
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        raise ValueError(name)
    return value


def text_or_none(answer: Mapping[str, Any], name: str) -> str | None:
    """A text that may be left out, or empty. Raises ValueError."""
    return text(answer, name) if answer.get(name) not in (None, "") else None


def whole_or_none(answer: Mapping[str, Any], name: str) -> int | None:
    """A whole number that may be left out. Raises ValueError."""
    value = answer.get(name)
    if value is not None and type(value) is not int:
        raise ValueError(name)
    return value


def part(answer: Mapping[str, Any], name: str) -> dict[str, Any]:
    """An inner object that may be left out. Raises ValueError."""
    value = answer.get(name) or {}
    if not isinstance(value, dict):
        raise ValueError(name)
    return value
