"""A place that is named says both: where to go, and whose rules are heard there."""

import pytest

from assistant import dialogue
from assistant.answering import Answer
from assistant.around import Around
from assistant.corpus import CONDITIONS, FEES, PLACES
from assistant.hall_names import HallNames, NamedHall
from assistant.navigation import Live, LiveKind
from assistant.remembering import Memory
from tests.builders import knowledge_bases as build

CENTRE = NamedHall(
    code="9901", name="示例市政务服务中心", short_name="市中心大厅", level="city", path="9901/", region="示例市",
    aliases=("市民中心",),
)  # fmt: skip
FUND = NamedHall(
    code="9901-94", name="示例市住房公积金服务大厅", short_name="公积金大厅", level="city", path="9901/94/",
    aliases=("公积金中心",),
)  # fmt: skip
EAST = NamedHall(
    code="9901-01",
    name="东岸区政务服务中心",
    short_name="东岸区大厅",
    level="district",
    path="9901/01/",
    region="东岸区",
)
WEST = NamedHall(
    code="9901-02",
    name="西岭区政务服务中心",
    short_name="西岭区大厅",
    level="district",
    path="9901/02/",
    region="西岭区",
)
AROUND = Around(halls=HallNames([CENTRE, FUND, EAST, WEST]))


def talk(*said: str, at: str = "") -> tuple[Answer, Memory]:
    """The last answer, and the memory after it."""
    memory, answer = Memory(), None
    for one in said:
        answer, memory = dialogue.reply(build.shipped(), one, memory, AROUND, at=at)
    assert answer
    return answer, memory


def told(answer: Answer) -> list[tuple[str, str]]:
    """What the passages say, and whose they are."""
    return [(one.source.section_kind, one.source.base) for one in answer.passages]


@pytest.mark.parametrize(
    ("said", "place", "base"),
    [
        ("西岭区狗证收费吗", "西岭区", "xiling"),
        ("我在西岭，狗证收费吗", "西岭区", "xiling"),
        ("西岭区大厅几点下班", "西岭区政务服务中心", "xiling"),
        ("东岸区狗证收费吗", "东岸区", "city"),
        ("市民中心怎么走", "示例市政务服务中心", "city"),
        ("公积金中心几点上班", "示例市住房公积金服务大厅", "housing-fund"),
        ("高新区重刻公章要钱吗", "", "gaoxin"),
        ("我不在西岭区，狗证收费吗", "", "city"),
        ("我不在东岸区，狗证收费吗", "", "city"),
        ("西岭区和东岸区狗证收费吗", "", "city"),
        ("市里的规定，狗证收费吗", "", "city"),
    ],
)
def test_where_to_go_and_whose_rules(said: str, place: str, base: str) -> None:
    _, memory = talk(said)
    assert (memory.place, memory.base) == (place, base)


def test_asking_for_the_citys_rules_is_no_way_to_another_hall() -> None:
    about_rules, _ = talk("西岭区高龄津贴什么条件", "市里的规定呢")
    assert told(about_rules) == [(CONDITIONS, "全市")]
    hours, memory = talk("西岭区高龄津贴什么条件", "市里的规定呢", "几点上班")
    assert told(hours) == [(PLACES, "全市")]
    assert (hours.live[0].kind, hours.live[0].place, memory.ours) == (LiveKind.HALLS, "西岭区", "xiling")
    ours, _ = talk("西岭区高龄津贴什么条件", "市里的规定呢", "几点上班", "区里的呢")
    assert told(ours) == [(PLACES, "西岭区")]
    assert ours.live[0] == Live(LiveKind.HALLS, "elderly-allowance", "西岭区", ("9901-02",))


def test_a_district_without_a_hall_says_where_it_is_done() -> None:
    where, memory = talk("西岭区注册公司", "去高新区办")
    assert told(where) == [(PLACES, "高新区")]
    assert where.live[0] == Live(LiveKind.HALLS, "company-register", "", ("9901-01",))
    assert memory.place == ""
    hours, _ = talk("西岭区注册公司", "去高新区办", "几点上班")
    assert told(hours) == [(PLACES, "高新区")]
    fees, _ = talk("西岭区注册公司", "去高新区办", "几点上班", "多少钱")
    assert told(fees) == [(FEES, "全市")]


def test_without_an_item_a_district_leads_to_the_halls() -> None:
    for said in (("去高新区办",), ("去高新区办", "几点上班")):
        assert talk(*said)[0].live == (Live(LiveKind.HALLS),)


def test_the_hall_of_a_department_is_asked_about_or_its_matter_is() -> None:
    hall, _ = talk("公积金中心几点上班")
    assert (hall.passages, hall.live) == ((), (Live(LiveKind.HALLS, place="示例市住房公积金服务大厅"),))
    matter, _ = talk("公积金中心提取要什么材料")
    assert matter.choices
    assert all(one.item_code.startswith("fund-") for one in matter.choices)


def test_rules_of_the_platform_are_no_bases() -> None:
    answer, memory = talk("西岭区怎么取消预约")
    assert {(one.source.item_code, one.source.base) for one in answer.passages} == {("", "")}
    assert "规定" not in answer.note
    assert memory.base == "xiling"


def test_an_emergency_and_what_has_no_guide_leave_the_place() -> None:
    _, after = talk("西岭区狗证收费吗", "我不想活了")
    assert (after.items, after.place, after.base, after.ours) == (("dog-licence",), "西岭区", "xiling", "xiling")
    assert talk("西岭区狗证收费吗", "我不想活了", "多少钱")[0].passages[0].source.base == "西岭区"
