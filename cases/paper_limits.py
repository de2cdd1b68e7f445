"""How much may be handed in at once, and what a piece of a file is."""

from cases.filing_errors import PaperPartFault, PaperTooLarge, TooManyPapers
from cases.filing_models import Paper
from foundation import ratelimit

PART = 512 * 1024  # bytes of every piece but the last: half of what a door lets in
LARGEST = 10 * 1024 * 1024
PER_MATERIAL = 5
TOGETHER = 30
TOGETHER_BYTES = 80 * 1024 * 1024
PER_HOUR = 200  # uploads of one person
LIVE = ("receiving", "scanning", "ready")


async def count_upload(uploader: str) -> None:
    """Raises TooManyRequests."""
    await ratelimit.check(("paper-upload", uploader, PER_HOUR, 3600))


def must_fit(size: int) -> None:
    """Raises PaperTooLarge."""
    if not 0 < size <= LARGEST:
        raise PaperTooLarge


async def must_have_room(parent: dict[str, int], *, material: str, size: int) -> None:
    """With the parent locked. Raises TooManyPapers."""
    rows = await Paper.filter(**parent, state__in=LIVE).values_list("material", "size")
    of_material = sum(name == material for name, _ in rows)
    if of_material >= PER_MATERIAL or len(rows) >= TOGETHER or sum(one for _, one in rows) + size > TOGETHER_BYTES:
        raise TooManyPapers


def parts_of(size: int) -> int:
    return -(-size // PART)


def must_be_part(size: int, number: int, data: bytes) -> None:
    """Raises PaperPartFault for a piece that is none of a file of `size`."""
    last = parts_of(size)
    wanted = PART if number < last else size - PART * (last - 1)
    if not 1 <= number <= last or len(data) != wanted:
        raise PaperPartFault(detail={"parts": last, "part_size": PART})
