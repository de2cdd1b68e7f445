"""What an older encryption key sealed of filings is sealed anew, row by row and file by file, so that it can be taken
away. A value that changed meanwhile is left to the next night.
"""

from collections.abc import Iterable

from tortoise.models import Model

from cases import paper_content
from cases.filing_models import Delivery, Filing, LicenceUse, Paper
from foundation import crypto
from foundation.object_store import ObjectMissing

COLUMNS: Iterable[tuple[type[Model], str]] = (
    (Filing, "answers_sealed"),
    (Paper, "name_sealed"),
    (LicenceUse, "told_sealed"),
    (Delivery, "address_sealed"),
)
BATCH = 200


async def columns() -> None:
    for table, column in COLUMNS:
        last = 0
        while rows := await table.filter(id__gt=last).exclude(**{column: ""}).order_by("id").limit(BATCH):
            for row in rows:
                await _column(table, column, row.pk, getattr(row, column))
            last = rows[-1].pk


async def _column(table: type[Model], column: str, row_id: int, sealed: str) -> None:
    if crypto.needs_resealing(sealed):
        anew = crypto.seal(crypto.open_sealed(sealed))
        await table.filter(id=row_id, **{column: sealed}).update(**{column: anew})


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
