"""Whose papers they are: an application's, a supplement's, a case's result, a folder's; who may add, who may read."""

from dataclasses import dataclass

from cases import entrusted
from cases.filing_errors import (
    FilingClosed,
    FilingNotFound,
    FolderClosed,
    NothingToSupplement,
    PaperNotFound,
    SupplementSent,
    UnknownMaterial,
)
from cases.filing_models import Filing, OwedPaper, Paper, PaperFolder, Supplement
from foundation.actor import Actor

EDITABLE = ("draft", "returned")
ATTACHED = "附件"  # what every paper of a folder is called: so many of one material, so many of them


@dataclass(frozen=True)
class Owner:
    """``filing``, ``supplement`` or the kind of a folder, and its code."""

    kind: str
    code: str


@dataclass(frozen=True)
class Place:
    """The row, locked, as a filter; `late` is a paper that was promised and follows now."""

    parent: dict[str, int]
    late: bool = False


def of_paper(row: Paper) -> Owner:
    """With its parents fetched. Raises PaperNotFound for a result, which is not the applicant's to change."""
    if row.filing is not None:
        return Owner("filing", row.filing.code)
    if row.supplement is not None:
        return Owner("supplement", row.supplement.code)
    if row.folder is not None:
        return Owner(row.folder.kind, row.folder.code)
    raise PaperNotFound


async def lock(owner: Owner, *, material: str, by: Actor) -> Place:
    """Within a transaction: hold what the papers hang on, while it may be changed by `by`.

    Raises FilingNotFound, FilingClosed, UnknownMaterial, NothingToSupplement, SupplementSent, FolderClosed.
    """
    if owner.kind == "filing":
        return await _lock_filing(owner.code, material, by)
    if owner.kind == "supplement":
        return await _lock_supplement(owner.code, material, by)
    return await _lock_folder(owner, material, by)


async def _lock_filing(code: str, material: str, by: Actor) -> Place:
    row = await Filing.select_for_update().get_or_none(code=code)
    if row is None or not await _entrusted(row, row.item_code, by):
        raise FilingNotFound
    if row.state == "accepted" and await OwedPaper.exists(filing=row, material=material, received_at=None):
        return Place({"filing_id": row.id}, late=True)
    if row.state not in EDITABLE:
        raise FilingClosed
    guide = await row.guide
    if material not in {one["name"] for one in guide.content["materials"]}:
        raise UnknownMaterial
    return Place({"filing_id": row.id})


async def _lock_supplement(code: str, material: str, by: Actor) -> Place:
    row = await Supplement.select_for_update().get_or_none(code=code)
    if row is None or not await _entrusted(row, (await row.case).item_code, by):
        raise NothingToSupplement
    if row.state != "open":
        raise SupplementSent
    if not material.strip():
        raise UnknownMaterial
    return Place({"supplement_id": row.id})


async def _lock_folder(owner: Owner, material: str, by: Actor) -> Place:
    """Somebody else's and one that is closed look the same."""
    row = await PaperFolder.select_for_update().get_or_none(kind=owner.kind, code=owner.code, citizen_id=by.number)
    if row is None or row.closed_at is not None:
        raise FolderClosed
    if material != ATTACHED:
        raise UnknownMaterial
    return Place({"folder_id": row.id})


async def _entrusted(row: Filing | Supplement, item_code: str, by: Actor) -> bool:
    owner: int = row.citizen_id  # type: ignore[union-attr]
    return await entrusted.may_change(owner=owner, item_code=item_code, by=by)


async def is_of(row: Paper, by: Actor) -> bool:
    """Whether these are the papers, or the result, of a citizen or of whom they act for; a folder is one's own."""
    if by.kind != "citizen":
        return False
    if row.folder is not None:
        return row.folder.citizen_id == by.number  # type: ignore[attr-defined, no-any-return]
    about = row.filing or (row.supplement.case if row.supplement else row.result_of)
    if about is None:
        return False
    owner: int | None = about.citizen_id  # type: ignore[union-attr]
    return await entrusted.may_see(owner=owner, item_code=about.item_code, by=by)
