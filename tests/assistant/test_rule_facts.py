"""现行规定: the numbers of the rules in force, read anew when they change."""

import re
from datetime import timedelta

import pytest

from appointments import rules, special_days, waiting_rules
from appointments.models import AppointmentType
from assistant import rule_facts
from foundation import clock
from tests.builders.appointments import STAFF, a_hall, a_type
from tests.builders.rules import NO_SHOWS, a_rule

pytestmark = pytest.mark.usefixtures("db")


async def facts() -> dict[str, str]:
    rule_facts.forget()
    return dict(await rule_facts.now())


async def test_rules_as_they_are_in_force() -> None:
    assert (await facts())["missed"] == "现在没有因爽约限制预约的规定。"
    await a_rule("no-show-120", **NO_SHOWS)
    told = await facts()
    assert told["missed"].startswith("同一证件连续 120 天内爽约 2 次，限制预约 90 天")
    assert re.search(r"（\d{4}-\d\d-\d\d 起）", told["missed"])
    assert "最多 5 个未办结的预约" in told["limits"]
    await rules.set_threshold(code="no-show-120", threshold=3, by=STAFF)
    assert "爽约 3 次" in (await facts())["missed"]
    await rules.retire(code="no-show-120", by=STAFF, reason="试行结束")
    assert (await facts())["missed"] == "现在没有因爽约限制预约的规定。"


async def test_terms_of_what_can_be_booked() -> None:
    one = await a_type(cancel_minutes=120, check_in_early_minutes=30, check_in_late_minutes=15, party_most=3)
    told = await facts()
    assert told["cancel"] == "最晚在开始前 2 小时。"
    assert told["check_in"] == "签到时间是开始前 30 分钟到开始后 15 分钟。"
    assert told["together"] == "一次最多可以约 3 人同行。"
    assert told["draw"] == "现在没有摇号的业务。"
    await a_type(hall=await one.hall, cancel_minutes=0)
    await waiting_rules.change(type_id=one.id, rule=waiting_rules.Rule(offer_minutes=90, cooling="random"), by=STAFF)
    told = await facts()
    assert told["cancel"].startswith("各业务不同，有的最晚在开始前 2 小时")
    assert "30 分钟至 90 分钟内确认" in told["offer"]
    assert "防止倒号" in told["cooling"]
    await AppointmentType.all().update(active=False)
    assert "cancel" not in await facts()


async def test_special_days_that_were_announced() -> None:
    hall = await a_hall(name="市民中心")
    assert "没有公布另外的开放安排" in (await facts())["special"]
    day = clock.today() + timedelta(days=3)
    await special_days.add(hall_code=hall.code, day=day, kind="open", reason="假日办", by=STAFF)
    assert f"{day.month}月{day.day}日 市民中心加开办理（假日办）" in (await facts())["special"]


async def test_what_was_read_is_kept_for_a_moment() -> None:
    before = await facts()
    await a_rule("no-show-120", **NO_SHOWS)
    assert await rule_facts.now() == before
