"""附件 of a consultation: who adds, until when, what, who sees it, how long it is kept."""

from dataclasses import replace
from datetime import timedelta

import pytest

from cases import filing_jobs, paper_folders, papers
from cases.filing_errors import (
    FolderClosed,
    PaperInfected,
    PaperKindRefused,
    PaperNotFound,
    PaperNotReady,
    TooManyPapers,
    UnknownMaterial,
)
from cases.filing_models import Paper, PaperFolder
from cases.paper_owners import ATTACHED, Owner
from feedback import answering, consultation_inbox, consultation_lookup, consultations, jobs, moderation
from feedback.consultation_models import Consultation
from foundation import clock, settings
from foundation.actor import Actor
from identity.events import CitizensMerged
from tests.builders import opinions
from tests.builders.clamd import EICAR, a_scanner
from tests.builders.filing import PDF, picture, upload
from tests.builders.opinions import a_citizen, asked

pytestmark = pytest.mark.usefixtures("db", "redis_db", "settings_env")
OFD = b"PK\x03\x04" + b"OFD.xml" * 3


def of(one: Consultation) -> Owner:
    return Owner("consultation", one.code)


async def attach(one: Consultation, by: Actor, data: bytes | None = None, *, material: str = ATTACHED) -> str:
    return (await upload(of(one), by, material=material, data=data)).code


async def names(one: Consultation, by: Actor | None) -> list[str]:
    return [paper.name for paper in (await consultation_lookup.seen(one, by=by)).attachments]


async def test_pictures_and_pdfs_of_who_asked_reach_the_desk() -> None:
    me, other = await a_citizen(), await a_citizen(name="李四")
    one = await asked(by=me)
    data = picture()
    code = await attach(one, me, data)
    await attach(one, me, PDF)
    whole = await consultation_inbox.one(one.id)
    assert [paper.media_type for paper in whole.attached] == ["image/jpeg", "application/pdf"]
    folder_id: int = whole.row.folder_id  # type: ignore[attr-defined]
    assert (await paper_folders.read(folder_id=folder_id, code=code))[1] == data
    assert (await papers.read(code=code, by=me))[1] == data
    assert (await names(one, me), await names(one, other), await names(one, None)) == (["照片.jpg"] * 2, [], [])
    with pytest.raises(FolderClosed):
        await attach(one, other)
    with pytest.raises(PaperNotFound):
        await papers.read(code=code, by=other)
    with pytest.raises(PaperNotFound):
        await paper_folders.read(folder_id=None, code=code)


async def test_no_more_than_five_and_nothing_else() -> None:
    me = await a_citizen()
    one = await asked(by=me)
    with pytest.raises(UnknownMaterial):
        await attach(one, me, material="户口簿")
    with pytest.raises(PaperKindRefused):
        await attach(one, me, OFD)
    codes = [await attach(one, me) for _ in range(5)]
    with pytest.raises(TooManyPapers):
        await attach(one, me)
    await papers.withdraw(code=codes[0], by=me)
    await attach(one, me)


async def test_what_the_scanner_finds_and_has_not_seen_the_desk_does_not_get() -> None:
    me, before = await a_citizen(), settings.current()
    one = await asked(by=me)
    try:
        settings.use(replace(before, papers=replace(before.papers, clamd_address="127.0.0.1:9")))
        waits = await attach(one, me)
        async with a_scanner() as address:
            settings.use(replace(before, papers=replace(before.papers, clamd_address=address)))
            with pytest.raises(PaperInfected):
                await attach(one, me, picture(EICAR))
    finally:
        settings.use(before)
    whole = await consultation_inbox.one(one.id)
    assert [paper.state for paper in whole.attached] == ["scanning", "infected"]
    with pytest.raises(PaperNotReady):
        await paper_folders.read(folder_id=whole.row.folder_id, code=waits)  # type: ignore[attr-defined]
    await filing_jobs.scan_what_waits()
    assert [paper.state for paper in (await consultation_inbox.one(one.id)).attached] == ["ready", "infected"]


async def test_answered_it_is_closed_and_asked_again_it_is_open() -> None:
    me, agent = await a_citizen(), await opinions.staff()
    one = await asked(by=me)
    code = await attach(one, me)
    await opinions.answered(one, by=agent)
    for attempt in (attach(one, me), papers.withdraw(code=code, by=me)):
        with pytest.raises(FolderClosed):
            await attempt
    assert not (await consultation_lookup.seen(one, by=me)).can_attach
    await consultations.ask_again(one=one, text="还要照片吗？", by=me)
    assert (await consultation_lookup.seen(one, by=me)).can_attach
    await attach(one, me)
    await moderation.refuse(consultation_id=one.id, why="unrelated", text="没有具体事项", by=agent)
    with pytest.raises(FolderClosed):
        await attach(one, me)


@pytest.mark.parametrize("ending", ["pointed", "withdrawn"])
async def test_pointed_elsewhere_or_taken_back_it_is_closed(ending: str) -> None:
    me, agent = await a_citizen(), await opinions.staff()
    one = await asked(by=me)
    if ending == "withdrawn":
        await consultations.withdraw(one=one, by=me)
    else:
        await answering.point(consultation_id=one.id, door="court", text="", by=agent)
    with pytest.raises(FolderClosed):
        await attach(one, me)


async def test_kept_for_a_time_exported_and_forgotten_like_the_rest() -> None:
    me, agent = await a_citizen(), await opinions.staff()
    one, two = await asked(by=me), await asked(by=me, title="另一件事", text="另外问一件事，怎么办理？")
    await attach(one, me)
    await attach(two, me)
    exported = [row["attachments"] for row in await jobs.export(me.number)]
    assert exported == [["照片.jpg"], ["照片.jpg"]]
    await opinions.answered(one, by=agent)
    assert await jobs.delete_old_attachments(clock.now() - timedelta(hours=1)) == 0
    assert await jobs.delete_old_attachments(clock.now() + timedelta(hours=1)) == 1
    assert await Paper.filter(state="ready").count() == 1
    await jobs.forget(me.number)
    assert await Paper.filter(state="ready").count() == 0
    with pytest.raises(FolderClosed):
        await attach(two, me)


async def test_after_a_merge_they_are_the_kept_ones() -> None:
    gone, kept = await a_citizen(), await a_citizen()
    one = await asked(by=gone)
    code = await attach(one, gone)
    event = CitizensMerged(kept=kept.number, gone=gone.number)
    await filing_jobs.follow_filings(event)
    await jobs.follow_merge(event)
    assert (await papers.read(code=code, by=kept))[0].code == code
    assert await PaperFolder.filter(citizen_id=kept.number).count() == 1


async def test_a_visitor_has_no_folder() -> None:
    one = await asked()
    assert not (await consultation_lookup.seen(one, by=None)).can_attach
    assert await PaperFolder.all().count() == 0
