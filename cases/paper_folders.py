"""附件夹: the papers of a matter of a room above, which opens it, closes it when the matter is answered, and shows it.

The rest is that of other papers: pieces, kinds, limits, the scan, the sealed content (`papers`).
"""

from collections.abc import Collection
from datetime import datetime

from cases import papers
from cases.filing_errors import PaperNotFound
from cases.filing_models import Paper, PaperFolder
from cases.paper_limits import LIVE
from cases.papers import PaperView
from foundation import clock, database

SHOWN = ("scanning", "ready", "infected")


async def open_for(*, kind: str, code: str, citizen_id: int) -> PaperFolder:
    """Within the transaction that makes the matter. Raises NotInTransaction."""
    database.joined()
    return await PaperFolder.create(kind=kind, code=code, citizen_id=citizen_id)


async def close(folder_id: int | None) -> None:
    """From now on nothing is added; there may be no folder. Raises NotInTransaction."""
    database.joined()
    await PaperFolder.filter(id=folder_id, closed_at=None).update(closed_at=clock.now())


async def reopen(folder_id: int | None) -> None:
    """More may be added. Raises NotInTransaction."""
    database.joined()
    await PaperFolder.filter(id=folder_id).update(closed_at=None)


async def inside(folder_id: int | None) -> list[PaperView]:
    """What has come whole, in its order; also what is looked through still, and what did not pass."""
    return [papers.view(one) for one in await Paper.filter(folder_id=folder_id, state__in=SHOWN).order_by("id")]


async def read(*, folder_id: int | None, code: str) -> tuple[PaperView, bytes]:
    """One of them, for staff whose matter it is. Raises as `papers.content`."""
    held = await Paper.get_or_none(folder_id=folder_id, code=code) if folder_id else None
    if held is None:
        raise PaperNotFound
    return papers.view(held), await papers.content(held)


async def empty(folder_ids: Collection[int]) -> int:
    """What is in them goes, and nothing is added any more; how many papers. The content is swept at night."""
    async with database.transaction():
        await PaperFolder.filter(id__in=list(folder_ids), closed_at=None).update(closed_at=clock.now())
        inside = Paper.filter(folder_id__in=list(folder_ids), state__in=LIVE)
        return await inside.update(state="gone", gone_at=clock.now())


async def empty_closed(kind: str, before: datetime) -> int:
    """Those that were closed before; how many papers went."""
    old = PaperFolder.filter(kind=kind, closed_at__lt=before, papers__state__in=LIVE)
    return await empty(await old.distinct().values_list("id", flat=True))  # type: ignore[arg-type]
