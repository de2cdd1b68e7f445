import msgspec
import pytest

from catalogue import scenario_editing, scenarios
from catalogue.faults import FormatFaults
from catalogue.models import Scenario
from catalogue.scenario_editing import Way
from tests.builders import catalogue as build

pytestmark = pytest.mark.usefixtures("db", "redis_db")

TEXT = """\
code: lost
name: 证件丢了
summary: 补证
audience: 自然人
life_event: moving
questions:
  - code: urgent
    ask: 急吗？
    options:
      - { code: "yes", label: 急 }
      - { code: "no", label: 不急 }
  - code: child
    ask: 未满十六岁吗？
    options:
      - { code: "yes", label: 是 }
      - { code: "no", label: 不是 }
outcomes:
  - { item: id-card, when: { urgent: ["yes"] }, materials: [原居民身份证], variant: 到期换领 }
  - { item: id-card, when: { urgent: ["no"], child: ["yes"] } }
  - { item: id-card, when: { urgent: ["no"], child: ["no"] }, tip: 慢慢来 }
"""


@pytest.fixture
async def city() -> None:
    await build.small_city()


def changed(*pairs: tuple[str, str]) -> str:
    text = TEXT
    for old, new in pairs:
        assert text.count(old) == 1
        text = text.replace(old, new)
    return text


async def faults(text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(FormatFaults) as refused:
        await scenario_editing.read(text)
    return [(one.line, one.field, one.message) for one in refused.value.faults]


def ends(one: Way) -> list[str]:
    if one.question:
        return [end for _, further in one.options for end in ends(further)]
    return ["、".join(outcome.tip or outcome.variant or "" for outcome in one.to_do)]


async def test_every_way_is_shown_and_no_question_that_no_longer_matters(city: None) -> None:
    way = scenario_editing.ways(await scenario_editing.read(TEXT))
    assert ends(way) == ["到期换领", "", "慢慢来"]  # who is in a hurry is not asked for the age


async def test_an_answer_leads_past_questions_or_to_the_end(city: None) -> None:
    text = changed(
        ("label: 急 }", "label: 急, next: child }"), ("label: 不急 }", "label: 不急, next: end }"),
        ('when: { urgent: ["no"], child: ["yes"] }', 'when: { urgent: ["no"] }, tip: 等着'),
        ('when: { urgent: ["no"], child: ["no"] }', 'when: { child: ["no"] }'),
    )  # fmt: skip
    way = scenario_editing.ways(await scenario_editing.read(text))
    assert ends(way) == ["到期换领", "到期换领、慢慢来", "等着"]


async def test_its_text_comes_back_as_it_is_meant(city: None) -> None:
    row = await scenario_editing.read(TEXT)
    text = scenario_editing.text_of(msgspec.to_builtins(row))
    assert await scenario_editing.read(text) == row
    assert "null" not in text
    assert "[]" not in text


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "said"),
    [
        ('{ urgent: ["yes"] }, materials', '{ urgent: ["yes"] }, item2: x, materials', 18, "", "没有这个字段"),
        ('child: ["yes"]', 'child: ["yes", "no"]', 0, "", ""),
        ('{ urgent: ["no"], child: ["no"] }', '{ urgent: ["no"], child: [] }', 20, "outcomes[2].when", "永远走不到"),
        (', child: ["yes"]', "", 0, "", ""),
        ("materials: [原居民身份证]", "materials: [旧证]", 18, "outcomes[0].materials[0]", "没有材料“旧证”"),
        ("variant: 到期换领", "variant: 首次", 18, "outcomes[0].variant", "没有情形“首次”"),
        ("life_event: moving", "life_event: birth", 5, "life_event", "没有编码为“birth”的人生事件"),
        ("tip: 慢慢来", "tip: [1]", 20, "outcomes[2].tip", "应为文字"),
        ('["yes"] }, materials', '["maybe"] }, materials', 18, "", "没有编码为“maybe”的选项"),
        ("label: 急 }", "label: 急, next: where }", 10, "questions[0].options[0].next", "没有编码为“where”的问题"),
        ("label: 急 }", "label: 急, next: urgent }", 10, "questions[0].options[0].next", "一直绕圈"),
        ("label: 是 }", "label: 是, next: urgent }", 15, "questions[1].options[0].next", "又回到已经问过的“急吗？”"),
        ("label: 不急 }", "label: 不急, next: end }", 13, "questions[1].ask", "没有任何回答通向它"),
        ("label: 不急 }", "label: 不急, next: end }", 11, "questions[0].options[1].label", "选择“不急”时没有任何事项"),
        ("label: 不急 }", "label: 不急, next: end }", 19, "outcomes[1].when", "没有一条走法会走到"),
        ("code: child", "code: end", 12, "questions[1].code", "不能作问题的编码"),
        ("code: child", "code: urgent", 12, "questions[1].code", "重复"),
        ("tip: 慢慢来", "extra: [原居民身份证]", 20, "outcomes[2].extra[0]", "不必另加"),
        ("variant: 到期换领", "notes: { 居民户口簿: 原件 }", 18, "outcomes[0].notes.居民户口簿", "这里不要材料"),
        ("tip: 慢慢来", "notes: { 照片: 白底 }", 20, "outcomes[2].notes", "没有材料“照片”"),
    ],
)  # fmt: skip
async def test_a_fault_is_told_at_its_place(city: None, old: str, new: str, line: int, field: str, said: str) -> None:
    text = changed((old, new))
    if not line:  # allowed: an outcome more often than needed does no harm
        assert await scenario_editing.read(text)
        return
    found = await faults(text)
    assert any(at == line and field in where and said in message for at, where, message in found), found


