"""登记: a case is registered once; what another registration of it says is compared with the first."""

from collections.abc import Mapping, Sequence

from cases.errors import CaseOfAnotherApplicant, CaseOfAnotherDepartment
from cases.models import Case
from cases.pushed import PushedEvent, Registration
from foundation import crypto, database
from foundation.actor import Actor
from foundation.errors import Refusal
from identity import owners

# Registered by ourselves: its department's system goes on with it under the number it was given here.
OURS = {"staff": "console", "citizen": "online", "system": "system", "channel": "system"}


def source_of(by: Actor) -> str:
    """Whose events these are: the key id of a department, or where among us they came from."""
    return OURS.get(by.kind, by.name)


async def new_cases(given: Mapping[str, Registration], *, source: str) -> dict[str, Case]:
    """Number → the row of a case that nobody has registered yet; within a transaction, and not written yet."""
    whose = await owners.of([(one.applicant, one.applicant_name) for one in given.values()]) if given else []
    numbered = zip(await ids("case_file", len(given)), given.items(), whose, strict=True)
    return {
        case_no: Case(
            id=row_id,
            case_no=case_no,
            source=source,
            reference=about.reference,
            hall_path=about.hall_path,
            item_code=about.item_code,
            item_name=about.item_name,
            department_name=about.department_name,
            citizen_id=citizen_id,
            applicant_fingerprint=about.applicant.fingerprint,
            applicant_name_sealed=crypto.seal(about.applicant_name),
            factor_fingerprint=factor(case_no, about.applicant.last_four),
            legal_days=about.legal_days,
            promised_days=about.promised_days,
        )
        for row_id, (case_no, about), citizen_id in numbered
    }


def factor(case_no: str, last_four: str) -> str:
    """What a look-up by number must match besides the number."""
    return crypto.fingerprint(f"{case_no}|{last_four.upper()}", purpose="case_factor")


def objection(case: Case, event: PushedEvent, *, source: str) -> Refusal | None:
    """Why `source` may not tell this. A department that names applicant and item takes over what we registered."""
    if _is_somebody_elses(case, event.registration):
        return CaseOfAnotherApplicant()
    if source in OURS.values() or case.source == source:
        return None
    if case.source in OURS.values() and event.registration and event.registration.item_code == case.item_code:
        return None
    return CaseOfAnotherDepartment()


def take_over(case: Case, *, source: str) -> None:
    """What we registered belongs to the department whose system goes on with it."""
    if source not in OURS.values() and case.source != source:
        case.source, case.reference = source, ""


def _is_somebody_elses(case: Case, given: Registration | None) -> bool:
    """Two cases pushed under one number: the second would be shown to the first one's applicant."""
    return bool(given and case.applicant_fingerprint and case.applicant_fingerprint not in given.applicant.fingerprints)


def differs(case: Case, given: Registration | None) -> bool:
    """Whether a later registration says otherwise; the first one stands."""
    if given is None:
        return False
    said = (given.item_code, given.legal_days, given.promised_days)
    return said != (case.item_code, case.legal_days, case.promised_days)


async def ids(table: str, number: int) -> Sequence[int]:
    """So many new ids, before the rows are written."""
    if not number:
        return []
    sequence = "select nextval(pg_get_serial_sequence($1, 'id')) as id from generate_series(1, $2::int)"
    return [row["id"] for row in await database.fetch(sequence, table, number)]
