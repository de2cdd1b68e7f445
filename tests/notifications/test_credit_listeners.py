import pytest

from appointments import appeals, credit, sanctions
from appointments.rule_events import AppealRejected, Sanctioned, SanctionLifted
from foundation import clock
from notifications import credit_listeners
from notifications.models import Message
from tests.builders.appointments import STAFF, a_citizen
from tests.builders.rules import NO_SHOWS, a_rule, no_shows

pytestmark = pytest.mark.usefixtures("db")


async def a_sanction():
    await a_rule(**NO_SHOWS)
    citizen = await a_citizen()
    await no_shows(citizen)
    (held,) = await credit.of(citizen)
    return citizen, held, {"sanction_id": held.id, "citizen_id": citizen.number}


async def told(citizen) -> list[tuple[str, str]]:
    rows = await Message.filter(citizen_id=citizen.number, channel="inbox").order_by("id")
    return [(one.title, one.text) for one in rows]


async def test_blocked_and_free_again():
    citizen, held, ids = await a_sanction()
    for _ in range(2):
        await credit_listeners.tell_sanctioned(Sanctioned(**ids))
    await sanctions.lift(code=held.code, by=STAFF, reason="系统故障")
    await credit_listeners.tell_lifted(SanctionLifted(**ids))
    (blocked, why), (free, how) = await told(citizen)
    assert (blocked, free) == ("限制预约通知", "限制已解除")
    assert held.reason in why
    assert f"{clock.shanghai(held.until):%Y-%m-%d %H:%M}" in why
    assert how.endswith("说明：系统故障")
    assert {one.page for one in await Message.all()} == {"pages/credit"}


async def test_what_was_lifted_before_it_was_told_is_told_as_lifted():
    citizen, held, ids = await a_sanction()
    await sanctions.lift(code=held.code, by=STAFF, reason="登记有误")
    await credit_listeners.tell_sanctioned(Sanctioned(**ids))
    assert await told(citizen) == []


async def test_an_appeal_in_vain_says_why():
    citizen, held, ids = await a_sanction()
    filed = await appeals.file(code=held.code, text="当天住院，有证明", by=citizen)
    await appeals.decide(appeal_id=filed.appeal_id, accept=False, reason="未提供证明", by=STAFF)
    await credit_listeners.tell_rejected(AppealRejected(**ids))
    ((title, text),) = await told(citizen)
    assert title == "申诉未通过"
    assert "未提供证明" in text