async def test_a_question_that_decides_nothing_and_a_dead_end(city: None) -> None:
    unasked = TEXT.replace(', child: ["yes"]', "").replace(', child: ["no"]', "")
    assert any("不会问到" in said for *_, said in await faults(unasked))
    dead = TEXT.replace('  - { item: id-card, when: { urgent: ["no"], child: ["yes"] } }\n', "")
    assert any("没有任何事项" in said for *_, said in await faults(dead))


async def test_more_ways_than_anybody_can_read_are_refused(city: None) -> None:
    options = "".join(f'      - {{ code: "o{number}", label: 选{number} }}\n' for number in range(30))
    text = changed(
        ('      - { code: "yes", label: 急 }\n      - { code: "no", label: 不急 }\n', options),
        ('      - { code: "yes", label: 是 }\n      - { code: "no", label: 不是 }\n', options),
        ('urgent: ["yes"]', 'urgent: ["o1"], child: ["o2"]'),
        ('urgent: ["no"], child: ["yes"]', 'child: ["o1"]'),
        (', when: { urgent: ["no"], child: ["no"] }', ""),
    )
    assert any("走法超过" in said for *_, said in await faults(text))


async def test_an_item_that_is_gone(city: None) -> None:
    gone = changed(
        ('item: id-card, when: { urgent: ["no"], child: ["no"]', 'item: gone, when: { urgent: ["no"], child: ["no"]')
    )
    assert (20, "outcomes[2].item", "没有现行的事项“gone”，请核对短名") in await faults(gone)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [", "写法有误"),
        ("- a", "请写成"),
        ("a: &x 1\nb: *x", "不支持"),
        ("a: { b: 1, b: 2 }", "字段重复"),
        ("", "文件是空的"),
    ],
)
def test_a_text_of_which_something_would_be_lost_is_refused(text: str, said: str) -> None:
    with pytest.raises(FormatFaults) as refused:
        scenario_editing.tree_of(text)
    assert any(said in one.message for one in refused.value.faults)


async def test_materials_are_dropped_added_and_noted(city: None) -> None:
    text = changed(
        ("variant: 到期换领", "extra: [报失证明], notes: { 原居民身份证: 已注销的也要, 报失证明: 派出所开 }")
    )
    row = await scenario_editing.read(text)
    await Scenario.filter(code="lost").update(tree=msgspec.to_builtins(row))
    step = await scenarios.step("lost", {"urgent": "yes"})
    told = [(one["name"], one["note"]) for one in step.to_do[0].materials]
    assert [name for name, _ in told] == ["原居民身份证", "报失证明"]
    assert told[0][1].endswith("已注销的也要")
    assert told[1][1] == "派出所开"


async def test_answers_that_are_not_on_the_way_do_not_count(city: None) -> None:
    text = changed(
        ("label: 急 }", "label: 急, next: end }"),
        ('when: { urgent: ["no"], child: ["no"] }', 'when: { child: ["no"] }'),
    )
    row = await scenario_editing.read(text)
    await Scenario.filter(code="lost").update(tree=msgspec.to_builtins(row))
    step = await scenarios.step("lost", {"urgent": "yes", "child": "no"})  # they went back and chose again
    assert [one.tip for one in step.to_do] == [""]
