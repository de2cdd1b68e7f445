"""Rules are rows in versions. Every rule in force that the facts list of halls can be said in them."""

from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest

from appointments import booking, limits, rule_words, rules
from appointments.errors import ReasonNeeded, TooManyBookings
from appointments.rule_errors import RuleCodeTaken, RuleInvalid, RuleNotFound
from appointments.rule_models import BookingRule
from appointments.rule_words import Rule
from foundation import clock, database
from foundation.models import AuditRow
from tests.builders.appointments import STAFF, a_citizen, a_hall, a_slot, a_type
from tests.builders.rules import a_rule, an_event, barred

pytestmark = pytest.mark.usefixtures("db")

# What halls really have (docs/booking-limits.md says which), as data, and as citizens read it.
IN_FORCE = [
    (Rule(event="booked", period="day", threshold=1), "同一证件每天最多 1 个预约"),
    (Rule(event="booked", period="week", threshold=2), "同一证件每周最多 2 个预约"),
    (Rule(event="booked", period="month", threshold=6), "同一证件每月最多 6 个预约"),
    (Rule(event="booked", period="year", threshold=12), "同一证件每年最多 12 个预约"),
    (
        Rule(event="no_show", period="rolling", period_days=120, threshold=2, sanction="days", sanction_days=90),
        "同一证件连续 120 天内爽约 2 次，限制预约 90 天",
    ),
    (
        Rule(subject="phone", event="no_show", period="year", threshold=2, sanction="days", sanction_days=90),
        "同一手机号每年爽约 2 次，限制预约 90 天",
    ),
    (
        Rule(event="missed", period="month", threshold=4, sanction="days", sanction_days=30),
        "同一证件每月爽约或缺少材料 4 次，限制预约 30 天",
    ),
    (
        Rule(subject="organisation", event="cancelled", period="month", threshold=3, sanction="month_end"),
        "同一单位或房产每月取消 3 次，限制预约到月底",
    ),
    (
        Rule(subject="phone", event="cancelled", period="day", threshold=2),
        "同一手机号每天取消 2 次，期间内不再受理预约",
    ),
    (
        Rule(subject="organisation", event="held_now", period="live", threshold=1),
        "同一单位或房产最多 1 个未办结的预约",
    ),
    (
        Rule(event="held_now", period="day", per="department", threshold=1),
        "同一证件每个部门分别每天最多 1 个未办结的预约",
    ),
    (Rule(subject="agent", event="booked", basis="made", period="day", threshold=10), "同一代办人每天最多 10 个预约"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "sentence"), IN_FORCE, ids=[one[1] for one in IN_FORCE])
async def test_what_halls_have_can_be_said(rule, sentence):
    made = await rules.create(code="one", rule=rule, by=STAFF)
    assert (made.version, made.name) == (1, sentence)
    (listed,) = [one for one in await rules.listed() if one.code == "one"]
    assert (listed.rule, listed.sentence) == (replace(rule, name=sentence), sentence)
    assert await barred(await a_slot(), await a_citizen()) == {}


async def test_every_fault_at_once():
    wrong = Rule(
        subject="somebody", event="booked", period="rolling", threshold=0, late_hours=0, basis="made", sanction="days",
        sanction_days=-1, hall_path="nowhere/", type_id=999,
    )  # fmt: skip
    with pytest.raises(RuleInvalid) as refused:
        await rules.create(code="Größe", rule=wrong, by=STAFF, effective_from=clock.today() - timedelta(days=1))
    said = "；".join(refused.value.detail)
    for part in ("编号", "对象", "次数", "小时", "连续天数", "限制天数", "不另行限制", "适用范围", "没有这项预约业务",
                 "没有这个大厅", "生效日期"):  # fmt: skip
        assert part in said, part
    assert not await BookingRule.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"period": "live"}, {"basis": "made", "event": "no_show"}, {"period": "rolling", "period_days": 30},
        {"period_days": 3}, {"sanction_days": 3}, {"event": "no_show", "sanction": "month_end", "per": "hall"},
        {"threshold": 1001}, {"event": "held_now", "sanction": "month_end"}, {"name": "长" * 61},
    ],
)  # fmt: skip
async def test_what_cannot_be_together_is_refused_here_and_by_the_table(wrong):
    rule = Rule(**{"event": "booked", "period": "day", "threshold": 1, **wrong})
    assert len(rule_words.faults(rule)) == 1
    with pytest.raises(Exception, match="booking_rule_|60"):
        await BookingRule.create(
            code="x", version=1, effective_from=clock.now(), created_by="x", **{**vars(rule), "name": rule.name or "x"}
        )


