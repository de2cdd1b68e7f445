"""Fetching Alipay's bills: ask for the address, download within its thirty seconds, look into the archive."""

import asyncio
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

from channels import bill_files
from channels.alipay.bills import archived_rows, details
from channels.alipay.client import AlipayClient
from channels.bills import BillRow, DownloadedBill, nothing_happened
from channels.errors import BillDamaged, BillNotReady, NoBill
from foundation import clock
from foundation.http import OutcomeUnknown

CERTAIN_AFTER = timedelta(days=2)


@asynccontextmanager
async def downloaded(client: AlipayClient, day: date) -> AsyncIterator[DownloadedBill[BillRow]]:
    """The trade bill of `day`. Raises BillNotReady, BillDamaged, and as `AlipayClient.ask` does."""
    asked = {"bill_type": "trade", "bill_date": day.isoformat()}
    try:
        answer = await client.ask("AlipayDataDataserviceBillDownloadurlQuery", asked, safe_to_repeat=True)
    except NoBill as fault:
        # one word for "nothing happened" and "not made yet": only time tells them apart
        if clock.now() < datetime(day.year, day.month, day.day, tzinfo=clock.SHANGHAI) + CERTAIN_AFTER:
            raise BillNotReady(fault.vendor_code) from None
        yield nothing_happened("alipay", day)
        return
    address = answer.get("bill_download_url")
    if not isinstance(address, str) or not address.startswith("http"):
        raise OutcomeUnknown(retry_after=5)
    async with bill_files.folder() as folder:
        file = folder / f"alipay-{day}.zip"
        async with client.file(address) as chunks:
            sha1 = await bill_files.save(chunks, file)
        await asyncio.to_thread(_check, file)
        yield DownloadedBill("alipay", day, file, sha1, lambda: archived_rows(file))


def _check(file: Path) -> None:
    """An archive that is whole at its end and holds the details."""
    try:
        with zipfile.ZipFile(file, metadata_encoding="gbk") as archive:
            details(archive)
    except (zipfile.BadZipFile, UnicodeDecodeError):
        raise BillDamaged from None
