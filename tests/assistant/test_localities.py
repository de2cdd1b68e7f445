"""Who asks from where, and whose rules they hear: the district's before the city's, and never another district's."""

import pytest

from assistant import dialogue, local_intake, threshold_effect
from assistant.answering import Answer
from assistant.confidence import Bands
from assistant.corpus import FEES, PERIODS, PLACES
from assistant.local_intake import BaseFile
from assistant.local_reading import Layers
from assistant.local_sheet import LocalFaq, LocalSection, LocalSheet
from assistant.remembering import Memory
from assistant.snapshot import Snapshot
from tests.builders import knowledge_bases as build

DOG, ALLOWANCE = "狗证收费吗", "高龄津贴什么条件"


def talk(*said: str, at: str = "", city: Snapshot | None = None) -> list[Answer]:
    memory, answers = Memory(), []
    for one in said:
        answer, memory = dialogue.reply(city or build.shipped(), one, memory, at=at)
        answers.append(answer)
    return answers


def whose(*said: str, at: str = "", city: Snapshot | None = None) -> list[str]:
    """The bases from which the last answer came."""
    return list(dict.fromkeys(one.source.base for one in talk(*said, at=at, city=city)[-1].passages))


@pytest.mark.parametrize(
    ("said", "at", "base"),
    [
        (DOG, "", "全市"),
        (DOG, "9901-02", "西岭区"),
        (DOG, "9901-02-01-01", "西岭区"),
        (DOG, "9901-01", "全市"),
        (DOG, "nowhere", "全市"),
        (DOG, "xiling", "西岭区"),
        ("西岭区" + DOG, "", "西岭区"),
        ("我在西岭，" + DOG, "", "西岭区"),
        ("松岩镇" + DOG, "", "西岭区"),
        ("西嶺區狗證收費嗎", "", "西岭区"),
        ("东岸区" + DOG, "9901-02", "全市"),
        ("云溪镇" + DOG, "9901-02", "全市"),
        ("高新区" + DOG, "9901-02", "全市"),
        ("我不在西岭区，" + DOG, "9901-02", "全市"),
        ("西岭区和东岸区" + DOG, "9901-02", "全市"),
        ("本市统一的狗证收费标准", "9901-02", "全市"),
        ("全市的规定，" + DOG, "9901-02", "全市"),
        ("我们区的狗证收费吗", "9901-02", "西岭区"),
        ("我们区的狗证收费吗", "9901-01", "全市"),
        ("高新区重刻公章要钱吗", "", "高新区"),
        ("重刻公章要钱吗", "9901-02", "全市"),
    ],
)
def test_answers_from_the_nearest_base_and_from_no_other(said: str, at: str, base: str) -> None:
    assert whose(said, at=at)[0] == base


@pytest.mark.parametrize("other", ["9901-02", "xiling", "gaoxin", "housing-fund"])
@pytest.mark.parametrize("slug", ["elderly-allowance", "dog-licence", "seal-filing", "fund-rent"])
def test_a_base_knows_nothing_of_its_neighbours(slug: str, other: str) -> None:
    city = build.shipped()
    code = city.localities.base_at(other)
    view = city.localities.view(code)
    assert view
    guide = view.guide(slug)
    assert guide
    assert {section.local.base for section in guide.sections if section.local} <= {city.localities.named(code)}


def test_both_can_be_asked_for_and_the_place_stays_until_another_is_named() -> None:
    def after(*said: str) -> str:
        return whose(*said)[0]

    first = "西岭区高龄津贴什么条件"
    assert after(first) == after(first, "市里的规定呢", "区里的呢") == "西岭区"
    assert after(first, "市里的规定呢") == after(first, "那东岸区呢") == after(first, "本市统一的呢") == "全市"
    assert after(first, DOG) == "西岭区"
    assert after(first, "那市里呢", DOG) == "全市"


def test_says_that_the_place_differs_and_how_to_hear_the_city() -> None:
    answer = talk("西岭区高龄津贴什么条件")[-1]
    assert "75 周岁" in answer.text
    assert "西岭区有与全市不同的规定" in answer.note
    assert "市里的规定呢" in answer.note
    assert answer.passages[0].source.version == "1"
    assert answer.passages[0].source.effective_date == build.SINCE


def test_says_so_where_nothing_differs() -> None:
    assert "东岸区没有另外的规定" in talk("东岸区" + DOG)[-1].note
    assert "没有另外的规定" not in talk("我不在西岭区，" + DOG)[-1].note
    about_time = talk("西岭区高龄津贴多久办好")[-1]
    assert "与全市不同的是受理条件、办理地点和时间" in about_time.note
    assert not talk(DOG)[-1].note


