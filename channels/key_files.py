"""Keys and certificates, read again when their file (or store) changes, so that a rotation needs no restart."""

import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from channels.key_sources import source
from foundation import logs
from foundation.errors import Unavailable

log = logs.logger(__name__)
Kept = TypeVar("Kept")
NAMED_PEM = re.compile(rb"(?:\b(\w+)\s+)?(-----BEGIN PUBLIC KEY-----.+?-----END PUBLIC KEY-----)", re.DOTALL)
PUBLIC_PEM = re.compile(rb"-----BEGIN PUBLIC KEY-----.+?-----END PUBLIC KEY-----", re.DOTALL)


class KeyUnusable(Unavailable):
    """支付密钥配置有误，工作人员正在处理，请稍后重试。"""


class KeyFile(Generic[Kept]):
    """What `read` makes of the bytes at `place`. A half-written or wrong new content leaves the old one in use."""

    def __init__(self, place: str, read: Callable[[bytes], Kept]) -> None:
        self._source, self._read = source(place), read
        self._seen: Hashable = None
        self._kept: Kept | None = None

    def get(self) -> Kept:
        """The present content. Raises KeyUnusable when there never was a readable one."""
        seen: Hashable = "out of reach"
        try:
            seen = self._source.version()
            if seen != self._seen:
                self._kept = self._read(self._source.read())
        except (OSError, ValueError, UnsupportedAlgorithm) as fault:
            if seen != self._seen:
                # the place's label and the kind of fault only: a parser's message may quote the key
                log.error("key_file_unreadable", file=self._source.label, fault=type(fault).__name__)
        self._seen = seen
        if self._kept is None:
            raise KeyUnusable(detail={"file": self._source.label})
        return self._kept


class KeyPair:
    """Our private key and the certificate over it, which change together and are two files.

    While only one of the two is new, the pair that last belonged together is used.
    """

    def __init__(self, key: KeyFile[RSAPrivateKey], certificate: KeyFile[x509.Certificate]) -> None:
        self._key, self._certificate = key, certificate
        self._tried: tuple[object, object] | None = None
        self._agreed: tuple[RSAPrivateKey, x509.Certificate] | None = None

    def get(self) -> tuple[RSAPrivateKey, x509.Certificate]:
        """Raises KeyUnusable when there never were two that belong together."""
        key, certificate = self._key.get(), self._certificate.get()
        if self._tried != (key, certificate):
            self._tried = (key, certificate)
            if certificate.public_key() == key.public_key():
                self._agreed = (key, certificate)
            else:
                log.warning("key_and_certificate_of_different_pairs")
        if self._agreed is None:
            raise KeyUnusable(detail={"file": "key and certificate belong to different pairs"})
        return self._agreed


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


def public_keys(content: bytes) -> list[RSAPublicKey]:
    """One or more RSA public keys one after another: the old and the new one while they change."""
    blocks = PUBLIC_PEM.findall(content) or [content]
    return [public_key(block) for block in blocks]


def named_public_keys(content: bytes) -> dict[str, RSAPublicKey]:
    """Several public keys (PEM), each after a line with its name; one without a line is that of "".

    So the next one can lie beside the present one before WeChat Pay begins to sign with it, and the old one afterwards.
    """
    blocks = [(name.decode(), block) for name, block in NAMED_PEM.findall(content)] or [("", content)]
    found = {name: public_key(block) for name, block in blocks}
    if len(found) < len(blocks):
        raise ValueError("two keys of one name")
    return found


def certificate(content: bytes) -> x509.Certificate:
    return x509.load_pem_x509_certificate(content)


def certificates(content: bytes) -> list[x509.Certificate]:
    """One or more RSA certificates one after another."""
    found = x509.load_pem_x509_certificates(content)
    for one in found:
        certified_key(one)
    return found


def lines(content: bytes) -> list[str]:
    """Secrets that are words, one a line, the newest first."""
    found = content.decode().split()
    if not found:
        raise ValueError("empty")
    return found


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
