"""Organisations, their legal persons and agents, without the register."""

from datetime import date, timedelta
from itertools import count

from stdnum.cn import uscc

from foundation import clock
from foundation.actor import Actor
from identity import levels, organisation_agents, organisations, phones
from identity.idnumber import Identity
from identity.models import Citizen
from identity.organisation_models import Organisation, OrganisationAgent
from identity.organisation_register import Answer
from tests.builders import identity as build

_next = count(1)


def credit_code() -> str:
    """A valid 统一社会信用代码, another one each time."""
    base = f"91990100{next(_next):09d}"
    return base + uscc.calc_check_digit(base)


class Says:
    """A register that knows one answer."""

    def __init__(self, *, match: bool = True, legal_person: bool = True) -> None:
        self.answer = Answer(match, legal_person)

    async def __call__(self, *, credit_code: str, name: str, person: tuple[str, Identity]) -> Answer:
        return self.answer


async def a_legal_person(*, name: str = "张三", number: str | None = None) -> Citizen:
    """A citizen known by three factors."""
    citizen = await build.citizen(name=name, number=number)
    await known_by_phone(citizen)
    return citizen


async def known_by_phone(citizen: Citizen) -> None:
    """The third factor of somebody who is known by name and number."""

    async def agrees(**_: object) -> bool:
        return True

    by = Actor.citizen(citizen.id)
    await phones.keep(citizen_id=citizen.id, phone="13800000001", by=by)
    await levels.prove_phone(citizen_id=citizen.id, by=by, ask=agrees)


async def an_organisation(legal: Citizen | None = None, *, name: str = "示例科技有限公司") -> Organisation:
    """An organisation registered by its legal person."""
    legal = legal or await a_legal_person()
    made = await organisations.register(
        citizen_id=legal.id, credit_code=credit_code(), name=name, by=Actor.citizen(legal.id), ask=Says()
    )
    return await Organisation.get(id=made).prefetch_related("subject")


async def an_agent(
    of: Organisation, *, name: str = "李四", role: str = "agent", scope: tuple[str, ...] = ("book", "pay", "progress"),
    until: date | None = None,
) -> Citizen:  # fmt: skip
    """A citizen whom the legal person asked and who agreed."""
    number = build.id_number()
    agent = await build.citizen(name=name, number=number)
    legal = await OrganisationAgent.get(organisation=of, role="legal_person", state="active")
    asked = await organisation_agents.add(
        organisation_id=of.id, name=name, id_type="id_card", number=number, role=role, scope=scope,
        until=until or clock.today() + timedelta(days=30), by=Actor.citizen(legal.citizen_id),  # type: ignore[attr-defined]
    )  # fmt: skip
    await organisation_agents.answer(agent_id=asked, agree=True, by=Actor.citizen(agent.id))
    return agent
