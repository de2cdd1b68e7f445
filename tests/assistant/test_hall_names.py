"""Halls and districts as people name them, and what a conversation makes of them."""

from collections.abc import Callable

import pytest

from assistant import corpus, dialogue
from assistant.answering import Answer, Kind
from assistant.around import Around
from assistant.hall_names import HallNames, NamedHall
from assistant.navigation import Live, LiveKind
from assistant.remembering import Memory
from assistant.snapshot import Snapshot
from tests.builders.assistant import snapshot

CENTRE = NamedHall(
    code="9901", name="示例市政务服务中心", short_name="市中心大厅", level="city", path="9901/", region="示例市",
    aliases=("市民中心", "政务大厅", "公积金"),
)  # fmt: skip
WEST = NamedHall(
    code="9901-02",
    name="西岭区政务服务中心",
    short_name="西岭区大厅",
    level="district",
    path="9901/02/",
    region="西岭区",
)
STREET = NamedHall(
    code="9901-02-01", name="梧桐街道便民服务中心", short_name="梧桐街道", level="town", path="9901/02/01/",
    region="梧桐街道",
)  # fmt: skip
NAMES = HallNames([CENTRE, WEST, STREET])
Talk = Callable[..., tuple[list[Answer], Memory]]


@pytest.fixture(scope="module")
def city() -> Snapshot:
    return snapshot()


@pytest.fixture
def talk(city: Snapshot) -> Talk:
    def say(*messages: str) -> tuple[list[Answer], Memory]:
        memory, answers = Memory(), []
        for message in messages:
            answer, memory = dialogue.reply(city, message, memory, Around(halls=NAMES))
            answers.append(answer)
        return answers, memory

    return say


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        ("去西岭办", ["9901-02", "9901-02-01"]),
        ("西岭区政务服务中心几点开门", ["9901-02"]),
        ("西岭区大厅在哪", ["9901-02"]),
        ("市民中心怎么走", ["9901"]),
        ("梧桐街道能办吗", ["9901-02-01"]),
        ("政务大厅在哪", []),
        ("公积金提取", []),
        ("示例市户口", []),
    ],
)
def test_a_place_is_known_by_its_names_and_any_hall_is_none(said: str, codes: list[str]) -> None:
    place, rest = NAMES.named_in(said, is_name=lambda words: False)
    assert list(place.codes if place else ()) == codes
    assert (rest == said) is not bool(codes)


@pytest.mark.parametrize("said", ["在梧桐上户口", "在梧桐街道上户口", "梧桐那边上户口", "去西岭区上户口"])
def test_the_words_before_a_place_go_with_it(said: str) -> None:
    _, rest = NAMES.named_in(said, is_name=lambda words: False)
    assert rest.strip() == "上户口"


def test_a_word_of_a_guides_name_is_no_place() -> None:
    assert NAMES.named_in("西岭人才公寓", is_name=lambda words: words == "西岭")[0] is None


def test_the_place_named_before_is_where_it_is_done(talk: Talk) -> None:
    answers, memory = talk("居住证", "去西岭区办", "几点上班", "多少钱")
    assert [one.passages[0].source.section_kind for one in answers[1:]] == [corpus.PLACES, corpus.PLACES, corpus.FEES]
    assert answers[2].live[0] == Live(LiveKind.HALLS, "residence", "西岭区", ("9901-01",))
    assert "不在西岭区办理" in answers[1].note
    assert memory.place == "西岭区"


def test_a_place_alone_leads_to_its_halls(talk: Talk) -> None:
    (where, when), _ = talk("去西岭区办", "几点上班")
    for answer in (where, when):
        assert answer.kind is Kind.ANSWER
        assert answer.live == (Live(LiveKind.HALLS, place="西岭区"),)


def test_a_hall_that_is_named_is_asked_about_and_not_the_item(talk: Talk) -> None:
    answers, _ = talk("居住证", "西岭区大厅几点下班")
    assert answers[1].passages == ()
    assert answers[1].live == (Live(LiveKind.HALLS, place="西岭区政务服务中心"),)


def test_the_place_does_not_stand_in_the_way_of_the_item(talk: Talk) -> None:
    (answer,), memory = talk("西岭区身份证丢了要带什么材料")
    source = answer.passages[0].source
    assert (source.item_code, source.section_kind, memory.place) == ("id-replace", corpus.MATERIALS, "西岭区")
