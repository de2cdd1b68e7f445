"""What was lost: a paper by its name, not what held it, and no loss where somebody hears or sees badly."""

import pytest

from assistant import choosing, question
from assistant.snapshot import Snapshot
from tests.builders.assistant import guide


@pytest.mark.parametrize(
    ("said", "lost"),
    [
        ("我的学生证丢了", "学生证"),
        ("护照找不到", "护照"),
        ("孩子耳朵听不见", ""),
        ("老人眼睛看不见了", ""),
        ("钱包叫人偷了 身份证在里头", ""),
        ("双肩包丢了", ""),
        ("书包不见了", ""),
        ("本儿丢了", ""),
    ],
)
def test_what_was_lost(said: str, lost: str) -> None:
    assert question.lost(said) == lost


def test_what_was_lost_may_be_called_by_a_synonym() -> None:
    synonyms = {"二代证": "居民身份证", "照妖镜": "居民身份证"}
    city = Snapshot([guide("居民身份证丢失补领"), guide("出生证补发")], synonyms=synonyms)
    for said in ("二代证丢了", "照妖镜丢了怎么补", "护身符丢了"):
        (one,) = question.read(said, is_name=city.is_name)
        found = [result.document.name for result in choosing.search(city, one)]
        assert found == ([] if said == "护身符丢了" else ["居民身份证丢失补领"]), said


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("律师证丢了", ["律师执业证书补证"]),
        ("残疾证丢了补", ["残疾人证补办"]),
        ("学生证丢了", []),
    ],
)
def test_a_paper_may_be_called_by_less_than_its_name(said: str, found: list[str]) -> None:
    city = Snapshot([guide(name) for name in ("律师执业证书补证", "残疾人证补办", "出生证补发")])
    (one,) = question.read(said, is_name=city.is_name)
    assert [result.document.name for result in choosing.search(city, one)] == found
