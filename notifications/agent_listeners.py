"""Who is told that an organisation asks them to act for it: whoever has the number and the name it gave, once.

Somebody who is verified only later is told then.
"""

from foundation.events import on
from identity import organisation_agents
from identity.delegation import SCOPE_NAMES, Scope
from identity.events import AgentAsked, CitizenVerified
from identity.organisation_agents import ROLE_NAMES, Mandate
from notifications import templates
from notifications.delivery import note

PAGE = "pages/organisations"
ASKED = templates.in_the_app(
    "有单位邀请您代为办事",
    "{organisation}邀请您担任{role}，可为其办理{scope}，至{until}。请在“我的 → 办理身份”中查看，同意后才生效；"
    "不认识的请不同意。",
    kind="agent_asked", group="family",
)  # fmt: skip


@on(AgentAsked)
async def tell_agent_asked(event: AgentAsked) -> None:
    """A number that nobody was verified with yet, or another's name, tells nobody."""
    if event.citizen_id is not None:
        await _tell(event.citizen_id, [event.agent_id])


@on(CitizenVerified)
async def tell_what_was_asked_before(event: CitizenVerified) -> None:
    await _tell(event.citizen_id)


async def _tell(citizen_id: int, only: list[int] | None = None) -> None:
    for asked in await organisation_agents.waiting_for(citizen_id):
        if only is None or asked.id in only:
            await note(
                citizen_id=citizen_id, occasion=f"agent_asked:{asked.id}", template=ASKED, page=PAGE, **_words(asked)
            )


def _words(asked: Mandate) -> dict[str, str]:
    return {
        "role": ROLE_NAMES[asked.role], "organisation": asked.organisation, "until": f"{asked.until:%Y-%m-%d}",
        "scope": "、".join(SCOPE_NAMES[one] for one in Scope if one in asked.scope),
    }  # fmt: skip
