"""Other settings than those of the tests, for a while."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass, replace
from typing import Any

from foundation import settings


@contextmanager
def changed(**groups: dict[str, Any]) -> Iterator[None]:
    """``changed(console={"password_days": 0})``."""
    before = settings.current()
    assert all(is_dataclass(getattr(before, one)) for one in groups)
    known = {one.name for name in groups for one in fields(getattr(before, name))}
    assert {field for given in groups.values() for field in given} <= known
    settings.use(replace(before, **{name: replace(getattr(before, name), **given) for name, given in groups.items()}))
    try:
        yield
    finally:
        settings.use(before)
