"""What this room holds of a citizen: handed over with the other rooms' parts, and let go last."""

from typing import Any

from foundation import clock, personal_data
from foundation.actor import Actor
from foundation.personal_data import Holding
from identity import access, asking, family, guardians, inviting, looks, organisation_agents, policy
from identity.access import ROLE_NAMES, Role
from identity.delegation import SCOPE_NAMES, Scope
from identity.family_models import DelegationInvitation, DelegationRequest, FamilyMember
from identity.models import Citizen, Delegation, PlatformAccount
from identity.organisation_models import OrganisationAgent
from identity.privacy_models import DataExport
from identity.standing_models import Guardianship, IdentityProof

ROOM = "identity"
PROOFS = {"phone": "绑定手机号", "three_factor": "三要素核验", "face": "人脸核验", "in_person": "现场核验"}
TIES = "关系解除后只保留起止日期，用于核对当时的代办是否有效，到期自动删除。"


async def export(citizen_id: int) -> dict[str, Any]:
    """This room's part."""
    own = await access.profile(citizen_id, seen_by=Actor.citizen(citizen_id))
    accounts = await PlatformAccount.filter(citizen_id=citizen_id).order_by("id")
    return {
        "name": own.name,
        "id_type": own.identity.id_type.chinese if own.identity else "",
        "id_number": own.identity.number if own.identity else "",
        "phone": own.phone,
        "phone_verified": own.phone_verified,
        "accounts": [{"platform": one.platform, "since": one.created_at.isoformat()} for one in accounts],
        "proofs": [
            {"kind": PROOFS[one.kind], "at": one.at.isoformat()}
            for one in await IdentityProof.filter(citizen_id=citizen_id).order_by("id")
        ],
        **await _ties(citizen_id),
        "agreements": [
            {
                "version": one.version, "agreed_at": one.agreed_at.isoformat(),
                "withdrawn_at": one.withdrawn_at.isoformat() if one.withdrawn_at else "",
            }
            for one in await policy.history(citizen_id)
        ],
        "looks": [
            {
                "at": one.at.isoformat(), "by": "、".join(ROLE_NAMES[Role(role)] for role, _ in one.roles),
                "what": looks.NAMES[one.what], "why": one.why,
            }
            for one in await looks.of(citizen_id, limit=10_000)
        ],
    }  # fmt: skip


async def _ties(citizen_id: int) -> dict[str, Any]:
    """Of others only what the lists themselves show: their record is theirs."""
    agents = await Delegation.filter(principal_id=citizen_id).order_by("id")
    principals = await Delegation.filter(agent_id=citizen_id).order_by("id")
    return {
        "delegations": [_delegation(one) for one in agents],
        "acts_for": [_delegation(one) for one in principals],
        "family": [
            {"name": one.name, "number": one.number, "relation": family.RELATION_NAMES[one.relation]}
            for one in await family.of(citizen_id)
        ],
        "wards": [{"name": one.name, "number": one.number} for one in await guardians.wards_of(citizen_id)],
        "organisations": [
            {
                "organisation": one.organisation, "credit_code": one.credit_code,
                "role": organisation_agents.ROLE_NAMES[one.role], "until": one.until.isoformat(),
            }
            for one in await organisation_agents.mandates_of(citizen_id)
        ],
        "requests": [{"name": one.name, "scope": _names(one.scope)} for one in await asking.asked_by(citizen_id)],
        "invitations": [{"scope": _names(one.scope)} for one in await inviting.open_of(citizen_id)],
    }  # fmt: skip


async def forget(citizen_id: int) -> None:
    """The row stays, empty, so that what the law keeps still points at somebody; nobody can sign in to it."""
    await PlatformAccount.filter(citizen_id=citizen_id).delete()
    await DelegationInvitation.filter(principal_id=citizen_id).delete()
    await DelegationRequest.filter(agent_id=citizen_id).delete()
    await FamilyMember.filter(owner_id=citizen_id).delete()
    await FamilyMember.filter(member_id=citizen_id).delete()
    await Delegation.filter(principal_id=citizen_id).delete()
    await Delegation.filter(agent_id=citizen_id).delete()
    await Guardianship.filter(guardian_id=citizen_id).delete()
    await Guardianship.filter(child_id=citizen_id).delete()
    await IdentityProof.filter(citizen_id=citizen_id).delete()
    await DataExport.filter(citizen_id=citizen_id).delete()
    await OrganisationAgent.filter(citizen_id=citizen_id, state__in=("active", "claimed")).update(
        state="ended", ended_at=clock.now()
    )
    await Citizen.filter(id=citizen_id).update(
        state="deleted",
        real_name_sealed="",
        id_type="",
        id_number_sealed="",
        id_fingerprint=None,
        verified_at=None,
        phone_sealed="",
        phone_fingerprint=None,
        phone_verified_at=None,
        guardian_id=None,
    )


def _delegation(one: Delegation) -> dict[str, Any]:
    return {"scope": _names(one.scope), "items": one.items, "until": one.until.isoformat()}


def _names(scope: list[str]) -> list[str]:
    return [SCOPE_NAMES[Scope(one)] for one in scope]


personal_data.register(
    ROOM,
    export=export,
    forget=forget,
    title="账号与身份",
    holds=(
        Holding("citizen", "姓名、证件号码、手机号"),
        Holding("platform_account", "登录账号"),
        Holding("family_member", "亲友名单"),
        Holding("delegation", "委托"),
        Holding("delegation_invitation", "委托邀请"),
        Holding("delegation_request", "委托申请"),
        Holding("identity_proof", "核验记录"),
        Holding("guardianship", "监护"),
        Holding("organisation", "单位登记", "单位是独立的主体，经办人注销后单位的登记、预约、缴费和办件仍归单位。"),
        Holding("organisation_agent", "经办记录", TIES),
        Holding("data_export", "信息副本"),
        Holding("policy_consent", "同意记录", "只保留版本和时间，用于证明已取得同意（个人信息保护法第十四条）。"),
        Holding("record_access", "查阅记录", "不含姓名，用于查证工作人员是否合规查阅，到期自动删除。"),
        Holding("leaving", "注销申请", "只保留申请和完成时间，用于证明已按申请注销。"),
    ),
)
