"""Who may call a route. Every route names one `Access`; there is no default."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from sanic import Request

from foundation.errors import NotSignedIn, Refusal


@dataclass(frozen=True)
class Access:
    """A kind of caller. `admit` looks at the request and gives back who it is, or raises one of `errors`.

    `scheme` is the OpenAPI security scheme, None when nothing is asked; `limited_as` gives the value under which the
    caller is counted by `Limit(user=…)`. `nobody` says of the headers whether they can be nobody's but a visitor's, so
    that `admit` would give None.
    """

    name: str
    description: str
    admit: Callable[[Request], Awaitable[Any]]
    scheme: dict[str, Any] | None = None
    errors: tuple[type[Refusal], ...] = (NotSignedIn,)
    limited_as: Callable[[Any], object] = attrgetter("id")
    nobody: Callable[[Mapping[str, str]], bool] = lambda _: False


async def _anyone(_: Request) -> None:
    return None


PUBLIC = Access("public", "任何人都可以调用", _anyone, errors=(), nobody=lambda _: True)