def test_what_is_not_asked_in_particular_begins_with_what_differs() -> None:
    sources = [one.source for one in talk("西岭区高龄津贴")[-1].passages]
    assert [one.base for one in sources][:2] == ["西岭区", "西岭区"]
    assert {one.section_kind for one in sources if one.base == "西岭区"} == {"conditions", PLACES}


def test_questions_and_words_of_a_place_are_known_there_only() -> None:
    assert whose("75岁有补贴吗", at="9901-02") == ["西岭区"]
    assert not whose("75岁有补贴吗")
    there = talk("敬老金怎么领", at="9901-02")[-1]
    assert {one.source.item_code for one in there.passages} == {"elderly-allowance"}
    assert not talk("敬老金怎么领")[-1].passages


def test_a_department_holds_for_its_matter_and_is_then_forgotten() -> None:
    first = "公积金中心租房提取几点以前申请当天到账"
    assert whose(first)[0] == "市公积金管理中心"
    assert whose(first, "办理时限呢")[0] == "市公积金管理中心"
    assert whose(first, DOG, at="9901-02")[0] == "西岭区"


def test_a_place_in_the_name_of_a_guide_is_no_place() -> None:
    base = BaseFile("zone", "居住证区", "district", names=["居住证"])
    city = build.of(base)
    answer = talk("居住证要什么材料", city=city)[-1]
    assert {one.source.item_code for one in answer.passages} == {"residence-permit"}


def test_a_town_below_a_district_inherits_and_overrides() -> None:
    fee = LocalSheet(sections=[LocalSection(FEES, "镇里另收工本费。")])
    time = LocalSheet(sections=[LocalSection(FEES, "区里不收。"), LocalSection(PERIODS, "区里当场办结。")])
    district = BaseFile("xiling", "西岭区", "district", hall="9901-02", guides={"dog-licence": time})
    town = BaseFile("songyan", "松岩镇", "district", "xiling", "9901-02-02", guides={"dog-licence": fee})
    city = build.of(district, town)
    assert talk("松岩镇狗证收费吗", city=city)[-1].passages[0].text == "镇里另收工本费。"
    assert talk("狗证办理时限", at="9901-02-02-01", city=city)[-1].passages[0].text == "区里当场办结。"
    assert talk("狗证收费吗", at="9901-02-01", city=city)[-1].passages[0].text == "区里不收。"


def test_thirty_bases_share_the_index_of_the_city() -> None:
    sheet = LocalSheet(sections=[LocalSection(FEES, "不收费。")], faqs=[LocalFaq("本地收钱吗", "不收。")])
    bases = [BaseFile(f"zone-{n}", f"第{n}示范区", "district", guides={"dog-licence": sheet}) for n in range(30)]
    city = build.of(*bases)
    views = [city.localities.view(base.code) for base in bases]
    own = [view.index.layers[2] for view in views if view]
    assert all(view and view.index.layers[:2] == city.index.layers[:2] for view in views)
    assert all(layer.nbytes < 0.02 * city.base.layer.nbytes for layer in own)


def test_only_what_changed_is_laid_out_again() -> None:
    kept: Layers = {}
    bases = local_intake.read()
    before = build.of(*bases, kept=kept)
    words = BaseFile(
        "xiling", "西岭区", "district", hall="9901-02", guides=bases[0].guides, words={"老龄钱": "高龄津贴"}
    )
    after = build.of(words, *bases[1:], kept=kept)

    def layer(city: Snapshot, code: str) -> object:
        view = city.localities.view(code)
        return view.index.layers[2] if view else None

    assert layer(before, "gaoxin") is layer(after, "gaoxin")
    assert layer(before, "xiling") is not layer(after, "xiling")


def test_bands_hold_in_their_base_and_below() -> None:
    bases = local_intake.read()
    city = build.of(*bases, bands={"city": Bands(0.5, 0.3), "xiling": Bands(0.94, 0.93)})
    bands = {one.code: city.localities.view(one.code) for one in city.localities.below}
    assert {code: view.bands.answer_from for code, view in bands.items() if view} == {
        "xiling": 0.94, "gaoxin": 0.5, "housing-fund": 0.5,
    }  # fmt: skip
    assert not whose("西岭区养狗登记", city=city)
    assert whose("养狗登记", city=city) == ["全市"]


def test_trying_other_bands_changes_nothing_that_is_in_use() -> None:
    city = build.of(*local_intake.read())
    tried = threshold_effect.judged_by(city, "xiling", Bands(0.94, 0.93))
    view, other = city.localities.view("xiling"), tried.localities.view("xiling")
    assert view
    assert other
    assert (view.bands, other.bands.answer_from) == (city.bands, 0.94)
    assert view.index is other.index
