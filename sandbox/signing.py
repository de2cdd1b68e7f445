"""Signatures and seals as both vendors use them: RSA-SHA256 with PKCS#1 v1.5 padding, AEAD_AES_256_GCM."""

import secrets
import string
from base64 import b64decode, b64encode

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA1, SHA256

LETTERS = string.ascii_letters + string.digits


def sign(key: RSAPrivateKey, text: bytes) -> str:
    """Base64 of the RSA-SHA256 signature of ``text``."""
    return b64encode(key.sign(text, PKCS1v15(), SHA256())).decode()


def verified(key: RSAPublicKey, text: bytes, signature: str) -> bool:
    """Whether ``signature`` (base64) is the RSA-SHA256 signature of ``text``; False for anything unreadable."""
    try:
        key.verify(b64decode(signature, validate=True), text, PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True


def nonce(length: int = 32) -> str:
    """A random word of letters and digits."""
    return "".join(secrets.choice(LETTERS) for _ in range(length))


def seal(api_key: str, plain: bytes, purpose: str) -> dict[str, str]:
    """Encrypt for the merchant: {algorithm, ciphertext, associated_data, nonce}."""
    word = nonce(12)
    cipher = AESGCM(api_key.encode()).encrypt(word.encode(), plain, purpose.encode())
    return {
        "algorithm": "AEAD_AES_256_GCM",
        "ciphertext": b64encode(cipher).decode(),
        "associated_data": purpose,
        "nonce": word,
    }


def uncover(key: RSAPrivateKey, hidden: str) -> str:
    """What the merchant hid with our public key (RSA-OAEP with SHA-1, base64); empty when it was another key."""
    try:
        plain = key.decrypt(b64decode(hidden, validate=True), OAEP(mgf=MGF1(SHA1()), algorithm=SHA1(), label=None))
        return plain.decode()
    except ValueError:
        return ""
