"""Finding guides: by word, by character, by ear; and why."""

import numpy
import pytest

from assistant import choosing, postings, question
from assistant.snapshot import Snapshot
from assistant.strings import Strings
from tests.builders.assistant import guide, snapshot


@pytest.fixture(scope="module")
def city() -> Snapshot:
    return snapshot()


@pytest.mark.parametrize(
    ("typed", "item"),
    [
        ("公鸡金提取", "fund"),
        ("gongjijin提取", "fund"),
        ("gjj提取", "fund"),
        ("zhufanggongjijin", "fund"),
        ("gangaotongxingzheng", "hkmo"),
        ("taiwantongxingzheng", "taiwan"),
        ("暂住证", "residence"),
        ("ＪＵＺＨＵＺＨＥＮＧ", "residence"),
        ("往來臺灣通行證", "taiwan"),
        ("医保卡", "social-card"),
        ("结昏登记", "marriage"),
        ("记登婚结", "marriage"),
        ("房本过户", "property"),
        ("往来港澳passport", "hkmo"),
        ("tongxingzheng taiwan", "taiwan"),
    ],
)
def test_finds_what_is_meant(city: Snapshot, typed: str, item: str) -> None:
    assert city.search(typed)[0].document.item_code == item


@pytest.mark.parametrize("typed", ["shenfenzheng", "sfz", "身份證", "身分证"])
def test_finds_the_family(city: Snapshot, typed: str) -> None:
    assert {result.document.item_code for result in city.search(typed)[:3]} == {"id-first", "id-replace", "id-renew"}


@pytest.mark.parametrize("typed", ["", "   ", "😀", "。。。", "🏳️‍🌈!?", "ཨོཾ"])
def test_nothing_finds_nothing(city: Snapshot, typed: str) -> None:
    assert city.search(typed) == []


def test_an_empty_knowledge_base_finds_nothing() -> None:
    assert Snapshot([]).search("身份证") == []
    assert Snapshot([]).suggester.suggest("身") == []


def test_a_guide_without_text_can_be_found() -> None:
    assert Snapshot([guide("身份证"), guide("护照")]).search("护照")[0].document.name == "护照"


def test_says_why(city: Snapshot) -> None:
    why = city.search("公积金提取")[0].why()
    assert {"公积金", "提取"} <= {match.text for match in why if match.channel == "w"}
    assert [match.contribution for match in why] == sorted((match.contribution for match in why), reverse=True)


def test_contributions_are_the_whole_score(city: Snapshot) -> None:
    found = city.index.search("公积金提取")
    explained = sum(match.contribution for match in city.index.explain(found.documents[0], found.terms))
    assert explained == pytest.approx(found.scores[0], rel=1e-5)


def test_confidence_is_a_share(city: Snapshot) -> None:
    exact, typo, foreign = (
        city.search(text)[0].confidence for text in ("住房公积金提取", "住房公鸡金题取", "公园门票")
    )
    assert 1 >= exact > typo > foreign >= 0


def test_the_same_question_finds_the_same(city: Snapshot) -> None:
    def asked() -> list[tuple[str, float]]:
        return [(result.document.item_code, result.rank) for result in city.search("身份证")]

    assert all(asked() == asked() for _ in range(5))


def test_a_newer_snapshot_changes_nothing_in_an_older_one() -> None:
    old = snapshot()
    before = [result.rank for result in old.search("星际旅行许可证")]
    Snapshot([guide("星际旅行许可证核发")])
    assert [result.rank for result in old.search("星际旅行许可证")] == before


@pytest.mark.parametrize(
    ("typed", "item"),
    [("440305号", "coded"), ("办ETC", "etc"), ("etc卡", "etc"), ("ＥＴＣ", "etc"), ("A2驾照", "a2"), ("12328", "line")],
)
def test_finds_codes_and_english(typed: str, item: str) -> None:
    city = Snapshot(
        [
            guide("高速公路ETC办理", code="etc"),
            guide("增驾A2准驾车型", "A2驾驶证", code="a2"),
            guide("交通运输服务监督热线12328", code="line"),
            guide("实施编码440305号事项", code="coded"),
            guide("居民身份证换领", code="other"),
        ]
    )
    assert city.search(typed)[0].document.item_code == item


@pytest.mark.parametrize(
    ("asked", "item"), [("我不想注销个体户,只想变更", "shop-change"), ("不是要变更,是个体户注销", "shop-close")]
)
def test_what_is_not_wanted_is_not_found(city: Snapshot, asked: str, item: str) -> None:
    (one,) = question.read(asked, is_name=city.is_name)
    assert choosing.search(city, one)[0].document.item_code == item


@pytest.mark.parametrize("total", [0, 1, 20, 63, 64, 1280, 1344, 1345, 5000])
def test_the_best_are_the_highest_above_zero_and_the_first_of_equals(total: int) -> None:
    scores = numpy.array([(number * 7919) % 97 for number in range(total)], numpy.float64)
    highest = sorted(range(total), key=lambda number: (-scores[number], number))[:20]
    assert postings.best(scores, 20).tolist() == [number for number in highest if scores[number] > 0]
    assert postings.best(numpy.zeros(total), 20).tolist() == []


def test_texts_are_read_at_once_as_one_by_one() -> None:
    texts = Strings.of(["身份证", "", "护照", "a b"])
    for first in range(5):
        for end in range(5):
            assert texts.between(first, end) == tuple(texts[place] for place in range(first, end))
