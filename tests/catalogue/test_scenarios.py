import pytest

from catalogue import scenarios
from catalogue.errors import ScenarioNotFound, UnknownAnswer
from catalogue.models import Guide, ServiceItem
from tests.builders import catalogue as build

pytestmark = pytest.mark.usefixtures("db", "redis_db")


async def test_one_question_and_then_what_to_do() -> None:
    await build.small_city()
    first = await scenarios.step("lost", {})
    assert first.question is not None
    assert (first.question.code, first.to_do) == ("urgent", [])
    last = await scenarios.step("lost", {"urgent": "yes"})
    assert last.question is None
    assert [(one.item.slug, one.variant) for one in last.to_do] == [("id-card", "到期换领")]
    assert [one["name"] for one in last.to_do[0].materials] == ["原居民身份证"]
    whole = await scenarios.step("lost", {"urgent": "no"})
    assert [one["name"] for one in whole.to_do[0].materials] == ["原居民身份证", "居民户口簿"]


async def test_a_question_that_no_longer_matters_is_not_asked() -> None:
    await build.demo_city()
    married = await scenarios.step("new-baby", {"certificate": "yes", "married": "yes"})
    assert married.question is None
    assert "newborn-household" in {one.item.slug for one in married.to_do}
    unmarried = await scenarios.step("new-baby", {"certificate": "yes", "married": "no"})
    assert unmarried.question is not None
    assert unmarried.question.code == "follow"


async def test_every_way_through_every_shipped_scenario_ends_at_something_to_do() -> None:
    await build.demo_city()

    async def walk(code: str, answers: dict[str, str]) -> int:
        step = await scenarios.step(code, answers)
        if step.question is None:
            assert step.to_do, (code, answers)
            assert all(one.materials for one in step.to_do)
            return 1
        return sum([await walk(code, answers | {step.question.code: one.code}) for one in step.question.options])

    for scenario in await scenarios.everyone():
        assert await walk(scenario.code, {}) > 1


async def test_what_is_not_on_the_list() -> None:
    await build.small_city()
    with pytest.raises(ScenarioNotFound):
        await scenarios.step("nowhere", {})
    for answers in ({"urgent": "perhaps"}, {"colour": "red"}):
        with pytest.raises(UnknownAnswer):
            await scenarios.step("lost", answers)


async def test_a_retired_item_is_left_out() -> None:
    await build.small_city()
    await ServiceItem.all().update(guide_id=None)
    await Guide.all().update(state="retired")
    assert (await scenarios.step("lost", {"urgent": "yes"})).to_do == []
