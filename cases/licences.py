"""电子证照 instead of paper: with the person's consent, given for this application and this licence, the library is
asked once. What it holds is not asked for again; what it does not hold, or while it is down, is uploaded.
"""

import json
from dataclasses import dataclass

from cases import filing, forms, licence_library, pledge
from cases.filing_errors import LicenceConsentNeeded, LicenceNotHere, LicencesDown, NoLicenceFor, NotTheirLicence
from cases.filing_models import Filing, LicenceUse
from channels.errors import ChannelRefused, ForgedAnswer
from channels.licences.library import Consent, Holder, Licence
from foundation import audit, clock, crypto, database, logs, ratelimit
from foundation.actor import Actor
from foundation.errors import Unavailable
from identity import access

TOLD = ("licence_no", "issuer", "issued_on")
PER_PERSON = (60, 3600)
log = logs.logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Held:
    """A licence that stands for a material, as staff see it."""

    material: str
    licence: str
    licence_no: str
    issuer: str
    issued_on: str
    valid_until: str


async def reuse(*, code: str, material: str, consent_version: str, by: Actor) -> None:
    """Raises FilingNotFound, FilingClosed, NoLicenceFor, LicenceConsentNeeded, LicenceNotHere, LicencesDown,
    NotTheirLicence for who acts for another: the consent is the holder's own; TooManyRequests.
    """
    if consent_version != pledge.LICENCE_CONSENT:
        raise LicenceConsentNeeded
    await ratelimit.check(("licence", str(by), *PER_PERSON))
    use, item_code = await _consented(code, material, by)
    if use.outcome == "held":
        return
    licence = await _asked(use, item_code, by)
    if licence is None or (licence.valid_until and licence.valid_until < clock.today()):
        await _answered(use, "absent", None)
        raise LicenceNotHere
    await _answered(use, "held", licence)


@database.retry_on_deadlock
async def _consented(code: str, material: str, by: Actor) -> tuple[LicenceUse, str]:
    """The consent is kept before anybody is asked."""
    async with database.transaction():
        row = await filing.locked(code, by)
        if row.citizen_id != by.number:  # type: ignore[attr-defined]
            raise NotTheirLicence
        wanted = (await forms.of_guide(row.guide_id)).material(material)  # type: ignore[attr-defined]
        if wanted is None or not wanted.licence:
            raise NoLicenceFor
        held = await LicenceUse.get_or_none(filing=row, material=material, outcome="held")
        if held is not None:
            return held, row.item_code
        use = await LicenceUse.create(
            filing=row, citizen_id=by.number, material=material, licence=wanted.licence,
            consent_version=pledge.LICENCE_CONSENT, consented_at=clock.now(),
        )  # fmt: skip
        detail = {"use": use.id, "text": use.consent_version}
        await audit.record("licence.consented", subject=f"filing:{row.id}", by=by, detail=detail)
        return use, row.item_code


async def _asked(use: LicenceUse, item_code: str, by: Actor) -> Licence | None:
    library = licence_library.chosen()
    if library is None:
        await _answered(use, "failed", None)
        raise LicencesDown
    who = await access.profile(by.number, seen_by=Actor.system("licences"))
    assert who.identity is not None, "only who is verified files"
    holder = Holder(name=who.name, id_type=who.identity.id_type.value, id_number=who.identity.number)
    consent = Consent(consent_no=f"L{use.id}", licence=use.licence, item_code=item_code, version=use.consent_version)
    try:
        return await library.read(holder=holder, consent=consent)
    except (Unavailable, ChannelRefused, ForgedAnswer) as error:
        log.warning("licence_library_failed", use=use.id, fault=type(error).__name__)
        await _answered(use, "failed", None)
        raise LicencesDown(retry_after=60) from error


async def _answered(use: LicenceUse, outcome: str, licence: Licence | None) -> None:
    """Two at once may hold it: the first one stands."""
    async with database.transaction():
        await Filing.select_for_update().get(id=use.filing_id)  # type: ignore[attr-defined]
        held = LicenceUse.filter(filing_id=use.filing_id, material=use.material, outcome="held")  # type: ignore[attr-defined]
        if outcome == "held" and await held.exists():
            outcome = "absent"
        told = {} if licence is None else {
            "licence_no": licence.licence_no, "issuer": licence.issuer, "issued_on": licence.issued_on.isoformat(),
        }  # fmt: skip
        await LicenceUse.filter(id=use.id).update(
            outcome=outcome,
            answered_at=clock.now(),
            told_sealed=crypto.seal(json.dumps(told, ensure_ascii=False)) if told else "",
            valid_until=licence.valid_until if licence else None,
        )
        await audit.record(f"licence.{outcome}", subject=f"filing:{use.filing_id}", by=Actor.system("licences"))  # type: ignore[attr-defined]


async def of_filing(filing_id: int) -> list[Held]:
    """What the library holds for an application, for those who review it."""
    rows = await LicenceUse.filter(filing_id=filing_id, outcome="held").order_by("id")
    return [_held(one) for one in rows]


def _held(row: LicenceUse) -> Held:
    told = json.loads(crypto.open_sealed(row.told_sealed)) if row.told_sealed else dict.fromkeys(TOLD, "已删除")
    until = row.valid_until.isoformat() if row.valid_until else "长期"
    return Held(material=row.material, licence=row.licence, valid_until=until, **told)
