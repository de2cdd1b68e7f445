"""The sandbox's halves of the demo keys, read from the folder that ``sandbox.keys`` filled."""

import json
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from joserfc.jwk import RSAKey

from sandbox import certificates


@dataclass(frozen=True)
class Signer:
    """A private key of the platform and the serial by which the merchant knows its public half."""

    serial: str
    key: RSAPrivateKey
    certificate: x509.Certificate | None = None


@dataclass(frozen=True)
class Keyring:
    """Names, secrets and keys of one demo merchant and one demo app."""

    secrets: dict[str, str]
    merchant: x509.Certificate
    public_key_signer: Signer
    platform_signers: tuple[Signer, ...]
    alipay_app: RSAPublicKey
    alipay_gateway: RSAPrivateKey
    alipay_cert_key: RSAPrivateKey
    alipay_cert_sn: str
    alipay_app_cert_sn: str
    alipay_root_cert_sn: str
    sign_on_key: RSAKey

    def __getitem__(self, name: str) -> str:
        return self.secrets[name]

    @property
    def merchant_key(self) -> RSAPublicKey:
        """The merchant's public key, by which requests and paySign are verified."""
        key = self.merchant.public_key()
        assert isinstance(key, RSAPublicKey)
        return key

    @classmethod
    def read(cls, folder: Path) -> "Keyring":
        """Read the folder; FileNotFoundError when ``sandbox.keys`` has not filled it."""
        secrets: dict[str, str] = json.loads((folder / "secrets.json").read_text())
        return cls(
            secrets=secrets,
            merchant=_certificate(folder, "wechat_pay_merchant_cert"),
            public_key_signer=Signer(
                secrets["wechat_pay_public_key_id"], _key(folder, "wechat_pay_public_key_private")
            ),
            platform_signers=tuple(_platform_signer(folder, number) for number in (1, 2)),
            alipay_app=_public(folder, "alipay_app_public_key"),
            alipay_gateway=_key(folder, "alipay_gateway_key"),
            alipay_cert_key=_key(folder, "alipay_cert_key"),
            alipay_cert_sn=certificates.alipay_serial(_certificate(folder, "alipay_cert")),
            alipay_app_cert_sn=certificates.alipay_serial(_certificate(folder, "alipay_app_cert")),
            alipay_root_cert_sn=certificates.alipay_root_serial((folder / "alipay_root_cert.pem").read_bytes()),
            sign_on_key=RSAKey.import_key(
                (folder / "sign_on_key.pem").read_bytes(), {"kid": secrets["sign_on_key_id"]}
            ),
        )


def _platform_signer(folder: Path, number: int) -> Signer:
    certificate = _certificate(folder, f"wechat_pay_platform_{number}_cert")
    key = _key(folder, f"wechat_pay_platform_{number}_key")
    return Signer(certificates.hex_serial(certificate), key, certificate)


def _key(folder: Path, name: str) -> RSAPrivateKey:
    key = load_pem_private_key((folder / f"{name}.pem").read_bytes(), None)
    assert isinstance(key, RSAPrivateKey)
    return key


def _public(folder: Path, name: str) -> RSAPublicKey:
    key = load_pem_public_key((folder / f"{name}.pem").read_bytes())
    assert isinstance(key, RSAPublicKey)
    return key


def _certificate(folder: Path, name: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate((folder / f"{name}.pem").read_bytes())
