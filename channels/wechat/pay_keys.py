"""Whose signature is believed: platform certificates and WeChat Pay public keys, several of each, side by side.

The header names the key. Certificates come from files, or are downloaded on the clock: a notice never makes us call
out, whatever it names, for anybody can send one.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from channels.errors import ChannelRefused, ForgedNotice
from channels.key_files import KeyFile, KeyUnusable, certificates, certified_key, named_public_keys, verified
from channels.wechat.pay_signing import Signed
from foundation import clock, logs
from foundation.errors import Refusal
from foundation.setting_groups import WeChatPay

log = logs.logger(__name__)

PUBLIC_KEY = "PUB_KEY_ID_"
REFRESH_SECONDS = 3600
RETRY_SECONDS = 60
DOWNLOAD_SECONDS = 4  # a notice must be answered within five


class PayKeys:
    """The keys of WeChat Pay's side. `download` fetches the certificates that are valid now."""

    def __init__(self, pay: WeChatPay, download: Callable[[], Awaitable[list[x509.Certificate]]]) -> None:
        self.public_key_id = pay.public_key_id
        self._public = KeyFile(pay.public_key_file, named_public_keys) if pay.public_key_file else None
        self._files = [KeyFile(path, certificates) for path in pay.platform_cert_files]
        self._download = download
        self._downloaded: list[x509.Certificate] = []
        self._next_download = 0.0
        self._refreshing = asyncio.Lock()

    async def keep_fresh(self) -> None:
        """Download certificates once an hour, until cancelled."""
        while not self._files:
            try:
                await self.refresh_if_due()
            except Exception as fault:  # one answer that nobody foresaw must not be the last
                log.error("platform_certificates_not_understood", exc_info=fault)
            await asyncio.sleep(RETRY_SECONDS)

    async def refresh_if_due(self) -> None:
        """Download once an hour; a failure keeps what we have and is tried again in a minute."""
        if self._files:
            return
        async with self._refreshing:
            if clock.now().timestamp() >= self._next_download:
                await self._refresh()

    async def first_download(self) -> None:
        """Wait for the download under way, if it is the first: a process that has just begun knows nobody yet."""
        if not self._downloaded and self._refreshing.locked():
            async with self._refreshing:
                return

    async def _refresh(self) -> None:
        again = REFRESH_SECONDS
        try:
            async with asyncio.timeout(DOWNLOAD_SECONDS):
                self._downloaded = await self._download()
        except (Refusal, TimeoutError) as fault:
            # a merchant of the public key alone has none to download, and is told so
            again = REFRESH_SECONDS if isinstance(fault, ChannelRefused) else RETRY_SECONDS
            log.warning("platform_certificates_not_downloaded", fault=type(fault).__name__)
        self._next_download = clock.now().timestamp() + again

    def verify(self, signed: Signed, body: bytes) -> None:
        """Raises ForgedNotice unless a key of ours made `signed` over `body`."""
        key = self._key(signed.serial)
        if key is None or not verified(key, signed.text(body), signed.signature):
            raise ForgedNotice

    def knows(self, serial: str) -> bool:
        return self._key(serial) is not None

    def to_hide_with(self) -> tuple[str, RSAPublicKey]:
        """The name and the key with which to hide what only they may read. Raises KeyUnusable when we hold none."""
        if self._public and self.public_key_id and (key := self._named(self.public_key_id)):
            return self.public_key_id, key
        now = clock.now()
        valid = [one for one in self._certificates() if one.not_valid_before_utc <= now <= one.not_valid_after_utc]
        if not valid:
            raise KeyUnusable(detail={"file": "platform certificate"})
        # the newest may be published before it is in use, but it is accepted from its first day
        newest = max(valid, key=lambda one: one.not_valid_after_utc)
        return f"{newest.serial_number:X}", certified_key(newest)

    def _key(self, serial: str) -> RSAPublicKey | None:
        return self._named(serial) or certificate_key(serial, self._certificates())

    def _named(self, name: str) -> RSAPublicKey | None:
        """The public key of that name; the file's nameless one is that of the setting. Raises KeyUnusable."""
        if self._public is None or not name.startswith(PUBLIC_KEY):
            return None
        held = self._public.get()
        return held.get(name) or (held.get("") if name == self.public_key_id else None)

    def _certificates(self) -> list[x509.Certificate]:
        found = list(self._downloaded)
        for file in self._files:
            try:
                found += file.get()
            except KeyUnusable:
                continue  # one lost file must not blind us to the others
        return found


def certificate_key(serial: str, held: list[x509.Certificate]) -> RSAPublicKey | None:
    """The key of the certificate that `serial` (hexadecimal) names and that is valid now."""
    # compared as numbers: vendors and proxies differ on case and leading zeros
    if not re.fullmatch(r"[0-9A-Fa-f]{1,64}", serial):
        return None
    number, now = int(serial, 16), clock.now()
    for one in held:
        if one.serial_number == number and one.not_valid_before_utc <= now <= one.not_valid_after_utc:
            return certified_key(one)
    return None
