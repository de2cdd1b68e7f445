"""X.509 certificates of the demo world, and the serial numbers Alipay derives from them."""

import hashlib
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

RSA_SIGNATURES = "1.2.840.113549.1.1"
"""Object identifiers below this arc are RSA signatures; Alipay leaves all others out of the root serial."""


def name(common_name: str, organisation: str) -> x509.Name:
    """A distinguished name in the order the vendors write it: country, organisation, common name."""
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def issue(
    *,
    subject: x509.Name,
    key: RSAPrivateKey | EllipticCurvePrivateKey,
    issuer: x509.Name,
    issuer_key: RSAPrivateKey | EllipticCurvePrivateKey,
    authority: bool = False,
    born: datetime | None = None,
) -> x509.Certificate:
    """A certificate valid for five years, as WeChat Pay's and Alipay's are."""
    since = born or datetime.now(UTC) - timedelta(days=1)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(since + timedelta(days=5 * 365))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .sign(issuer_key, SHA256())
    )


def hex_serial(certificate: x509.Certificate) -> str:
    """WeChat Pay's spelling of a serial number: 40 upper-case hexadecimal digits."""
    return f"{certificate.serial_number:040X}"


def alipay_serial(certificate: x509.Certificate) -> str:
    """``app_cert_sn``: MD5 of the issuer's name (most specific part first) followed by the decimal serial number."""
    return hashlib.md5(f"{certificate.issuer.rfc4514_string()}{certificate.serial_number}".encode()).hexdigest()


def alipay_root_serial(pem: bytes) -> str:
    """``alipay_root_cert_sn``: the serials of the RSA-signed certificates of the root file, joined by ``_``."""
    roots = x509.load_pem_x509_certificates(pem)
    return "_".join(
        alipay_serial(root) for root in roots if root.signature_algorithm_oid.dotted_string.startswith(RSA_SIGNATURES)
    )
