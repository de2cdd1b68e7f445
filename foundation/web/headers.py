"""A header that a route asks for: read by the handler, and shown in the document, from one declaration."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sanic import Request

from foundation.errors import Refusal


@dataclass(frozen=True, kw_only=True)
class Header:
    """A header whose whole value matches `pattern`; `missing` is how its absence is refused, unless `optional`.

    A `lenient` one is not refused for its form: what does not match counts as left out.
    """

    name: str
    description: str
    pattern: str
    example: str
    missing: type[Refusal]
    optional: bool = False
    lenient: bool = False

    def of(self, request: Request) -> str:
        """The value, empty when an optional one is left out. Raises `missing` for any other that does not match."""
        given = request.headers.get(self.name)
        if given is None and self.optional:
            return ""
        if given is None or not self.fits(str(given)):
            raise self.missing
        return str(given)

    def fits(self, given: str) -> bool:
        return self._whole.fullmatch(given) is not None

    @cached_property
    def _whole(self) -> re.Pattern[str]:
        return re.compile(self.pattern, re.ASCII)

    def parameter(self) -> dict[str, Any]:
        """As OpenAPI names it."""
        form = {} if self.lenient else {"pattern": f"^{self.pattern}$"}
        schema = {"type": "string", **form, "examples": [self.example]}
        return {
            "name": self.name,
            "in": "header",
            "required": not self.optional,
            "description": self.description,
            "schema": schema,
        }
