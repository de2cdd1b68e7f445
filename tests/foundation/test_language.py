"""繁體: who is answered in traditional characters, what is turned and what stays as it came."""

from typing import Annotated

import pytest
from msgspec import Struct, json

from foundation.web import HTTPResponse, language
from foundation.words import AS_IT_CAME, Verbatim


@pytest.mark.parametrize(
    "header",
    [
        "zh-Hant", "zh-TW", "zh-HK", "zh-MO", "ZH-hant-hk", "zh-HK,zh;q=0.9,en;q=0.8", "en-US,en;q=0.9,zh-TW;q=0.5",
        "zh-TW, zh-CN", "fr, zh-Hant; q=0.3",
    ],
)  # fmt: skip
def test_they_read_traditional_characters(header: str) -> None:
    assert language.in_traditional(header)


@pytest.mark.parametrize(
    "header",
    [
        "", "zh-CN", "zh", "en", "*", "zh-Hans-HK", "zh-CN,zh-TW;q=0.5", "zh-Hant;q=0", "zh-TW;q=lots", ",", ";;,;q=",
        "zh-Hant," * 60, "q=1", "hant", "zh_TW",
    ],
)  # fmt: skip
def test_they_do_not(header: str) -> None:
    assert not language.in_traditional(header)


class Paper(Struct):
    file: Verbatim
    label: str


class Sheet(Struct):
    title: str
    note: str | None
    papers: list[Paper]
    given: Annotated[dict[str, str], AS_IT_CAME]
    first: Paper | None = None


def turned(value: object, kind: object, *, remember: bool = False) -> object:
    response = HTTPResponse(json.encode(value))
    language.turned(response, language.plan_of(kind), remember=remember)
    assert response.headers["content-language"] == "zh-Hant"
    return json.decode(response.body or b"")


@pytest.mark.parametrize("remember", [True, False])
def test_all_texts_are_turned_but_what_comes_back(remember: bool) -> None:
    paper = Paper("户口簿.pdf", "户口簿办")
    shown = turned([Sheet("办理", None, [paper], {"姓名": "张"}, paper)], list[Sheet], remember=remember)
    kept = {"file": "户口簿.pdf", "label": "户口簿办".replace("办", "辦")}
    assert shown == [{"title": "辦理", "note": None, "papers": [kept], "given": {"姓名": "张"}, "first": kept}]


def test_two_plans_of_one_body_are_told_apart() -> None:
    assert turned(Paper("门", "门"), Paper, remember=True) == {"file": "门", "label": "門"}
    assert turned(Paper("门", "门"), None, remember=True) == {"file": "門", "label": "門"}


def test_long_texts_are_turned_as_well() -> None:
    assert language.text("门" * 1000) == "門" * 1000


def test_what_a_reader_chose_is_known_again() -> None:
    assert language.as_known("等太久", ["等太久"]) == "等太久"
    assert language.as_known("態度好", ["等太久", "态度好"]) == "态度好"
    assert language.as_known("別的", ["态度好"]) == "別的"


def test_words_of_offices_are_not_taken_for_others() -> None:
    """OpenCC alone makes hair of the first and an illness of the second."""
    assert language.text("换发证件，并发消息，到发卡银行，签注") == "換發證件，並發消息，到發卡銀行，簽注"
    assert language.text("理发店，并发症，公司注册") == "理髮店，併發症，公司註冊"
