"""What a handler gives when a plain view is not enough."""

from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Answer(Generic[T]):
    """An answer with a status or headers of its own: ``Answer(view, status=201, headers={"Location": …})``.

    A handler that returns ``Answer[View]`` is documented as one that shows a View.
    """

    body: T
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
