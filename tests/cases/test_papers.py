"""Uploads: in pieces over a bad network, what they are by their content, how many, who reads them, the scanner."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from cases import filing, filing_jobs, paper_content, paper_limits, papers, pledge, review_desk
from cases.filing_errors import (
    FilingClosed,
    FilingNotFound,
    NotYourHall,
    PaperChanged,
    PaperInfected,
    PaperKindRefused,
    PaperNotFound,
    PaperNotReady,
    PaperPartFault,
    PapersNotReady,
    PaperTooLarge,
    TooManyPapers,
    UnknownMaterial,
)
from cases.filing_models import Paper
from cases.paper_owners import Owner
from foundation import clock, object_store, settings
from foundation.actor import Actor
from foundation.idempotency import KeyReused
from foundation.object_store import ObjectMissing
from identity import resealing as column_resealing
from tests.builders.clamd import EICAR, a_scanner
from tests.builders.filing import (
    CITY,
    HALL,
    OLD_CARD,
    PDF,
    SLUG,
    a_draft,
    a_reviewer,
    an_applicant,
    announced,
    online_city,
    picture,
    row,
    submitted,
    upload,
)

pytestmark = pytest.mark.usefixtures("db", "redis_db")


@pytest.fixture
async def me(db: None) -> Actor:
    await online_city()
    return (await an_applicant())[1]


@pytest.fixture
async def owner(me: Actor) -> Owner:
    return Owner("filing", await filing.begin(slug=SLUG, hall_code=HALL, by=me))


@pytest.fixture
async def scanner() -> AsyncIterator[None]:
    """A small server that speaks clamd's protocol, in the settings."""
    before = settings.current()
    async with a_scanner() as address:
        settings.use(replace(before, papers=replace(before.papers, clamd_address=address)))
        yield
    settings.use(before)


async def announce(owner: Owner, me: Actor, data: bytes, **other: str) -> papers.PaperView:
    material = other.pop("material", OLD_CARD)
    return await papers.announce(owner=owner, paper=announced(data, material, **other), by=me)


async def test_pieces_come_in_any_order_twice_and_over_two_days(owner: Owner, me: Actor) -> None:
    data = picture("x" * 60_000)
    assert paper_limits.parts_of(len(data)) == 3
    pieces = [data[at : at + paper_limits.PART] for at in range(0, len(data), paper_limits.PART)]
    code = (await announce(owner, me, data, key="same")).code
    assert (await papers.send_part(code=code, number=3, data=pieces[2], by=me)).missing == [1, 2]
    with pytest.raises(PaperPartFault) as caught:
        await papers.finish(code=code, by=me)
    assert caught.value.detail == {"missing": [1, 2]}
    again = await announce(owner, me, data, key="same")
    assert (again.code, again.missing) == (code, [1, 2])
    for number in (1, 1, 2, 3):
        await papers.send_part(code=code, number=number, data=pieces[number - 1], by=me)
    for _ in range(2):
        view = await papers.finish(code=code, by=me)
        assert (view.state, view.media_type, view.name) == ("ready", "image/jpeg", "照片.jpg")
    assert (await papers.read(code=code, by=me))[1] == data
    left = [one.key async for page in object_store.listed("papers") for one in page if ".parts/" in one.key]
    assert not [one for one in left if one.startswith((await Paper.get(code=code)).object_key)]


async def test_nothing_of_it_can_be_read_in_the_store(owner: Owner, me: Actor) -> None:
    view = await upload(owner, me, data=PDF)
    kept = await Paper.get(code=view.code)
    at_rest = await object_store.get(kept.object_key)
    assert b"%PDF" not in at_rest
    await object_store.put(kept.object_key, at_rest[:-1] + b"x", content_type=paper_content.SEALED)
    with pytest.raises(ObjectMissing):
        await papers.read(code=view.code, by=me)
    assert "照片" not in kept.name_sealed


