"""Text becomes comparable: widths, scripts, words, sounds, initials."""

import pytest

from assistant import analysis, pinyin
from assistant.initials import Initials
from assistant.segmenting import Segmenter


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("護照辦理", "护照办理"), ("ＡＢＣ１２３", "abc123"), ("  公积金\u3000提取 ", "公积金 提取"), ("⼾口", "户口")],
)
def test_one_spelling_for_all(typed: str, meant: str) -> None:
    assert analysis.canon(typed) == meant


def test_every_character_keeps_its_place() -> None:
    text = "於後臺辦理護照與戶籍"
    assert len(analysis.canon(text)) == len(text)


def test_a_name_of_the_catalogue_is_one_word_and_its_parts() -> None:
    words = Segmenter(["往来港澳通行证"]).words("办理往来港澳通行证")
    assert {"往来港澳通行证", "通行证"} <= set(words)
    assert "往来港澳通行证" not in Segmenter().words("办理往来港澳通行证")


def test_letters_are_read_in_all_shortest_ways() -> None:
    gan_gao, gang_ao = pinyin.sound("感搞"), pinyin.sound("港澳")
    assert set(pinyin.spoken("gangao")) == {gan_gao, gang_ao}


@pytest.mark.parametrize(
    ("one", "other"), [("zhang", "zan"), ("chen", "ceng"), ("shi", "si"), ("xing", "xin"), ("lv", "lu")]
)
def test_sounds_people_mix_up_are_one(one: str, other: str) -> None:
    assert pinyin.fold(one) == pinyin.fold(other)


def test_names_are_read_in_context() -> None:
    assert pinyin.sound_in_context("银行") == pinyin.spoken("yinhang")[0]


@pytest.mark.parametrize("run", ["sfz", "x" * 300, "wbtqk"])
def test_what_cannot_be_read_is_not(run: str) -> None:
    assert pinyin.spoken(run) == ()


def test_a_hostile_run_of_letters_has_few_readings() -> None:
    assert 1 <= len(pinyin.spoken("xian" * 60)) <= 8


def test_initials_stand_for_the_words_most_names_have() -> None:
    initials = Initials.of(["居民身份证换领", "居民身份证补领", "个人公积金提取"], Segmenter())
    assert initials.written_out("sfz丢了") == "身份证丢了"
    assert initials.written_out("gjj") == "公积金"
    assert initials.written_out("abc") == "abc"
