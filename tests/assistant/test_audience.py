"""For whom it is: said once, it tells variants and choices apart until something else is spoken of."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from assistant import audience, corpus, dialogue
from assistant.answering import Answer, Kind
from assistant.remembering import Memory
from assistant.snapshot import Snapshot
from tests.builders.assistant import guide

Talk = Callable[..., list[Answer]]


def with_variant(document: corpus.GuideDocument, name: str, *also: str) -> corpus.GuideDocument:
    section = corpus.Section(corpus.VARIANT, name, f"{name}由监护人陪同。", also)
    return replace(document, sections=(*document.sections, section))


@pytest.fixture(scope="module")
def city() -> Snapshot:
    passport = guide("普通护照签发", "办护照", "护照", code="passport", materials="身份证。", fees="120 元。")
    return Snapshot(
        [
            with_variant(passport, "未满 16 周岁", "儿童护照", "小孩护照"),
            guide("居民身份证首次申领", "办身份证", "孩子身份证", code="id-first", materials="户口簿。"),
            guide("居民身份证换领", "换身份证", "身份证到期", code="id-renew", materials="旧证。"),
            guide("居民身份证补领", "补身份证", "身份证丢了", code="id-replace", materials="户口簿。"),
            guide("社会保障卡申领", "社保卡", code="card", materials="身份证。", fees="不收费。"),
            replace(guide("企业注销登记", "公司注销", code="company", materials="清算报告。"), audience="法人"),
            replace(guide("户口注销登记", "销户口", code="hukou", materials="死亡证明。"), audience="自然人"),
            guide("结婚登记", "领证", code="marriage", materials="户口簿。"),
            guide("居住证申领", "暂住证", code="residence", materials="身份证。"),
            guide("住房公积金提取", "取公积金", code="fund", materials="身份证。"),
        ]
    )


@pytest.fixture
def talk(city: Snapshot) -> Talk:
    def say(*messages: str) -> list[Answer]:
        memory, answers = Memory(), []
        for message in messages:
            answer, memory = dialogue.reply(city, message, memory)
            answers.append(answer)
        return answers

    return say


def told(answer: Answer) -> list[tuple[str, str]]:
    return [(one.source.item_code, one.source.section_kind) for one in answer.passages]


@pytest.mark.parametrize(
    ("said", "whom"),
    [
        ("给小孩办护照", audience.CHILD), ("俺娃的社保卡", audience.CHILD), ("我妈的社保卡", audience.OLD),
        ("七十多岁了还要换吗", audience.OLD), ("我们公司要注销", audience.COMPANY), ("我是个人", audience.PERSON),
        ("护照多少钱", ""), ("公司注销", ""),
    ],
)  # fmt: skip
def test_for_whom_it_is(said: str, whom: str) -> None:
    assert audience.of(said) == whom


@pytest.mark.parametrize(
    ("said", "whom"), [("小孩的", audience.CHILD), ("是公司", audience.COMPANY), ("给孩子办护照", "")]
)
def test_nothing_but_for_whom(said: str, whom: str) -> None:
    assert audience.only_says(said) == whom


def test_what_differs_for_a_child_comes_along(talk: Talk) -> None:
    answers = talk("给孩子办护照要带什么", "多少钱", "社保卡要什么材料", "护照多少钱")
    assert [("passport", corpus.VARIANT) in told(one) for one in answers] == [True, True, False, False]


def test_a_child_after_all(talk: Talk) -> None:
    assert told(talk("护照要带什么", "小孩的")[1]) == [("passport", corpus.MATERIALS), ("passport", corpus.VARIANT)]


def test_it_tells_the_choices_apart(talk: Talk) -> None:
    which, answer = talk("身份证要什么材料", "小孩的")
    assert (which.kind, len(which.choices)) == (Kind.CHOOSE, 3)
    assert told(answer) == [("id-first", corpus.MATERIALS)]


def test_who_asks_stays_who_they_are(talk: Talk) -> None:
    which, answer = talk("我是公司", "注销登记")
    assert (which.kind, which.choices) == (Kind.CHOOSE, ())
    assert told(answer)[0][0] == "company"
    assert len(talk("注销登记")[0].choices) == 2
