"""What `cases` listens to, and what it keeps of a person."""

from typing import Any

from cases.models import Case
from cases.progress_models import CaseSubscription
from cases.timeline import LABELS, Kind
from foundation import crypto, database, personal_data
from foundation.actor import Actor
from foundation.events import on
from identity import access, realname
from identity.events import CitizensMerged, CitizenVerified

FOLLOW_MERGE = """
update case_subscription s set citizen_id = $2 where citizen_id = $1
   and not exists (select from case_subscription o where o.citizen_id = $2 and o.case_id = s.case_id)"""


@on(CitizenVerified)
async def hand_over_cases(event: CitizenVerified) -> None:
    """Cases that were filed before their applicant signed up are theirs from now on."""
    found = await access.profiles([event.citizen_id], seen_by=Actor.system("hand_over_cases"))
    for applicant in found.values():
        if applicant.identity is None:
            continue
        for case in await Case.filter(applicant_fingerprint__in=applicant.identity.fingerprints, citizen_id=None):
            if realname.names_agree(applicant.identity, applicant.name, crypto.open_sealed(case.applicant_name_sealed)):
                await Case.filter(id=case.id, citizen_id=None).update(citizen_id=applicant.citizen_id)


@on(CitizensMerged)
async def follow_merge(event: CitizensMerged) -> None:
    await Case.filter(citizen_id=event.gone).update(citizen_id=event.kept)
    async with database.transaction() as tx:  # what both followed is followed once
        await tx.execute(FOLLOW_MERGE, event.gone, event.kept)
        await tx.execute("delete from case_subscription where citizen_id = $1", event.gone)


async def export(citizen_id: int) -> list[dict[str, Any]]:
    rows = await Case.filter(citizen_id=citizen_id).order_by("id")
    followed = await CaseSubscription.filter(citizen_id=citizen_id).prefetch_related("case").order_by("id")
    return [
        *({"case_no": one.case_no, "item": one.item_name, "stage": LABELS[Kind(one.stage)]} for one in rows),
        *({"case_no": one.case.case_no, "followed_since": one.created_at.isoformat()} for one in followed),
    ]


async def forget(citizen_id: int) -> None:
    """A case is the department's file and stays; it only stops being shown to the account that goes."""
    await Case.filter(citizen_id=citizen_id).update(citizen_id=None)
    await CaseSubscription.filter(citizen_id=citizen_id).delete()


personal_data.register(
    "cases", export=export, forget=forget,
    title="办件",
    holds=(
        personal_data.Holding("case_file", "办件档案", "是承办部门的档案，由其依《档案法》保管，不再与账号关联。"),
        personal_data.Holding("case_subscription", "订阅的办件"),
    ),
)  # fmt: skip
