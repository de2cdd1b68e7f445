"""Who is asked to act for an organisation hears of it: they alone, once, and later if they are verified later."""

from datetime import timedelta

import pytest

from foundation import clock, database
from foundation.actor import Actor
from identity import organisation_agents
from identity.events import AgentAsked, CitizenVerified
from identity.organisation_models import Organisation
from notifications import agent_listeners
from notifications.models import Message
from tests.builders import identity
from tests.builders.organisations import a_legal_person, an_organisation

pytestmark = pytest.mark.usefixtures("db", "redis_db", "settings_env")


async def asks(of: Organisation, legal: Actor, number: str, name: str = "李四") -> int:
    return await organisation_agents.add(
        organisation_id=of.id, name=name, id_type="id_card", number=number, role="agent", scope=["pay", "book"],
        until=clock.today() + timedelta(days=30), by=legal,
    )  # fmt: skip


async def test_whoever_was_asked_hears_of_it_once() -> None:
    legal = await a_legal_person()
    of, number = await an_organisation(legal), identity.id_number()
    known = await identity.citizen(name="李四", number=number)
    asked = await asks(of, Actor.citizen(legal.id), number)
    for _ in range(2):
        await agent_listeners.tell_agent_asked(AgentAsked(agent_id=asked, citizen_id=known.id))
    (message,) = await Message.all()
    assert message.citizen_id == known.id  # type: ignore[attr-defined]
    assert "示例科技有限公司邀请您担任经办人，可为其办理预约、缴费" in message.text
    assert number not in message.text
    await organisation_agents.answer(agent_id=asked, agree=False, by=Actor.citizen(known.id))
    await agent_listeners.tell_what_was_asked_before(CitizenVerified(citizen_id=known.id))
    assert await Message.all().count() == 1


async def test_another_name_tells_nobody_and_who_comes_later_hears_then() -> None:
    legal = await a_legal_person()
    of, number, late = await an_organisation(legal), identity.id_number(), identity.id_number()
    other = await identity.citizen(name="王五", number=number)
    wrong = await asks(of, Actor.citizen(legal.id), number)
    unknown = await asks(of, Actor.citizen(legal.id), late)
    await agent_listeners.tell_agent_asked(AgentAsked(agent_id=wrong, citizen_id=other.id))
    await agent_listeners.tell_agent_asked(AgentAsked(agent_id=unknown, citizen_id=None))
    assert await Message.all().count() == 0
    came = await identity.citizen(name="李四", number=late)
    await agent_listeners.tell_what_was_asked_before(CitizenVerified(citizen_id=came.id))
    assert (await Message.get()).occasion == f"agent_asked:{unknown}"


async def test_the_event_names_who_has_the_number() -> None:
    legal = await a_legal_person()
    of, number = await an_organisation(legal), identity.id_number()
    known = await identity.citizen(name="李四", number=number)
    await asks(of, Actor.citizen(legal.id), number)
    await asks(of, Actor.citizen(legal.id), identity.id_number())
    told = await database.fetch(
        """select (args->'event'->>'citizen_id')::bigint as whom from procrastinate_jobs
            where args->>'kind' = 'AgentAsked'"""
    )
    assert {row["whom"] for row in told} == {known.id, None}
    assert len(told) == 2
