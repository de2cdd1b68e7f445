"""The numbers by which Alipay names certificates."""

import hashlib

from cryptography import x509


def serial(certificate: x509.Certificate) -> str:
    """md5(issuer, most specific part first ‖ decimal serial number), hexadecimal: what `app_cert_sn` means."""
    named = certificate.issuer.rfc4514_string() + str(certificate.serial_number)
    return hashlib.md5(named.encode(), usedforsecurity=False).hexdigest()
