"""What `cases` listens to, and what it keeps of a person."""

from typing import Any

from cases.models import Case
from foundation import personal_data
from foundation.events import on
from identity.events import CitizensMerged, CitizenVerified
from identity.models import Citizen


@on(CitizenVerified)
async def hand_over_cases(event: CitizenVerified) -> None:
    """Cases that were filed before their applicant signed up are theirs from now on."""
    citizen = await Citizen.get(id=event.citizen_id)
    if citizen.id_fingerprint:
        await Case.filter(applicant_fingerprint=citizen.id_fingerprint, citizen_id=None).update(citizen_id=citizen.id)


@on(CitizensMerged)
async def follow_merge(event: CitizensMerged) -> None:
    await Case.filter(citizen_id=event.gone).update(citizen_id=event.kept)


async def export(citizen_id: int) -> list[dict[str, Any]]:
    rows = await Case.filter(citizen_id=citizen_id).order_by("id")
    return [{"case_no": one.case_no, "item": one.item_name, "stage": one.stage} for one in rows]


async def forget(citizen_id: int) -> None:
    """A case is the department's file and stays; it only stops being shown to the account that goes."""
    await Case.filter(citizen_id=citizen_id).update(citizen_id=None)


personal_data.register("cases", export=export, forget=forget)
