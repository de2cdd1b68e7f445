"""Alipay's keys: key mode and certificate mode (公钥证书), and the serial numbers that name certificates."""

import hashlib

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from channels.key_files import (
    KeyFile,
    certificate,
    certificates,
    certified_key,
    private_key,
    public_key,
    verified,
)
from foundation import clock
from foundation.setting_groups import Alipay

RSA_SIGNED = "1.2.840.113549.1.1."


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
                "alipay_root_cert_sn": KeyFile(alipay.root_cert_file, lambda file: root_serial(certificates(file))),
            }

    @property
    def own(self) -> RSAPrivateKey:
        return self._own.get()

    def parameters(self) -> dict[str, str]:
        """`app_cert_sn` and `alipay_root_cert_sn` in certificate mode, nothing in key mode."""
        return {name: file.get() for name, file in self._serials.items()}

    def verified(self, text: bytes, sign: str, cert_sn: str = "") -> bool:
        """Whether Alipay signed `text`; `cert_sn` is the `alipay_cert_sn` that came with it, if one did."""
        key = self._key(cert_sn)
        return key is not None and verified(key, text, sign)

    def _key(self, cert_sn: str) -> RSAPublicKey | None:
        if not cert_sn and self._public:
            return self._public.get()
        if self._certificate is None:
            return None
        held, held_sn = self._certificate.get()
        if cert_sn not in ("", held_sn) or not held.not_valid_before_utc <= clock.now() <= held.not_valid_after_utc:
            return None
        return certified_key(held)


def serial(certificate: x509.Certificate) -> str:
    """md5(issuer, most specific part first ‖ decimal serial number), hexadecimal: what `app_cert_sn` means."""
    named = certificate.issuer.rfc4514_string() + str(certificate.serial_number)
    return hashlib.md5(named.encode(), usedforsecurity=False).hexdigest()


def root_serial(roots: list[x509.Certificate]) -> str:
    """The serials of the RSA-signed roots joined by `_`; roots on other curves (SM2) are left out."""
    return "_".join(serial(one) for one in roots if one.signature_algorithm_oid.dotted_string.startswith(RSA_SIGNED))


def _certified(content: bytes) -> tuple[x509.Certificate, str]:
    held = certificate(content)
    return held, serial(held)
