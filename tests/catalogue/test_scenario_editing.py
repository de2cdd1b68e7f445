import msgspec
import pytest

from catalogue import edition, scenario_editing, scenarios, shelf
from catalogue.errors import ScenarioNotFound
from catalogue.faults import FormatFaults
from catalogue.scenario_editing import Way
from catalogue.scenario_errors import ScenarioChanged, ScenarioTaken
from foundation import audit
from foundation.actor import Actor
from tests.builders import catalogue as build
from tests.builders.catalogue import SEED

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


def changed(old: str, new: str) -> str:
    assert TEXT.count(old) == 1
    return TEXT.replace(old, new)


async def faults(text: str) -> list[tuple[int, str]]:
    with pytest.raises(FormatFaults) as refused:
        await scenario_editing.read(text)
    return [(one.line, one.message) for one in refused.value.faults]


async def test_what_is_kept_is_what_citizens_are_asked(city: None) -> None:
    before = await edition.number()
    await scenario_editing.save(text=TEXT, seen=await scenario_editing.mark_of("lost"), by=SEED)
    assert await edition.number() == before + 1
    shelf.forget()
    step = await scenarios.step("lost", {"urgent": "no"})
    assert step.question is not None
    assert step.question.ask == "未满十六岁吗？"
    assert [one.tip for one in (await scenarios.step("lost", {"urgent": "no", "child": "no"})).to_do] == ["慢慢来"]
    assert [one.action for one in await audit.latest(["scenario:lost"])] == ["scenario.saved"]


async def test_every_way_is_shown_and_no_question_that_no_longer_matters(city: None) -> None:
    way = scenario_editing.ways(await scenario_editing.read(TEXT))

    def ends(one: Way) -> list[str]:
        return (
            [end for _, further in one.options for end in ends(further)]
            if one.question
            else [outcome.tip or outcome.variant or "" for outcome in one.to_do]
        )

    assert ends(way) == ["到期换领", "", "慢慢来"]  # who is in a hurry is not asked for the age


async def test_its_text_comes_back_as_it_is_meant(city: None) -> None:
    row = await scenario_editing.save(text=TEXT, seen=await scenario_editing.mark_of("lost"), by=SEED)
    again = await scenario_editing.read(await scenario_editing.text_of("lost"))
    assert msgspec.to_builtins(again) == msgspec.to_builtins(row)
    with pytest.raises(ScenarioNotFound):
        await scenario_editing.text_of("none")


async def test_what_somebody_else_wrote_meanwhile_stays(city: None) -> None:
    seen = await scenario_editing.mark_of("lost")
    await scenario_editing.save(text=TEXT, seen=seen, by=SEED)
    await scenario_editing.save(text=TEXT, seen=seen, by=SEED)  # pressed twice
    other = TEXT.replace("慢慢来", "不急")
    with pytest.raises(ScenarioChanged):
        await scenario_editing.save(text=other, seen=seen, by=SEED)
    with pytest.raises(ScenarioTaken):
        await scenario_editing.save(text=other, by=SEED)
    await scenario_editing.remove(code="lost", by=SEED, reason="不再需要")
    with pytest.raises(ScenarioChanged):
        await scenario_editing.save(text=other, seen=seen, by=SEED)


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ('{ urgent: ["yes"] }, materials', '{ urgent: ["yes"] }, item2: x, materials', 18, "没有这个字段"),
        ('child: ["yes"]', 'child: ["yes", "no"]', 0, ""),
        ('when: { urgent: ["no"], child: ["no"] }', 'when: { urgent: ["no"], child: [] }', 20, "永远走不到"),
        (', child: ["yes"]', "", 0, ""),
        ("materials: [原居民身份证]", "materials: [旧证]", 18, "没有材料“旧证”"),
        ("variant: 到期换领", "variant: 首次", 18, "没有情形“首次”"),
        ("life_event: moving", "life_event: birth", 5, "没有编码为“birth”的人生事件"),
        ("tip: 慢慢来", "tip: [1]", 20, "应为文字"),
        ('["yes"] }, materials', '["maybe"] }, materials', 18, "没有编码为“maybe”的选项"),
    ],
)
async def test_a_fault_is_told_with_its_line(city: None, old: str, new: str, line: int, said: str) -> None:
    text = changed(old, new)
    if not line:  # allowed: an outcome more often than needed does no harm
        assert await scenario_editing.read(text)
        return
    assert any(at == line and said in message for at, message in await faults(text)), await faults(text)


async def test_a_question_that_decides_nothing_and_a_dead_end(city: None) -> None:
    unasked = TEXT.replace(', child: ["yes"]', "").replace(', child: ["no"]', "")
    assert any("不会问到" in said for _, said in await faults(unasked))
    dead = TEXT.replace('  - { item: id-card, when: { urgent: ["no"], child: ["yes"] } }\n', "")
    assert any("没有任何事项" in said for _, said in await faults(dead))


async def test_an_item_that_is_gone(city: None) -> None:
    assert (20, "没有现行的事项“gone”，请核对短名") in await faults(
        changed(
            'item: id-card, when: { urgent: ["no"], child: ["no"]', 'item: gone, when: { urgent: ["no"], child: ["no"]'
        )
    )


async def test_removed_it_is_no_longer_offered(city: None) -> None:
    by = Actor.system("test")
    await scenario_editing.remove(code="lost", by=by, reason="合并到别的场景")
    shelf.forget()
    assert await scenarios.everyone() == []
    with pytest.raises(ScenarioNotFound):
        await scenario_editing.remove(code="lost", by=by, reason="再删一次")
