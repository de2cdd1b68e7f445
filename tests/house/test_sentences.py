"""What the booking rooms say no with tells what to do next."""

import re

import pytest

from appointments import errors, hall_errors
from foundation.errors import Refusal

NEXT = re.compile("请|可|欢迎|无需")
OURS = [
    one for module in (errors, hall_errors) for one in vars(module).values()
    if isinstance(one, type) and issubclass(one, Refusal) and one.__module__ == module.__name__
]  # fmt: skip


@pytest.mark.parametrize("refusal", OURS, ids=lambda one: one.__name__)
def test_a_refusal_tells_what_to_do_next(refusal: type[Refusal]) -> None:
    assert NEXT.search(refusal.sentence()), refusal.sentence()


def test_a_bare_no_would_be_seen() -> None:
    assert not NEXT.search("该预约已取消或已结束，不能签到。")