async def test_a_change_is_a_new_version_and_the_old_one_stays():
    await a_rule("daily", threshold=1)
    slot, citizen = await a_slot(), await a_citizen()
    await an_event(citizen, "booked", day=slot.day)
    assert await barred(slot, citizen) == {1: ("TooManyBookings", "daily")}
    await rules.change(code="daily", rule=Rule(event="booked", period="day", threshold=2), by=STAFF)
    assert await barred(slot, citizen) == {}
    latest, first = await rules.versions("daily")
    assert (latest.version, latest.begun, latest.over, latest.rule.threshold) == (2, True, False, 2)
    assert (first.version, first.over, first.rule.threshold) == (1, True, 1)
    assert first.effective_until == latest.effective_from
    assert await AuditRow.filter(action="booking_rule.written", subject="booking_rule:daily").count() == 2


async def test_a_version_of_a_day_to_come_begins_with_that_day_and_can_be_replaced():
    await a_rule("daily", threshold=1)
    day = clock.today() + timedelta(days=10)
    for threshold in (2, 3):
        rule = Rule(event="booked", period="day", threshold=threshold)
        await rules.change(code="daily", rule=rule, by=STAFF, effective_from=day)
    coming, never, present = await rules.versions("daily")
    assert coming.effective_from == datetime.combine(day, time(), clock.SHANGHAI)
    assert (present.over, present.effective_until) == (False, coming.effective_from)
    assert never.effective_until == never.effective_from
    listed = [(one.version, one.begun) for one in await rules.listed() if one.code == "daily"]
    assert listed == [(1, True), (3, False)]
    await rules.retire(code="daily", by=STAFF, reason="不再需要")
    assert all(one.over for one in await rules.versions("daily"))


async def test_the_limits_of_every_city_can_be_retired_too():
    slot, citizen = await a_slot(), await a_citizen()
    for _ in range(3):
        await an_event(citizen, "booked", day=slot.day)
    assert await barred(slot, citizen) == {1: ("TooManyBookings", "that_day")}
    with pytest.raises(ReasonNeeded):
        await rules.retire(code="that_day", by=STAFF, reason=" ")
    for _ in range(2):
        await rules.retire(code="that_day", by=STAFF, reason="本市不限")
    assert await barred(slot, citizen) == {}
    assert [one.code for one in await rules.listed()] == ["overall"]
    assert await AuditRow.filter(action="booking_rule.retired").count() == 1
    await limits.change(kind="overall", most=3, by=STAFF)
    with pytest.raises(TooManyBookings):
        await booking.reserve(slot_id=slot.id, by=citizen, key="one")


async def test_a_code_is_taken_once_and_an_unknown_one_is_not_found():
    rule = Rule(event="booked", period="day", threshold=1)
    await rules.create(code="daily", rule=rule, by=STAFF)
    for code in ("daily", "overall"):
        with pytest.raises(RuleCodeTaken):
            await rules.create(code=code, rule=rule, by=STAFF)
    for verb in (
        rules.change(code="none", rule=rule, by=STAFF), rules.retire(code="none", by=STAFF, reason="无"),
        rules.versions("none"), rules.set_threshold(code="none", threshold=2, by=STAFF),
    ):  # fmt: skip
        with pytest.raises(RuleNotFound):
            await verb


async def test_where_a_rule_holds_is_named():
    of = await a_type(hall=await a_hall(name="东区大厅"))
    hall = await of.hall
    await a_rule("hall", hall_path=hall.path)
    await a_rule("type", type_id=of.id)
    where = {one.code: one.where for one in await rules.listed()}
    assert where == {
        "hall": "东区大厅", "type": "身份证办理（东区大厅）", "overall": "全市", "that_day": "全市"
    }  # fmt: skip


async def test_one_version_at_a_time_is_open():
    await a_rule("daily")
    with pytest.raises(Exception, match="booking_rule_one_open"):
        await database.execute(
            """insert into booking_rule (code, version, name, subject, event, period, period_days, basis, per,
                      threshold, late_hours, hall_path, sanction, sanction_days, effective_from, created_by, created_at)
               select code, 2, name, subject, event, period, period_days, basis, per, threshold, late_hours, hall_path,
                      sanction, sanction_days, now(), created_by, now() from booking_rule"""
        )


async def test_another_number_is_in_the_name_as_well_unless_the_rule_has_one_of_its_own():
    for code, name in (("plain", ""), ("named", "热门业务限约")):
        await rules.create(code=code, rule=Rule(event="booked", period="week", threshold=2, name=name), by=STAFF)
        await rules.set_threshold(code=code, threshold=3, by=STAFF)
    plain, named = (await rules.versions("plain"))[0].rule, (await rules.versions("named"))[0].rule
    assert (plain.name, plain.threshold) == (rule_words.sentence(plain), 3)
    assert named.name == "热门业务限约"
