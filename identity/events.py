"""What happens to citizens, told to the rooms above."""

from dataclasses import dataclass
from typing import ClassVar

from foundation.events import Event


@dataclass(frozen=True, kw_only=True)
class CitizenVerified(Event):
    """实名认证: from now on this citizen is a known person."""

    about: ClassVar[str] = "citizen_id"
    citizen_id: int


@dataclass(frozen=True, kw_only=True)
class CitizensMerged(Event):
    """One person had two accounts: what belonged to `gone` belongs to `kept`; re-point your rows.

    Merges are told one after another, all of them, so that of two merges of one person the earlier is heard first.
    """

    kept: int
    gone: int

    @property
    def subject(self) -> str:
        return "citizens_merged"


@dataclass(frozen=True, kw_only=True)
class CitizenForgotten(Event):
    """注销: the citizen's personal data are gone."""

    about: ClassVar[str] = "citizen_id"
    citizen_id: int


@dataclass(frozen=True, kw_only=True)
class DelegationEvent(Event):
    """Something happened between a principal and an agent."""

    about: ClassVar[str] = "delegation_id"
    delegation_id: int
    principal_id: int
    agent_id: int


@dataclass(frozen=True, kw_only=True)
class DelegationGranted(DelegationEvent):
    """委托生效."""


@dataclass(frozen=True, kw_only=True)
class DelegationRevoked(DelegationEvent):
    """委托解除: by either of the two."""


@dataclass(frozen=True, kw_only=True)
class DelegationAsked(Event):
    """委托申请: somebody asks to act for this citizen, who may agree or not."""

    about: ClassVar[str] = "request_id"
    request_id: int
    citizen_id: int


@dataclass(frozen=True, kw_only=True)
class FamilyAdded(Event):
    """登记亲友: somebody may take this citizen along; the citizen may object."""

    about: ClassVar[str] = "citizen_id"
    family_id: int
    citizen_id: int


@dataclass(frozen=True, kw_only=True)
class AgentAsked(Event):
    """邀请经办人: an organisation asks whoever has a number and a name; `citizen_id` has the number, if anybody has."""

    about: ClassVar[str] = "agent_id"
    agent_id: int
    citizen_id: int | None
