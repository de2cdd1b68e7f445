"""Refusals: a class, its name, its Chinese sentence."""

import re

import pytest

from foundation import errors


class HallClosed(errors.Conflict):
    """大厅今日不开放，请另选日期。

    Not part of the message.
    """


def test_a_refusal_is_its_class() -> None:
    refusal = HallClosed(detail={"hall": 1})
    assert refusal.as_dict() == {
        "code": "HallClosed", "message": "大厅今日不开放，请另选日期。", "detail": {"hall": 1},
    }  # fmt: skip
    assert refusal.status == 409
    assert HallClosed("另有安排。").as_dict() == {"code": "HallClosed", "message": "另有安排。"}


@pytest.mark.parametrize("kind", [one for one in vars(errors).values() if isinstance(one, type)][1:])
def test_every_refusal_speaks_chinese(kind: type[errors.Refusal]) -> None:
    if issubclass(kind, errors.Refusal):
        assert re.search("[\u4e00-\u9fff].*。$", kind.sentence())
