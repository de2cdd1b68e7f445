"""AEAD_AES_256_GCM, in which WeChat Pay wraps notices and platform certificates, and RSA-OAEP, which hides what only
they may read."""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA1

from channels.errors import UnreadableNotice


def unseal(resource: Mapping[str, Any], api_v3_keys: list[str]) -> bytes:
    """The plain bytes of `{algorithm, ciphertext, associated_data, nonce}`, sealed with one of the keys.

    Raises UnreadableNotice.
    """
    if resource.get("algorithm") != "AEAD_AES_256_GCM":
        raise UnreadableNotice
    for key in api_v3_keys:
        try:
            return AESGCM(key.encode()).decrypt(
                str(resource["nonce"]).encode(),
                b64decode(resource["ciphertext"], validate=True),
                str(resource.get("associated_data") or "").encode(),
            )
        except (InvalidTag, ValueError, KeyError, TypeError):
            continue
    raise UnreadableNotice


def hidden(text: str, key: RSAPublicKey) -> str:
    """`text` for the eyes of whoever holds the other half of `key` (敏感信息加密)."""
    # SHA-1 is what the protocol says; OAEP does not lean on its being free of collisions
    padding = OAEP(mgf=MGF1(SHA1()), algorithm=SHA1(), label=None)
    return b64encode(key.encrypt(text.encode(), padding)).decode()
