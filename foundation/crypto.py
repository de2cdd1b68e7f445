"""National algorithms for personal data: SM4-GCM to keep it, HMAC-SM3 to find it again.

Keys come as ``id:hex`` lists; the first writes, all read, so a key is rotated by putting a new one in front and
re-sealing what the old one sealed (`needs_resealing`).
"""

import base64
import binascii
import functools
import os
import re
import secrets
import unicodedata

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from foundation import settings

READABLE = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # no 0/O, 1/I/L: people read these aloud at a counter


class SealBroken(Exception):
    """A sealed value was changed, or its key is not among ours."""


def seal(text: str) -> str:
    """``"k1:base64(nonce ‖ tag ‖ cipher)"``, different each time."""
    key_id, key = next(iter(_keys(settings.current().secrets.encryption_keys).items()))
    nonce = secrets.token_bytes(12)
    encryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(key_id.encode())
    cipher = encryptor.update(text.encode()) + encryptor.finalize()
    return f"{key_id}:{base64.b64encode(nonce + encryptor.tag + cipher).decode()}"


def open_sealed(sealed: str) -> str:
    """The text that `seal` was given. Raises SealBroken."""
    key_id, _, packed = sealed.rpartition(":")
    key = _opening(settings.current().secrets.encryption_keys).get(key_id)
    if key is None:
        raise SealBroken(f"no key {key_id!r}")
    try:
        raw = binascii.a2b_base64(packed, strict_mode=True)
    except binascii.Error:
        raise SealBroken("not base64") from None
    if len(raw) < 28:
        raise SealBroken("too short")
    decryptor = Cipher(key, modes.GCM(raw[:12], raw[12:28])).decryptor()
    decryptor.authenticate_additional_data(key_id.encode())
    try:
        return (decryptor.update(raw[28:]) + decryptor.finalize()).decode()
    except InvalidTag:
        raise SealBroken("changed or foreign") from None


def needs_resealing(sealed: str) -> bool:
    """True when an older key sealed it."""
    return sealed.rpartition(":")[0] != next(iter(_keys(settings.current().secrets.encryption_keys)))


def fingerprint(text: str, *, purpose: str) -> str:
    """HMAC-SM3 hex (64) under the first key: what is stored and indexed. `purpose` keeps columns from being joined."""
    return fingerprints(text, purpose=purpose)[0]


def fingerprints_differ() -> bool:
    """True while a key is being rotated: what is kept of one text may have been made with either."""
    return len(_keys(settings.current().secrets.fingerprint_keys)) > 1


def fingerprints(text: str, *, purpose: str) -> list[str]:
    """The fingerprint under each key, newest first: what is searched while a key is being rotated."""
    found = []
    for key in _keys(settings.current().secrets.fingerprint_keys).values():
        mac = hmac.HMAC(key, hashes.SM3())
        mac.update(f"{purpose}\x00{text}".encode())
        found.append(mac.finalize().hex())
    return found


_drawn, _used = b"", 0


def random_bytes(number: int) -> bytes:
    """Bytes that nobody can guess. They are drawn from the system some thousand at a time: each call of it is slow."""
    global _drawn, _used
    if _used + number > len(_drawn):
        _drawn, _used = os.urandom(max(4096, number)), 0
    _used += number
    return _drawn[_used - number : _used]


def _draw_anew() -> None:
    """A forked process must not draw what its parent draws."""
    global _drawn
    _drawn = b""


os.register_at_fork(after_in_child=_draw_anew)


def random_code(length: int) -> str:
    """An unguessable code of unambiguous capitals and digits (about 5 bits each)."""
    rest, signs = int.from_bytes(random_bytes(length + 8)), []
    for _ in range(length):
        rest, sign = divmod(rest, len(READABLE))
        signs.append(READABLE[sign])
    return "".join(signs)


def read_code(typed: str) -> str:
    """A code as people type it: full-width or lower-case letters, spaces and dashes between groups do not matter."""
    return re.sub(r"[\s\-‐‑–—_]+", "", unicodedata.normalize("NFKC", typed)).upper()


@functools.lru_cache(maxsize=8)
def _keys(setting: str) -> dict[str, bytes]:
    pairs = (part.strip().rpartition(":") for part in setting.split(",") if part.strip())
    return {key_id: bytes.fromhex(key) for key_id, _, key in pairs}


@functools.lru_cache(maxsize=8)
def _opening(setting: str) -> dict[str, algorithms.SM4]:
    return {key_id: algorithms.SM4(key) for key_id, key in _keys(setting).items()}


def key_id() -> str:
    """The id of the key that seals now."""
    return next(iter(_keys(settings.current().secrets.encryption_keys)))


def seal_bytes(data: bytes, *, about: str) -> bytes:
    """A file as `seal` seals text: key id, colon, nonce, tag, cipher. It opens only `about` what it was sealed."""
    key_id, key = next(iter(_keys(settings.current().secrets.encryption_keys).items()))
    nonce = secrets.token_bytes(12)  # not `random_bytes`: large files are sealed in threads
    encryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(f"{key_id}\x00{about}".encode())
    cipher = encryptor.update(data) + encryptor.finalize()
    return b"".join((key_id.encode(), b":", nonce, encryptor.tag, cipher))


def open_bytes(sealed: bytes, *, about: str) -> bytes:
    """The bytes that `seal_bytes` was given. Raises SealBroken."""
    key_id, _, raw = sealed.partition(b":")
    key = _opening(settings.current().secrets.encryption_keys).get(key_id.decode(errors="replace"))
    if key is None or len(raw) < 28:
        raise SealBroken("no key of ours, or too short")
    decryptor = Cipher(key, modes.GCM(raw[:12], raw[12:28])).decryptor()
    decryptor.authenticate_additional_data(key_id + b"\x00" + about.encode())
    try:
        return decryptor.update(raw[28:]) + decryptor.finalize()
    except InvalidTag:
        raise SealBroken("changed or foreign") from None
