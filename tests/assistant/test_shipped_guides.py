"""The guides shipped with the catalogue, asked about in the words of the street."""

import time

import pytest

from assistant import dialogue
from assistant.answering import Kind
from assistant.snapshot import Snapshot
from tests.builders.assistant import shipped_snapshot


@pytest.fixture(scope="module")
def city() -> Snapshot:
    return shipped_snapshot()


ASKED = [
    ("身份证丢了咋整", "id-card-replace"),
    ("身份证掉了怎么办", "id-card-replace"),
    ("身份证过期了", "id-card-renew"),
    ("给小孩办身份证", "id-card-first"),
    ("孩子上户口要什么材料", "newborn-household"),
    ("护照多少钱", "passport"),
    ("護照要多少錢", "passport"),
    ("孩子办护照要父母都去吗", "passport"),
    ("去香港要办什么证", "hk-macao-permit"),
    ("港奥通行证", "hk-macao-permit"),
    ("离婚冷静期多久", "divorce"),
    ("结婚要花钱吗", "marriage"),
    ("开无犯罪记录证明", "no-crime-record"),
    ("暂住证怎么办", "residence-permit"),
    ("hukouqianyi", "hukou-move"),
    ("社保转移", "pension-transfer"),
    ("社保卡丢了", "social-card"),
    ("失业金怎么领", "unemployment-benefit"),
    ("去外地看病怎么报销", "medical-remote"),
    ("灵活就业交社保", "flexible-insurance"),
    ("sfz丢了", "id-card-replace"),
]


@pytest.mark.parametrize(("question", "slug"), ASKED)
def test_answers_from_the_right_guide(city: Snapshot, question: str, slug: str) -> None:
    answer, _ = dialogue.reply(city, question, dialogue.Memory())
    assert answer.kind is Kind.ANSWER
    assert answer.passages[0].source.item_code == slug


@pytest.mark.parametrize("question", ["今天天气怎么样", "给我讲个笑话", "股票能买吗", "帮我写作文", "你多大了"])
def test_refuses_what_is_off_topic(city: Snapshot, question: str) -> None:
    assert not dialogue.reply(city, question, dialogue.Memory())[0].passages


def test_every_guide_is_found_by_each_of_its_names(city: Snapshot) -> None:
    lost = [
        (guide.name, name)
        for guide in city.documents
        for name in guide.names
        if guide.item_code not in [result.document.item_code for result in city.search(name)[:3]]
    ]
    assert lost == []


def test_answers_in_milliseconds(city: Snapshot) -> None:
    times = []
    for question, _ in ASKED * 5:
        started = time.thread_time()
        dialogue.reply(city, question, dialogue.Memory())
        times.append(time.thread_time() - started)
    assert sorted(times)[len(times) * 95 // 100] < 0.02
