"""What can be changed: how a change is kept, and what is wrong with one that cannot be."""

from dataclasses import replace
from datetime import date

import pytest

from appointments import changes, moving, proposal, schedule, type_rules
from appointments.changes import NewRules, NewSpecialDay, NewTimetable, Places, Workday
from appointments.choices import Choice
from appointments.errors import ExceptionExists, TypeInvalid
from appointments.models import Appointment
from appointments.planning_errors import (
    PlacesInvalid,
    PoolHasTheSlots,
    SpecialDayInvalid,
)
from appointments.proposal_models import Proposal
from appointments.special_days import Special
from tests.builders.appointments import STAFF, a_held_place
from tests.builders.planning import a_planned_type, periods, slots_on, workday

pytestmark = pytest.mark.usefixtures("db")

KEEP = Choice("keep")


async def closed(of, day: date) -> NewSpecialDay:
    hall = await of.hall
    return NewSpecialDay(special=Special(hall_code=hall.code, day=day, kind="closed", reason="停电检修"))


async def propose(change):
    return await proposal.propose(change, by=STAFF)


async def apply(shown, **how):
    return await proposal.apply(proposal_id=shown.id, by=STAFF, **how)


async def test_a_slot_can_be_emptied_but_not_to_less():
    of, day = await a_planned_type(), await workday()
    (slot, *_) = await slots_on(of, day)
    for wrong in (-1, 1001, slot.capacity):
        with pytest.raises(PlacesInvalid):
            await propose(Places(slot_id=slot.id, to=wrong))
    await apply(await propose(Places(slot_id=slot.id, to=0)))
    await slot.refresh_from_db()
    assert slot.capacity == 0


async def test_a_change_is_read_as_it_was_written():
    of, day = await a_planned_type(), await workday()
    for change in (
        await closed(of, day),
        NewTimetable(type_id=of.id, effective_from=day, periods=periods(buffer_minutes=5)),
        Workday(day=day, is_workday=True, reason="补班"),
        Places(slot_id=1, to=3),
    ):
        assert changes.read(changes.written(change)) == change
    assert await Proposal.all().count() == 0


async def test_a_pool_has_the_slots_of_its_members():
    pool, day = await a_planned_type(), await workday()
    member = await a_planned_type(hall=await pool.hall)
    held, _, _ = await a_held_place(slot=(await slots_on(member, day))[0])
    joins = NewRules(type_id=member.id, rules=replace(type_rules.of(member), pool_id=pool.id))
    shown = await propose(joins)
    assert [one["id"] for one in shown.body["persons"]] == [held.id]
    await apply(shown, otherwise=KEEP)
    assert {one.state for one in await slots_on(member, day)} == {"withdrawn"}
    with pytest.raises(PoolHasTheSlots):
        await schedule.create(type_id=member.id, periods=periods(), effective_from=day, by=STAFF)
    with pytest.raises(TypeInvalid) as no:
        await propose(NewRules(type_id=pool.id, rules=replace(type_rules.of(pool), pool_id=member.id)))
    assert "综合窗口应是本大厅另一项有自己号源的业务" in no.value.detail
    (first, *_) = await slots_on(pool, day)
    moved = await moving.move(code=held.code, slot_id=first.id, by=STAFF, reason="并入综合窗口")
    row = await Appointment.get(id=moved.id)
    assert (row.type_id, row.slot_id) == (member.id, first.id)


async def test_a_rule_out_of_bounds_is_named():
    of = await a_planned_type()
    wrong = replace(type_rules.of(of), release_time="8:00", party_most=0, slots_needed=17)
    with pytest.raises(TypeInvalid) as no:
        await propose(NewRules(type_id=of.id, rules=wrong))
    assert no.value.detail == [
        "同行人数上限应为 1 至 10", "占用号段数应为 1 至 16", "放号时间 8:00 应写作 08:00 的样子"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"kind": "hours"}, "延时服务应填写开始时间和结束时间"),
        ({"kind": "hours", "starts": "19:00", "ends": "18:00"}, "结束时间应晚于开始时间"),
        ({"kind": "hours", "starts": "18:00", "ends": "19:00", "windows": 0}, "窗口数应为 1 至 200"),
        ({"kind": "capacity"}, "增减的窗口数应为 -200 至 200，不能为 0"),
        ({"kind": "capacity", "windows": 1, "starts": "12:00"}, "开始时间和结束时间应一起填写"),
        ({"kind": "capacity", "windows": 1, "starts": "12:0", "ends": "13:00"}, "时间 12:0 应写作 09:00 的样子"),
        ({"kind": "closed", "windows": 1}, "全天停止或加开不需要填写时间和窗口数"),
    ],
)
async def test_an_exceptional_day_is_checked(wrong, fault):
    of, day = await a_planned_type(), await workday()
    special = Special(**{"hall_code": (await of.hall).code, "day": day, "reason": "试一试", **wrong})
    with pytest.raises(SpecialDayInvalid) as no:
        await propose(NewSpecialDay(special=special))
    assert no.value.detail == [fault]


async def test_a_type_of_another_hall_is_refused():
    of, other, day = await a_planned_type(), await a_planned_type(), await workday()
    special = Special(hall_code=(await of.hall).code, type_id=other.id, day=day, kind="closed", reason="试一试")
    with pytest.raises(SpecialDayInvalid):
        await propose(NewSpecialDay(special=special))


async def test_several_spans_of_a_day_stand_beside_each_other():
    of, day = await a_planned_type(), await workday()
    hall_code = (await of.hall).code

    def more(starts, ends):
        return NewSpecialDay(special=Special(
            hall_code=hall_code, day=day, kind="capacity", windows=1, starts=starts, ends=ends, reason="增开"
        ))  # fmt: skip

    await apply(await propose(more("09:00", "10:00")))
    await apply(await propose(more("10:00", "11:00")))
    assert {one.capacity for one in await slots_on(of, day)} == {3}
    with pytest.raises(ExceptionExists):
        await propose(more("09:00", "09:30"))
