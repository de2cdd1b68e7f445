"""The content of papers follows a new key, file by file, whenever `identity.resealing` runs."""

from collections import Counter

from cases import paper_content
from cases.filing_models import Paper
from cases.paper_limits import LIVE
from foundation import crypto
from foundation.object_store import ObjectMissing

BATCH = 200


async def papers() -> tuple[int, int]:
    """How many followed, and how many cannot be opened: the key that sealed them is not among ours, or they are lost.

    One that was withdrawn meanwhile is swept with the other objects that nobody names.
    """
    last, done = 0, Counter[bool]()
    kept = Paper.filter(state__in=("scanning", "ready")).exclude(sealed_with=crypto.key_id())
    while rows := await kept.filter(id__gt=last).order_by("id").limit(BATCH):
        for row in rows:
            done[await _paper(row)] += 1
        last = rows[-1].id
    return done[True], done[False]


async def _paper(row: Paper) -> bool:
    try:
        data = await paper_content.opened(row.object_key)
    except ObjectMissing:
        return not await Paper.exists(id=row.id, state__in=LIVE)
    await paper_content.keep(row.object_key, data)
    await Paper.filter(id=row.id).update(sealed_with=crypto.key_id())
    return True
