"""What the rooms say no with tells what to do next."""

import importlib
import pkgutil
import re

import pytest

import rooms
from foundation.errors import Refusal

NEXT = re.compile("请|可|欢迎|无需")
ROOMS = sorted({name.partition(".")[0] for name in rooms.MODELS})
MODULES = [
    importlib.import_module(f"{room}.{one.name}")
    for room in ROOMS
    for one in pkgutil.iter_modules(importlib.import_module(room).__path__)
    if one.name == "errors" or one.name.endswith("_errors")
]
OURS = [
    one for module in MODULES for one in vars(module).values()
    if isinstance(one, type) and issubclass(one, Refusal) and one.__module__ == module.__name__
]  # fmt: skip


@pytest.mark.parametrize("refusal", OURS, ids=lambda one: f"{one.__module__}.{one.__name__}")
def test_a_refusal_tells_what_to_do_next(refusal: type[Refusal]) -> None:
    assert NEXT.search(refusal.sentence()), refusal.sentence()
