"""电子证照 instead of paper: consent each time, kept; held, absent, run out, down, and who must upload instead."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from cases import filing, filing_views, licence_library, licences, pledge
from cases.filing_errors import LicenceConsentNeeded, LicenceNotHere, LicencesDown, MaterialsMissing, NoLicenceFor
from cases.filing_models import LicenceUse
from foundation import clock
from foundation.actor import Actor
from foundation.http import OutcomeUnknown
from tests.builders.filing import BOOKLET, OLD_CARD, REPORT, Shelf, a_draft, an_applicant, online_city

pytestmark = pytest.mark.usefixtures("db", "redis_db")
LICENCE = "居民户口簿电子证照"


@pytest.fixture
def library() -> Iterator[Shelf]:
    shelf = Shelf()
    licence_library.use(shelf)
    yield shelf
    licence_library.use(None)


@pytest.fixture
async def me(db: None) -> Actor:
    await online_city()
    return (await an_applicant(name="李四"))[1]


async def reuse(code: str, me: Actor, *, material: str = BOOKLET, consent: str = pledge.LICENCE_CONSENT) -> None:
    await licences.reuse(code=code, material=material, consent_version=consent, by=me)


async def test_what_the_library_holds_is_not_asked_for(me: Actor, library: Shelf) -> None:
    library.holds[LICENCE] = clock.today() + timedelta(days=400)
    code = await a_draft(me, materials=(OLD_CARD, REPORT))
    with pytest.raises(MaterialsMissing):
        await filing.submit(code=code, pledge_version=pledge.CURRENT, by=me)
    await reuse(code, me)
    await reuse(code, me)
    assert len(library.asked) == 1
    holder, consent = library.asked[0]
    assert (holder.name, consent.licence, consent.version) == ("李四", LICENCE, pledge.LICENCE_CONSENT)
    use = await LicenceUse.get(outcome="held")
    assert (use.consented_at <= use.answered_at, "DZ0001" in use.told_sealed) == (True, False)  # type: ignore[operator]
    assert [(one.licence_no, one.material) for one in await licences.of_filing(use.filing_id)] == [  # type: ignore[attr-defined]
        ("DZ0001", BOOKLET)
    ]
    await filing.submit(code=code, pledge_version=pledge.CURRENT, by=me)


async def test_every_application_needs_a_consent_of_its_own(me: Actor, library: Shelf) -> None:
    library.holds[LICENCE] = None
    code = await a_draft(me, materials=())
    with pytest.raises(LicenceConsentNeeded):
        await reuse(code, me, consent="")
    assert library.asked == []
    await reuse(code, me)
    await filing.withdraw(code=code, by=me)
    again = await a_draft(me, materials=())
    states = {one.name: one.how for one in (await filing_views.one_of_mine(code=again, by=me)).materials}
    assert states[BOOKLET] == "missing"
    assert await LicenceUse.filter(outcome="held").count() == 1


async def test_what_is_not_held_or_has_run_out_is_uploaded(me: Actor, library: Shelf) -> None:
    code = await a_draft(me, materials=())
    with pytest.raises(LicenceNotHere):
        await reuse(code, me)
    library.holds[LICENCE] = clock.today() - timedelta(days=1)
    with pytest.raises(LicenceNotHere):
        await reuse(code, me)
    with pytest.raises(NoLicenceFor):
        await reuse(code, me, material=OLD_CARD)
    assert {one.outcome for one in await LicenceUse.all()} == {"absent"}


async def test_a_library_that_is_down_or_missing_says_upload_instead(me: Actor, library: Shelf) -> None:
    code = await a_draft(me, materials=())
    library.down = OutcomeUnknown()
    with pytest.raises(LicencesDown, match="直接上传材料"):
        await reuse(code, me)
    licence_library.use(None)
    assert not (await filing_views.one_of_mine(code=code, by=me)).licences_on
    with pytest.raises(LicencesDown):
        await reuse(code, me)
    assert [one.outcome for one in await LicenceUse.all()] == ["failed", "failed"]
