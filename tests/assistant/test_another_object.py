"""What the guides do not know inherits nothing from what was spoken of or offered before."""

import pytest

from assistant import dialogue
from assistant.answering import Kind
from assistant.remembering import Memory
from tests.builders.assistant import shipped_snapshot


def offered() -> tuple[str, ...]:
    """Two that a short word tells apart: 补贴 of one, 津贴 of the other."""
    city = shipped_snapshot()
    guides = [city.called(name) for name in ("育儿补贴申领", "高龄津贴申领")]
    return tuple(guide.item_code for guide in guides if guide)


@pytest.mark.parametrize("said", ["怎样领取火星探测补贴", "火星探测补贴怎么领", "怎么申领火星津贴", "月球车津贴怎么领"])
@pytest.mark.parametrize("only_spoken_of", [False, True])
def test_an_unknown_object_is_no_answer_to_what_went_before(said: str, only_spoken_of: bool) -> None:
    codes = offered()
    before = Memory(items=codes) if only_spoken_of else Memory(offered=codes, listed=codes, pending=True)
    answer, _ = dialogue.reply(shipped_snapshot(), said, before)
    assert len(codes) == 2
    assert answer.kind is not Kind.ANSWER


@pytest.mark.parametrize(("said", "item"), [("高龄津贴", "高龄津贴申领"), ("育儿的补贴怎么领", "育儿补贴申领")])
def test_what_the_guides_know_is_still_picked(said: str, item: str) -> None:
    codes = offered()
    answer, _ = dialogue.reply(shipped_snapshot(), said, Memory(offered=codes, listed=codes, pending=True))
    assert {passage.source.item_name for passage in answer.passages} == {item}
