import pytest

from appointments import appeals, credit, sanctions
from appointments.errors import ReasonNeeded
from appointments.rule_errors import (
    AlreadyAppealed,
    AppealDecided,
    AppealInvalid,
    AppealNotFound,
    SanctionNotFound,
    SanctionOver,
)
from appointments.rule_models import Appeal
from foundation.errors import Forbidden
from foundation.models import AuditRow
from tests.builders.appointments import STAFF, a_citizen, a_slot, told
from tests.builders.rules import NO_SHOWS, a_rule, barred, no_shows

pytestmark = pytest.mark.usefixtures("db")
WHY = "当天住院，有医院证明"


async def a_sanction():
    await a_rule(**NO_SHOWS)
    citizen = await a_citizen()
    await no_shows(citizen)
    (held,) = await credit.of(citizen)
    return citizen, held


async def an_appeal():
    citizen, held = await a_sanction()
    return citizen, held, await appeals.file(code=held.code, text=WHY, by=citizen)


async def test_an_accepted_appeal_frees_and_exempts():
    citizen, held, filed = await an_appeal()
    assert (filed.appeal_state, filed.appeal_text, filed.can_appeal) == ("open", WHY, False)
    assert set(await barred(await a_slot(), citizen)) == {1}  # the block holds until it is decided
    assert [one.id for one in await credit.appealed(within=[""])] == [held.id]
    await appeals.decide(appeal_id=filed.appeal_id, accept=True, reason="证明属实", by=STAFF)
    now = await credit.by_id(held.id)
    assert (now.state, now.appeal_state, now.appeal_reason) == ("lifted", "accepted", "证明属实")
    assert all(one.exempt for one in now.causes)
    assert await barred(await a_slot(), citizen) == {}
    assert [event["sanction_id"] for event in await told("SanctionLifted")] == [held.id]
    assert await credit.appealed(within=[""]) == []
    assert [one.id for one in await credit.appealed(within=[""], open_=False)] == [held.id]


async def test_a_rejected_appeal_stays_rejected():
    citizen, held, filed = await an_appeal()
    await appeals.decide(appeal_id=filed.appeal_id, accept=False, reason="与记录不符", by=STAFF)
    assert set(await barred(await a_slot(), citizen)) == {1}
    assert (await credit.by_id(held.id)).appeal_state == "rejected"
    for accept in (True, False):
        with pytest.raises(AppealDecided):
            await appeals.decide(appeal_id=filed.appeal_id, accept=accept, reason="改判", by=STAFF)
    with pytest.raises(AlreadyAppealed):
        await appeals.file(code=held.code, text=WHY, by=citizen)
    assert [event["sanction_id"] for event in await told("AppealRejected")] == [held.id]
    assert await told("SanctionLifted") == []
    rows = await AuditRow.filter(subject=f"sanction:{held.id}").order_by("id")
    assert [row.action for row in rows] == ["sanction.made", "appeal.filed", "appeal.rejected"]


async def test_who_may_appeal_and_how():
    citizen, held = await a_sanction()
    with pytest.raises(SanctionNotFound):
        await appeals.file(code=held.code, text=WHY, by=await a_citizen())
    for text in ("", "    不服    ", "长" * 501):
        with pytest.raises(AppealInvalid):
            await appeals.file(code=held.code, text=text, by=citizen)
    with pytest.raises(Forbidden):
        await appeals.file(code=held.code, text=WHY, by=STAFF)
    assert not await Appeal.exists()


async def test_lifting_decides_an_open_appeal():
    citizen, held, filed = await an_appeal()
    await sanctions.lift(code=held.code, by=STAFF, reason="系统故障")
    assert (await credit.by_id(held.id)).appeal_state == "accepted"
    with pytest.raises(AppealDecided):
        await appeals.decide(appeal_id=filed.appeal_id, accept=False, reason="驳回", by=STAFF)
    with pytest.raises(SanctionOver):
        await appeals.file(code=held.code, text=WHY, by=citizen)


async def test_deciding_needs_an_appeal_and_a_reason():
    _, _, filed = await an_appeal()
    with pytest.raises(ReasonNeeded):
        await appeals.decide(appeal_id=filed.appeal_id, accept=True, reason=" ", by=STAFF)
    with pytest.raises(AppealNotFound):
        await appeals.decide(appeal_id=filed.appeal_id + 1, accept=True, reason="属实", by=STAFF)
