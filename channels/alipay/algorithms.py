"""How requests are signed and answers verified: the one place to add another algorithm.

RSA2 is what Alipay's gateway signs with today. For 国密 (SM2 with SM3, `sign_type=SM2`) make another `Algorithm` here
and hand it to `Alipay`: everything else takes it as it comes. Which one holds is our choice, never a message's.
"""

import re
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography import x509

from channels import key_files
from channels.alipay.serials import serial

RSA_SIGNED = "1.2.840.113549.1.1."
RSA_SIGNED_DER = bytes.fromhex("2a864886f70d0101")
PEM = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


@dataclass(frozen=True)
class Algorithm:
    """A way to sign, with the keys it takes. Readers raise ValueError for another kind of key."""

    sign_type: str
    own_key: Callable[[bytes], Any]
    their_keys: Callable[[bytes], list[Any]]
    certificates: Callable[[bytes], list[x509.Certificate]]
    certified_key: Callable[[x509.Certificate], Any]
    root_serial: Callable[[bytes], str]
    sign: Callable[[Any, bytes], str]
    verified: Callable[[Any, bytes, str], bool]


def rsa_root_serial(file: bytes) -> str:
    """The serials of the RSA-signed roots in `file` joined by `_`; roots on curves (SM2, ECDSA) are left out."""
    # one by one: Alipay's own root file holds SM2 and ECDSA roots that strict parsers refuse
    roots = [root for block in PEM.findall(file) if (root := _rsa_signed(block))]
    if not roots:
        raise ValueError("no RSA root")
    return "_".join(serial(root) for root in roots)


def _rsa_signed(block: bytes) -> x509.Certificate | None:
    if RSA_SIGNED_DER not in _der(block):
        return None
    root = key_files.certificate(block)
    return root if root.signature_algorithm_oid.dotted_string.startswith(RSA_SIGNED) else None


def _der(block: bytes) -> bytes:
    return b64decode(b"".join(block.splitlines()[1:-1]))


RSA2 = Algorithm(
    sign_type="RSA2",
    own_key=key_files.private_key,
    their_keys=key_files.public_keys,
    certificates=key_files.certificates,
    certified_key=key_files.certified_key,
    root_serial=rsa_root_serial,
    sign=key_files.sign,
    verified=key_files.verified,
)
