"""my.getPhoneNumber: the number encrypted with the app's AES key (CBC, an IV of zeros) and signed by Alipay."""

import json
from base64 import b64decode, b64encode

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from sandbox import people, signing
from sandbox.world import World


def given(world: World, account: str, *, refused: bool = False) -> dict[str, str]:
    """``{"response", "sign"}``; the signature covers the response in its quotation marks."""
    if refused:
        plain = {"code": "40001", "msg": "Missing Required Arguments", "subCode": "isv.missing-encrypt-key"}
    else:
        plain = {"code": "10000", "msg": "Success", "mobile": people.by_alipay(account).phone}
    sealed = _encrypted(json.dumps(plain).encode(), world.keys["alipay_aes_key"])
    return {"response": sealed, "sign": signing.sign(world.keys.alipay_gateway, f'"{sealed}"'.encode())}


def _encrypted(plain: bytes, key: str) -> str:
    padder = padding.PKCS7(128).padder()
    cipher = Cipher(algorithms.AES(b64decode(key)), modes.CBC(bytes(16))).encryptor()
    return b64encode(cipher.update(padder.update(plain) + padder.finalize()) + cipher.finalize()).decode()
