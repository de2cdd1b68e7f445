"""Keys and certificates in files, read again when the file changes, so that a rotation needs no restart."""

import os
import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Callable
from typing import Generic, TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from foundation import logs
from foundation.errors import Unavailable

log = logs.logger(__name__)
Kept = TypeVar("Kept")


class KeyUnusable(Unavailable):
    """支付密钥配置有误，工作人员正在处理，请稍后重试。"""


class KeyFile(Generic[Kept]):
    """What `read` makes of a file's bytes. A half-written or wrong new file leaves the old content in use."""

    def __init__(self, path: str, read: Callable[[bytes], Kept]) -> None:
        self._path, self._read = path, read
        self._seen: tuple[int, int, int] | None = None
        self._kept: Kept | None = None

    def get(self) -> Kept:
        """The present content. Raises KeyUnusable when there never was a readable one."""
        try:
            stat = os.stat(self._path)
            seen = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
            if seen != self._seen:
                with open(self._path, "rb") as file:
                    self._kept, self._seen = self._read(file.read()), seen
        except (OSError, ValueError) as fault:
            # the file's name and the kind of fault only: a parser's message may quote the key
            log.error("key_file_unreadable", file=os.path.basename(self._path), fault=type(fault).__name__)
        if self._kept is None:
            raise KeyUnusable(detail={"file": os.path.basename(self._path)})
        return self._kept


def private_key(content: bytes) -> RSAPrivateKey:
    """An RSA private key: PEM or bare base64, PKCS#1 or PKCS#8."""
    key = (
        serialization.load_pem_private_key(content, None)
        if b"-----BEGIN" in content
        else serialization.load_der_private_key(_bare(content), None)
    )
    if not isinstance(key, RSAPrivateKey):
        raise ValueError("not an RSA key")
    return key


def public_key(content: bytes) -> RSAPublicKey:
    """An RSA public key: PEM or bare base64."""
    key = (
        serialization.load_pem_public_key(content)
        if b"-----BEGIN" in content
        else serialization.load_der_public_key(_bare(content))
    )
    if not isinstance(key, RSAPublicKey):
        raise ValueError("not an RSA key")
    return key


def certificate(content: bytes) -> x509.Certificate:
    return x509.load_pem_x509_certificate(content)


def certified_key(certificate: x509.Certificate) -> RSAPublicKey:
    key = certificate.public_key()
    if not isinstance(key, RSAPublicKey):
        raise ValueError("not an RSA certificate")
    return key


def sign(key: RSAPrivateKey, text: bytes) -> str:
    """Base64 of the RSA-SHA256 signature (PKCS#1 v1.5): WeChat Pay's RSA2048-SHA256 and Alipay's RSA2 alike."""
    return b64encode(key.sign(text, PKCS1v15(), SHA256())).decode()


def verified(key: RSAPublicKey, text: bytes, signature: str) -> bool:
    """Whether `signature` is that of `text` by RSA-SHA256 and nothing weaker; False for anything unreadable."""
    try:
        key.verify(b64decode(signature, validate=True), text, PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True


def _bare(content: bytes) -> bytes:
    try:
        return b64decode(re.sub(rb"\s+", b"", content), validate=True)
    except NotBase64 as fault:
        raise ValueError("neither PEM nor base64") from fault