async def test_the_same_content_is_not_kept_twice_and_a_key_means_one_content(owner: Owner, me: Actor) -> None:
    data = picture()
    first = await upload(owner, me, data=data)
    assert (await announce(owner, me, data)).code == first.code
    await announce(owner, me, data, key="mine", material="居民户口簿")
    with pytest.raises(KeyReused):
        await announce(owner, me, picture(), key="mine", material="居民户口簿")
    with pytest.raises(KeyReused):
        await announce(owner, me, data, key="mine")


@pytest.mark.parametrize(
    "data",
    [
        b"MZ\x90\x00 program",
        b"<html><script>alert(1)</script></html>",
        b"PK\x03\x04 word/document.xml",
        b"GIF89a",
        b"\xff\xd8\xff cut off",
    ],
)
async def test_what_it_is_is_told_by_its_content(owner: Owner, me: Actor, data: bytes) -> None:
    with pytest.raises(PaperKindRefused):
        await upload(owner, me, data=data)
    assert await Paper.filter(state="gone").count() == 1


async def test_what_comes_is_what_was_announced(owner: Owner, me: Actor) -> None:
    data = picture()
    other = data.replace(b"picture", b"PICTURE")
    code = (await announce(owner, me, data)).code
    await papers.send_part(code=code, number=1, data=other, by=me)
    with pytest.raises(PaperChanged):
        await papers.finish(code=code, by=me)
    for number, piece in ((0, data), (2, data), (1, data[:-1])):
        with pytest.raises(PaperPartFault):
            await papers.send_part(code=code, number=number, data=piece, by=me)


async def test_sizes_and_numbers_have_limits(owner: Owner, me: Actor) -> None:
    huge = replace(announced(b"x", OLD_CARD), size=paper_limits.LARGEST + 1)
    with pytest.raises(PaperTooLarge):
        await papers.announce(owner=owner, paper=huge, by=me)
    for _ in range(paper_limits.PER_MATERIAL):
        await upload(owner, me)
    with pytest.raises(TooManyPapers):
        await upload(owner, me)
    with pytest.raises(UnknownMaterial):
        await upload(owner, me, material="无犯罪记录证明")
    one = await Paper.filter(state="ready").first()
    assert one is not None
    await papers.withdraw(code=one.code, by=me)
    await papers.withdraw(code=one.code, by=me)
    await upload(owner, me)


async def test_after_sending_in_nothing_can_be_changed(me: Actor) -> None:
    code = await submitted(me)
    paper = await Paper.filter(filing__code=code).first()
    assert paper is not None
    with pytest.raises(FilingClosed):
        await upload(Owner("filing", code), me)
    with pytest.raises(FilingClosed):
        await papers.withdraw(code=paper.code, by=me)


async def test_only_the_applicant_and_the_hall_read_it(me: Actor) -> None:
    code = await submitted(me)
    paper = await Paper.filter(filing__code=code).first()
    assert paper is not None
    _, other = await an_applicant()
    reviewer = await a_reviewer()
    with pytest.raises(PaperNotFound):
        await papers.read(code=paper.code, by=other)
    with pytest.raises(PaperNotFound):
        await papers.read(code=paper.code, by=reviewer)
    _, data = await review_desk.paper(code=paper.code, filing_code=code, within=("9901/",))
    assert data == (await papers.read(code=paper.code, by=me))[1]
    with pytest.raises(NotYourHall):
        await review_desk.paper(code=paper.code, filing_code=code, within=("9902/",))
    draft = await a_draft(other)
    of_draft = await Paper.filter(filing__code=draft).first()
    assert of_draft is not None
    with pytest.raises(FilingNotFound):  # what was not sent in is nobody's business
        await review_desk.paper(code=of_draft.code, filing_code=draft, within=CITY)
    with pytest.raises(PaperNotFound):  # nor does one application open another's papers
        await review_desk.paper(code=of_draft.code, filing_code=code, within=CITY)


