"""The phone number that `my.getPhoneNumber` gave the mini-program: encrypted for us, signed by Alipay."""

import base64
import json
from typing import Any

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from channels.alipay.client import AlipayClient
from channels.errors import CodeUnusable, RiskyAccount

NO_IV = bytes(16)  # Alipay encrypts with AES/CBC/PKCS5Padding from an IV of zeros
SUCCESS = "10000"
MOST = 4096


def opened(client: AlipayClient, given: str) -> str:
    """The number in ``{"response", "sign"}`` as the mini-program got it.

    The signature covers the response in its quotation marks and is proved before anything is decrypted. Raises
    CodeUnusable for what is not Alipay's or not for this app; RiskyAccount when Alipay itself refused the number.
    """
    sealed = _proved(client, given)
    answer = _decrypted(sealed, client.settings.aes_key)
    if str(answer.get("code")) != SUCCESS:
        raise RiskyAccount
    number = str(answer.get("mobile") or "")
    if not number:
        raise CodeUnusable
    return number


def _proved(client: AlipayClient, given: str) -> str:
    try:
        packed = json.loads(given) if len(given) <= MOST else {}
        sealed, sign = str(packed["response"]), str(packed["sign"])
    except (ValueError, KeyError, TypeError):
        raise CodeUnusable from None
    if not client.keys.verified(f'"{sealed}"'.encode(), sign):
        raise CodeUnusable
    return sealed


def _decrypted(sealed: str, aes_key: str) -> dict[str, Any]:
    try:
        cipher = Cipher(algorithms.AES(base64.b64decode(aes_key, validate=True)), modes.CBC(NO_IV)).decryptor()
        padded = cipher.update(base64.b64decode(sealed, validate=True)) + cipher.finalize()
        unpadder = padding.PKCS7(128).unpadder()
        return dict(json.loads(unpadder.update(padded) + unpadder.finalize()))
    except (ValueError, TypeError):
        raise CodeUnusable from None
