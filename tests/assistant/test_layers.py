"""Layers: written, mapped, laid over one another, and searched as one."""

from pathlib import Path

import pytest

from assistant import base
from assistant.base import Base
from assistant.layer import FORMAT
from assistant.snapshot import Snapshot
from assistant.strings import Strings
from tests.builders.assistant import guide, snapshot


@pytest.fixture(scope="module")
def city() -> Snapshot:
    return snapshot()


@pytest.mark.parametrize("asked", ["公鸡金提取", "sfz", "往來臺灣通行證", "gongjijin提取", "身份证丢了"])
def test_a_mapped_index_finds_the_same(city: Snapshot, tmp_path: Path, asked: str) -> None:
    city.base.write(tmp_path / "1")
    mapped = Snapshot.over(Base.read(tmp_path / "1"), version="1")
    there, here = Snapshot.over(city.base, version="1").search(asked), mapped.search(asked)
    assert [(one.document, one.rank, one.confidence) for one in here] == [
        (one.document, one.rank, one.confidence) for one in there
    ]


def test_what_is_laid_over_replaces_adds_and_hides(city: Snapshot) -> None:
    changed = [guide("婚姻登记", "领红本", code="marriage"), guide("遗体捐献登记", code="donation")]
    over = Snapshot.over(city.base, changed=changed, withdrawn=["fund"], version="2")
    assert over.search("领红本")[0].document.name == "婚姻登记"
    assert over.search("遗体捐献")[0].document.item_code == "donation"
    assert "fund" not in [found.document.item_code for found in over.search("公积金提取")]
    assert over.guide("fund") is None
    assert over.called("结婚登记") is None
    assert [one.text for one in over.suggester.suggest("公积金")] == []
    assert [one.text for one in over.suggester.suggest("遗体")] == ["遗体捐献登记"]
    assert city.search("公积金提取")[0].document.item_code == "fund"


def test_a_guide_laid_over_weighs_as_if_it_had_been_there(city: Snapshot) -> None:
    over = Snapshot.over(city.base, changed=[guide("护照加注", code="endorse")])
    asked = over.search("护照加注")[0]
    assert asked.document.item_code == "endorse"
    assert sum(match.contribution for match in asked.why()) == pytest.approx(
        over.index.search("护照加注").scores[0], rel=1e-3
    )


def test_the_newest_readable_base_is_taken_and_older_ones_go(city: Snapshot, tmp_path: Path) -> None:
    for edition in ("7", "8", "9"):
        base.keep(Base.of(city.documents, {}, edition=edition), tmp_path)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["8", "9"]
    (tmp_path / "9" / "layer.json").write_text(f'{{"format": {FORMAT + 1}}}', encoding="utf-8")
    found = base.newest(tmp_path)
    assert found is not None
    assert found.edition == "8"
    assert base.newest(tmp_path, since="9") is None
    assert base.newest(tmp_path / "nowhere") is base.newest(None) is None


def test_strings_are_found_where_they_lie(tmp_path: Path) -> None:
    Strings.of(["护照", "", "办护照", "照"]).write(tmp_path / "names.txt")
    texts = Strings.read(tmp_path / "names.txt")
    assert list(texts) == ["护照", "", "办护照", "照"]
    assert list(texts.holding("照")) == [0, 2, 3]
    assert list(texts.holding("照", from_start=True)) == [3]
    assert (texts.place_of("办护照"), texts.place_of("办护"), texts.place_of("")) == (2, None, 1)


@pytest.mark.parametrize(
    ("asked", "item"),
    [
        ("医保卡", "social-card"),
        ("身份证搞丢了咋整", "id-replace"),
        ("护照快到期了", "passport-renew"),
        ("小两口领证", "marriage"),
        ("港澳行证", "hkmo"),
        ("个体户不干了", "shop-close"),
    ],
)
def test_everyday_words_widen_the_question(city: Snapshot, asked: str, item: str) -> None:
    assert city.search(asked)[0].document.item_code == item


def test_a_pasted_page_costs_no_more_than_a_question(city: Snapshot) -> None:
    page = "公积金提取" + "在市民中心办理各种事项的说明" * 400
    assert city.search(page)[0].document.item_code == "fund"
    assert len(city.search(page)[0]._found.terms) < 400


def test_common_terms_only_decide_between_those_that_lead(city: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    exact = [one.document.item_code for one in city.search("住房公积金提取")]
    monkeypatch.setattr("assistant.postings.MOST_ADDED", 5)
    assert city.search("住房公积金提取")[0].document.item_code == exact[0] == "fund"
