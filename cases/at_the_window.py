"""窗口登记: a case that begins at a window gets its number there; item, department and periods are the catalogue's."""

from cases import intake, registering
from cases.models import Case
from cases.pushed import PushedEvent, Registration
from cases.timeline import Kind
from catalogue.errors import ItemNotFound
from catalogue.models import ServiceItem
from foundation import clock
from foundation.actor import Actor
from identity.idnumber import Identity
from identity.realname import clean_name


async def register(
    *, slug: str, applicant_name: str, applicant: Identity, hall_path: str, note: str = "", key: str, by: Actor
) -> str:
    """The number of the new case; the same `key` gives the same one. Raises ItemNotFound, NameFault."""
    reference = f"window-{key}"
    known = await Case.get_or_none(source=registering.source_of(by), reference=reference)
    if known is not None:
        return known.case_no
    item = await ServiceItem.get_or_none(slug=slug).select_related("department")
    if item is None:
        raise ItemNotFound
    about = Registration(
        item_code=item.item_code[:40],
        item_name=item.name[:120],
        department_name=item.department.name[:60],
        applicant_name=clean_name(applicant_name),
        applicant=applicant,
        legal_days=item.legal_days,
        promised_days=item.promised_days,
        reference=reference,
        hall_path=hall_path,
    )
    received = PushedEvent(
        event_id=reference, case_no="", kind=Kind.RECEIVED, happened_at=clock.now(), note=note, registration=about
    )
    return await intake.register(event=received, by=by)