async def test_a_virus_is_found_and_gone(owner: Owner, me: Actor, scanner: None) -> None:
    with pytest.raises(PaperInfected):
        await upload(owner, me, data=picture(EICAR))
    row = await Paper.get(state="infected")
    with pytest.raises(ObjectMissing):
        await object_store.get(row.object_key)
    with pytest.raises(PaperInfected):
        await papers.finish(code=row.code, by=me)
    assert (await upload(owner, me, data=picture("x" * 20_000))).state == "ready"


async def test_what_was_not_looked_through_is_handed_to_nobody(me: Actor) -> None:
    code = await a_draft(me)
    before, owner = settings.current(), Owner("filing", code)
    settings.use(replace(before, papers=replace(before.papers, clamd_address="127.0.0.1:9")))
    try:
        view = await upload(owner, me)
        assert (view.state, view.state_label) == ("scanning", "安全检查中")
        with pytest.raises(PaperNotReady):
            await papers.read(code=view.code, by=me)
        with pytest.raises(PapersNotReady):
            await filing.submit(code=code, pledge_version=pledge.CURRENT, by=me)
        await filing_jobs.scan_what_waits()
        assert (await Paper.get(code=view.code)).state == "scanning"
    finally:
        settings.use(before)
    await filing_jobs.scan_what_waits()
    assert (await papers.read(code=view.code, by=me))[0].state == "ready"


async def test_a_scanner_that_speaks_nonsense_has_said_nothing(owner: Owner, me: Actor) -> None:
    before = settings.current()
    async with a_scanner(says=b"stream: scan failed ERROR\0") as address:
        settings.use(replace(before, papers=replace(before.papers, clamd_address=address)))
        view = await upload(owner, me)
        settings.use(before)
    assert view.state == "scanning"


async def test_objects_that_nobody_names_are_swept_and_no_others(owner: Owner, me: Actor) -> None:
    kept, gone = await upload(owner, me), await upload(owner, me)
    unfinished = await announce(owner, me, picture())
    half = await Paper.get(code=unfinished.code)
    await papers.send_part(code=half.code, number=1, data=b"x" * half.size, by=me)
    orphan = paper_content.new_key()
    await paper_content.keep(orphan, b"left behind by a crash")
    lost = await Paper.get(code=gone.code)
    at_rest = await object_store.get(lost.object_key)
    await papers.withdraw(code=gone.code, by=me)
    await object_store.put(lost.object_key, at_rest, content_type=paper_content.SEALED)  # as if it had not been removed

    await filing_jobs.sweep()  # all of it is too young
    assert await paper_content.opened(orphan) == b"left behind by a crash"
    with clock.shifted(timedelta(days=2)):
        await filing_jobs.sweep()
    for key in (orphan, lost.object_key, paper_content.part_key(half.object_key, 1)):
        with pytest.raises(ObjectMissing):
            await object_store.get(key)
    assert (await papers.read(code=kept.code, by=me))[0].code == kept.code
    assert (await Paper.get(code=half.code)).state == "gone"


def test_the_fingerprint_of_a_file_is_keyed(settings_env: settings.Settings) -> None:
    digest = hashlib.sha256(PDF).hexdigest()
    assert digest not in papers._fingerprints(digest)


async def test_everything_follows_a_new_key(me: Actor) -> None:
    code = await submitted(me)
    before = settings.current()
    renewed = f"k2:{'0a' * 16},{before.secrets.encryption_keys}"
    settings.use(replace(before, secrets=replace(before.secrets, encryption_keys=renewed)))
    try:
        done = await column_resealing.everything()  # what stands in columns, and the files
        assert (done.anew["材料文件"], done.broken) == (3, {})
        only_new = replace(before.secrets, encryption_keys=renewed.partition(",")[0])
        settings.use(replace(before, secrets=only_new))
        for paper in await Paper.filter(filing__code=code):
            assert (await papers.content(paper)).startswith(b"\xff\xd8\xff")
            assert papers.view(paper).name == "照片.jpg"
        assert filing.answers_of(await row(code))["phone"] == "13800000001"
    finally:
        settings.use(before)
