"""Alipay's keys: key mode and certificate mode (公钥证书), and the serial numbers that name certificates."""

import hashlib
import re
from base64 import b64decode
from collections.abc import Iterator

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from channels.key_files import (
    KeyFile,
    certificate,
    certified_key,
    private_key,
    public_key,
    verified,
)
from foundation import clock
from foundation.setting_groups import Alipay

RSA_SIGNED = "1.2.840.113549.1.1."
RSA_SIGNED_DER = bytes.fromhex("2a864886f70d0101")
PEM = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


class AlipayKeys:
    """Our private key, and the keys whose signature is Alipay's."""

    def __init__(self, alipay: Alipay) -> None:
        self._own = KeyFile(alipay.app_key_file, private_key)
        self._public = KeyFile(alipay.public_key_file, public_key) if alipay.public_key_file else None
        self._certificate = KeyFile(alipay.cert_file, _certified) if alipay.cert_file else None
        self._serials: dict[str, KeyFile[str]] = {}
        if alipay.app_cert_file and alipay.root_cert_file and alipay.cert_file:
            self._serials = {
                "app_cert_sn": KeyFile(alipay.app_cert_file, lambda file: serial(certificate(file))),
                "alipay_root_cert_sn": KeyFile(alipay.root_cert_file, root_serial),
            }

    @property
    def own(self) -> RSAPrivateKey:
        return self._own.get()

    def parameters(self) -> dict[str, str]:
        """`app_cert_sn` and `alipay_root_cert_sn` in certificate mode, nothing in key mode."""
        return {name: file.get() for name, file in self._serials.items()}

    def verified(self, text: bytes, sign: str, cert_sn: str = "") -> bool:
        """Whether Alipay signed `text`; `cert_sn` is the `alipay_cert_sn` that came with it, if one did."""
        return any(verified(key, text, sign) for key in self._candidates(cert_sn))

    def _candidates(self, cert_sn: str) -> Iterator[RSAPublicKey]:
        """The certificate that was named; any key of Alipay's that we hold when none was, for notices name none."""
        if self._public and not cert_sn:
            yield self._public.get()
        if self._certificate is None:
            return
        held, held_sn = self._certificate.get()
        if cert_sn in ("", held_sn) and held.not_valid_before_utc <= clock.now() <= held.not_valid_after_utc:
            yield certified_key(held)


def serial(certificate: x509.Certificate) -> str:
    """md5(issuer, most specific part first ‖ decimal serial number), hexadecimal: what `app_cert_sn` means."""
    named = certificate.issuer.rfc4514_string() + str(certificate.serial_number)
    return hashlib.md5(named.encode(), usedforsecurity=False).hexdigest()


def root_serial(file: bytes) -> str:
    """The serials of the RSA-signed roots in `file` joined by `_`; roots on curves (SM2, ECDSA) are left out."""
    # one by one: Alipay's own root file holds SM2 and ECDSA roots that strict parsers refuse
    roots = [root for block in PEM.findall(file) if (root := _rsa_signed(block))]
    if not roots:
        raise ValueError("no RSA root")
    return "_".join(serial(root) for root in roots)


def _rsa_signed(block: bytes) -> x509.Certificate | None:
    if RSA_SIGNED_DER not in _der(block):
        return None
    root = certificate(block)
    return root if root.signature_algorithm_oid.dotted_string.startswith(RSA_SIGNED) else None


def _der(block: bytes) -> bytes:
    return b64decode(b"".join(block.splitlines()[1:-1]))


def _certified(content: bytes) -> tuple[x509.Certificate, str]:
    held = certificate(content)
    return held, serial(held)
