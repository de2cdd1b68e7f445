"""A block stands against the person: two accounts that become one share it, and who leaves and comes again keeps it."""

import pytest

from appointments import appeals, credit, exemptions, jobs, rule_jobs, sanctions
from appointments.models import Appointment
from appointments.rule_models import Appeal, PapersMissing, Sanction
from foundation import clock, database, personal_data
from identity import privacy
from identity.events import CitizensMerged
from identity.models import Citizen
from tests.builders.appointments import STAFF, a_citizen, a_slot
from tests.builders.rules import NO_SHOWS, a_rule, an_event, barred, no_shows

pytestmark = pytest.mark.usefixtures("db", "redis_db")


async def merged(kept, gone) -> None:
    event = CitizensMerged(kept=kept.number, gone=gone.number)
    for _ in range(2):
        await jobs.follow_merge(event)
        await rule_jobs.follow_merge_of_sanctions(event)


async def test_a_block_moves_with_the_account_that_goes():
    await a_rule(**NO_SHOWS)
    kept, gone = await a_citizen(), await a_citizen()
    await no_shows(gone)
    (held,) = await credit.of(gone)
    await appeals.file(code=held.code, text="当天住院，有证明", by=gone)
    await merged(kept, gone)
    assert set(await barred(await a_slot(), kept)) == {1}
    assert [one.id for one in await credit.of(kept)] == [held.id]
    assert await credit.of(gone) == []
    assert (await Appeal.get()).citizen_id == kept.number


async def test_what_both_missed_counts_together_from_then_on():
    await a_rule(**{**NO_SHOWS, "threshold": 3})
    kept, gone = await a_citizen(), await a_citizen()
    await no_shows(kept, 1)
    await no_shows(gone, 1)
    await merged(kept, gone)
    assert await credit.of(kept) == []
    third = await an_event(kept, days_ago=1)
    await sanctions.weigh(third.id)
    (held,) = await credit.of(kept)
    assert len(held.causes) == 3


async def test_what_an_agent_did_by_both_accounts_counts_together():
    await a_rule(subject="agent", event="cancelled", period="day", threshold=2, sanction="days", sanction_days=7)
    kept, gone = await a_citizen(), await a_citizen()
    for agent in (kept, gone):
        made = await an_event(await a_citizen(), "cancelled", day=clock.today(), changed_at=clock.now())
        await Appointment.filter(id=made.id).update(booked_by=str(agent))
    await merged(kept, gone)
    await sanctions.weigh(made.id)
    assert [one.subject for one in await credit.of(kept)] == ["agent"]


async def test_leaving_does_not_shake_a_block_off():
    await a_rule(**NO_SHOWS)
    citizen = await a_citizen()
    row = await Citizen.get(id=citizen.number)
    print_of_number = row.id_fingerprint
    missed = await no_shows(citizen)
    (held,) = await credit.of(citizen)
    await appeals.file(code=held.code, text="当天住院，有证明", by=citizen)
    came = await an_event(citizen, "finished")
    await exemptions.note_missing_papers(code=came.code, what="缺张三的户口簿", by=STAFF)
    await privacy.forget(citizen_id=citizen.number, by=citizen)
    assert (await Appeal.get()).text == (await PapersMissing.get()).what == "（已注销）"
    assert (await Appeal.get()).state == "rejected"
    again = await a_citizen()
    await Citizen.filter(id=again.number).update(id_fingerprint=print_of_number)
    assert set(await barred(await a_slot(), again)) == {1}
    assert [one.id for one in await credit.of(again)] == [held.id]
    assert await Appointment.filter(id__in=[one.id for one in missed]).count() == 2
    await rule_jobs.forget_sanctions_over()
    assert (await Sanction.get()).subject_key == f"id:{print_of_number}"
    await Sanction.all().update(until=held.begins_at.replace(year=held.begins_at.year + 1))
    await database.execute("update sanction set until = clock_timestamp()")
    await rule_jobs.forget_sanctions_over()
    assert (await Sanction.get()).subject_key == str(citizen.number)
    assert await barred(await a_slot(), again) == {}


async def test_the_phone_of_who_left_is_forgotten_with_the_end_of_its_block():
    await a_rule(**{**NO_SHOWS, "subject": "phone"})
    citizen = await a_citizen()
    await Citizen.filter(id=citizen.number).update(phone_fingerprint="p" * 64)
    await no_shows(citizen)
    await privacy.forget(citizen_id=citizen.number, by=citizen)
    await rule_jobs.forget_sanctions_over()
    assert (await Sanction.get()).subject_key == "p" * 64
    await database.execute("update sanction set until = clock_timestamp()")
    await rule_jobs.forget_sanctions_over()
    assert (await Sanction.get()).subject_key == str(citizen.number)


async def test_the_export_tells_of_blocks_and_what_they_stand_on():
    await a_rule(**NO_SHOWS)
    citizen = await a_citizen()
    missed = await no_shows(citizen)
    (held,) = await credit.of(citizen)
    await appeals.file(code=held.code, text="当天住院，有证明", by=citizen)
    rows = await personal_data.collectors["appointments"].export(citizen.number)
    (row,) = [one for one in rows if "sanction" in one]
    assert (row["reason"], row["state"], row["appeal_state"]) == (held.reason, "限制中", "待处理")
    assert len(row["events"]) == len(missed)
    assert all("爽约" in event for event in row["events"])
