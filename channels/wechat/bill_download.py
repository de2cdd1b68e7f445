"""Fetching WeChat Pay's bills: apply, download within the address's five minutes, compare the hash."""

import gzip
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, cast
from urllib.parse import urlencode, urlsplit

from channels import bill_files
from channels.bills import DownloadedBill, nothing_happened
from channels.errors import BillDamaged, NoBill
from channels.wechat.pay_gateway import PayGateway
from foundation.http import OutcomeUnknown

Row = TypeVar("Row")


@asynccontextmanager
async def downloaded(
    gateway: PayGateway, path: str, day: date, read: Callable[[BinaryIO], Iterator[Row]], **asked: str
) -> AsyncIterator[DownloadedBill[Row]]:
    """The bill that `path` ("/v3/bill/tradebill") offers for `day`, read by `read`.

    Raises BillNotReady, BillDamaged, and as `PayGateway.ask` does.
    """
    query = urlencode({"bill_date": day.isoformat(), **asked, "tar_type": "GZIP"})
    try:
        offer = await gateway.ask("GET", f"{path}?{query}")
    except NoBill:
        yield nothing_happened("wechat", day)
        return
    async with bill_files.folder() as folder:
        file = folder / f"wechat-{day}.csv.gz"
        sha1 = await _fetch(gateway, offer, file)
        yield DownloadedBill("wechat", day, file, sha1, lambda: _rows(file, read))


async def _fetch(gateway: PayGateway, offer: dict[str, Any], file: Path) -> str:
    announced, opened = offer.get("hash_value"), bill_files.Gunzip()
    if offer.get("hash_type") != "SHA1" or not isinstance(announced, str):
        raise OutcomeUnknown(retry_after=5)
    async with gateway.file(_address(offer)) as chunks:
        sha1 = await bill_files.save(chunks, file, opened)
    opened.check_end()
    if sha1 != announced.lower():
        raise BillDamaged
    return sha1


def _address(offer: dict[str, Any]) -> str:
    """Path and query of the offered address, to be asked of the gateway we know, whatever host it names."""
    try:
        parts = urlsplit(offer["download_url"])
    except (KeyError, ValueError, TypeError, AttributeError):
        raise OutcomeUnknown(retry_after=5) from None
    return f"{parts.path}?{parts.query}"


def _rows(file: Path, read: Callable[[BinaryIO], Iterator[Row]]) -> Iterator[Row]:
    with gzip.open(file) as plain:
        yield from read(cast(BinaryIO, plain))
