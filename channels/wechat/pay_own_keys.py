"""Our side's keys at WeChat Pay: what we sign with, and what they seal for us with."""

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from channels.key_files import KeyFile, KeyPair, certificate, lines, private_key
from foundation.setting_groups import WeChatPay


class OwnKeys:
    """Merchant key with its serial, and the APIv3 keys. Each follows its file."""

    def __init__(self, pay: WeChatPay) -> None:
        self._pay = pay
        self._key = KeyFile(pay.merchant_key_file, private_key)
        self._pair = (
            KeyPair(self._key, KeyFile(pay.merchant_cert_file, certificate)) if pay.merchant_cert_file else None
        )
        self._api_v3_keys = KeyFile(pay.api_v3_key_file, lines) if pay.api_v3_key_file else None

    def signer(self) -> tuple[RSAPrivateKey, str]:
        """The key to sign with and its serial. Raises KeyUnusable."""
        if self._pair is None:
            return self._key.get(), self._pay.merchant_serial
        key, held = self._pair.get()
        return key, f"{held.serial_number:X}"

    def api_v3_keys(self) -> list[str]:
        """The keys that what comes may be sealed with, while one is changed for another. Raises KeyUnusable."""
        return self._api_v3_keys.get() if self._api_v3_keys else [self._pay.api_v3_key]
