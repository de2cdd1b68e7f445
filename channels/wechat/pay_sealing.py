"""AEAD_AES_256_GCM, in which WeChat Pay wraps notices and platform certificates."""

from base64 import b64decode
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from channels.errors import UnreadableNotice


def unseal(resource: Mapping[str, Any], api_v3_key: str) -> bytes:
    """The plain bytes of `{algorithm, ciphertext, associated_data, nonce}`. Raises UnreadableNotice."""
    if resource.get("algorithm") != "AEAD_AES_256_GCM":
        raise UnreadableNotice
    try:
        return AESGCM(api_v3_key.encode()).decrypt(
            str(resource["nonce"]).encode(),
            b64decode(resource["ciphertext"], validate=True),
            str(resource.get("associated_data") or "").encode(),
        )
    except (InvalidTag, ValueError, KeyError, TypeError):
        raise UnreadableNotice from None
