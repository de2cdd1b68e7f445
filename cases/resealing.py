"""The content of papers follows a new key, file by file; what is sealed in columns does in `identity.resealing`."""

from cases import paper_content
from cases.filing_models import Paper
from foundation import crypto
from foundation.object_store import ObjectMissing

BATCH = 200


async def papers() -> None:
    """Their content; one that was withdrawn meanwhile is swept with the other objects that nobody names."""
    last = 0
    kept = Paper.filter(state__in=("scanning", "ready")).exclude(sealed_with=crypto.key_id())
    while rows := await kept.filter(id__gt=last).order_by("id").limit(BATCH):
        for row in rows:
            await _paper(row)
        last = rows[-1].id


async def _paper(row: Paper) -> None:
    try:
        data = await paper_content.opened(row.object_key)
    except ObjectMissing:
        return
    await paper_content.keep(row.object_key, data)
    await Paper.filter(id=row.id).update(sealed_with=crypto.key_id())
