"""``python -m sandbox.keys FOLDER``: make every demo key, certificate and secret once; a second run changes nothing.

The application's halves are named in ``FOLDER/app.env``; the sandbox reads the other halves from the same folder.
"""

import json
import secrets
import sys
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from sandbox import certificates
from sandbox.signing import nonce

NAMES = {
    "wechat_app_id": "wx5a6e640000000001",
    "wechat_pay_merchant_id": "1900000001",
    "alipay_app_id": "2021000000000001",
    "alipay_seller_id": "2088100000000001",
    "realname_key_id": "realname-demo",
    "receipts_key_id": "receipts-demo",
    "sign_on_client_id": "zhijianban-demo",
    "sign_on_key_id": "sign-on-1",
    "sms_key_id": "sms-demo",
    "licences_key_id": "licences-demo",
}
SECRETS: dict[str, Callable[[], str]] = {
    "wechat_app_secret": lambda: secrets.token_hex(16),
    "wechat_message_token": lambda: nonce(24),
    "wechat_message_aes_key": lambda: _message_key(),
    "wechat_pay_api_v3_key": lambda: nonce(32),
    "wechat_pay_public_key_id": lambda: (
        f"PUB_KEY_ID_01{NAMES['wechat_pay_merchant_id']}{secrets.randbelow(10**12):012d}"
    ),
    "alipay_aes_key": lambda: b64encode(secrets.token_bytes(16)).decode(),
    "realname_secret": lambda: secrets.token_hex(32),
    "receipts_secret": lambda: secrets.token_hex(32),
    "sign_on_client_secret": lambda: secrets.token_hex(32),
    "sms_secret": lambda: secrets.token_hex(32),
    "licences_secret": lambda: secrets.token_hex(32),
}
PRIVATE_KEYS = (
    "wechat_pay_merchant_key",
    "wechat_pay_platform_1_key",
    "wechat_pay_platform_2_key",
    "wechat_pay_public_key_private",
    "alipay_app_key",
    "alipay_gateway_key",
    "alipay_root_key",
    "alipay_cert_key",
    "sign_on_key",
)
PUBLIC_HALVES = {
    "wechat_pay_public_key": "wechat_pay_public_key_private",
    "alipay_public_key": "alipay_gateway_key",
    "alipay_app_public_key": "alipay_app_key",
}
TENPAY = certificates.name("Tenpay.com Root CA (sandbox)", "Tenpay.com")
ALIPAY = certificates.name("Ant Financial Certification Authority R1 (sandbox)", "Ant Financial")
APP_ENV = {
    "WECHAT_PAY_MERCHANT_KEY_FILE": ["wechat_pay_merchant_key.pem"],
    "WECHAT_PAY_PUBLIC_KEY_FILE": ["wechat_pay_public_key.pem"],
    "WECHAT_PAY_PLATFORM_CERT_FILES": ["wechat_pay_platform_1_cert.pem", "wechat_pay_platform_2_cert.pem"],
    "ALIPAY_APP_KEY_FILE": ["alipay_app_key.pem"],
    "ALIPAY_PUBLIC_KEY_FILE": ["alipay_public_key.pem"],
    "ALIPAY_APP_CERT_FILE": ["alipay_app_cert.pem"],
    "ALIPAY_ROOT_CERT_FILE": ["alipay_root_cert.pem"],
    "ALIPAY_CERT_FILE": ["alipay_cert.pem"],
}


def make(folder: Path) -> Path:
    """Fill ``folder`` with what is missing and return the path of ``app.env``."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _make_secrets(folder)
    private = {name: _private_key(folder, name) for name in PRIVATE_KEYS}
    for public, source in PUBLIC_HALVES.items():
        _once(folder / f"{public}.pem", lambda source=source: _public_pem(private[source]))  # type: ignore[misc]
    _once(folder / "alipay_app_key_pkcs1.pem", lambda: _private_pem(private["alipay_app_key"], pkcs1=True))
    _make_wechat_pay_certificates(folder, private)
    _make_alipay_chain(folder, private)
    return _write_app_env(folder)


def _make_secrets(folder: Path) -> None:
    path = folder / "secrets.json"
    known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    wanted = NAMES | {name: known.get(name) or invent() for name, invent in SECRETS.items()}
    if wanted != known:
        _write(path, json.dumps(wanted, indent=2).encode())


def _message_key() -> str:
    """43 letters and digits that are exactly the base64 of 32 bytes."""
    while not (key := b64encode(secrets.token_bytes(32)).decode().rstrip("=")).isalnum():
        pass
    return key


def _private_key(folder: Path, name: str) -> rsa.RSAPrivateKey:
    path = folder / f"{name}.pem"
    _once(path, lambda: _private_pem(rsa.generate_private_key(public_exponent=65537, key_size=2048)))
    key = serialization.load_pem_private_key(path.read_bytes(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def _make_wechat_pay_certificates(folder: Path, private: dict[str, rsa.RSAPrivateKey]) -> None:
    root = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    for holder in ("merchant", "platform_1", "platform_2"):
        subject = certificates.name(f"sandbox {holder}", "Tenpay.com")
        key = private[f"wechat_pay_{holder}_key"]
        _once(
            folder / f"wechat_pay_{holder}_cert.pem",
            lambda subject=subject, key=key: _pem(  # type: ignore[misc]
                certificates.issue(subject=subject, key=key, issuer=TENPAY, issuer_key=root)
            ),
        )


def _make_alipay_chain(folder: Path, private: dict[str, rsa.RSAPrivateKey]) -> None:
    root = private["alipay_root_key"]
    app, gateway = certificates.name("sandbox app", "demo"), certificates.name("sandbox alipay", "Ant Financial")
    _once(folder / "alipay_root_cert.pem", lambda: _root_file(root))
    for file, subject, holder in (
        ("alipay_app_cert", app, "alipay_app_key"),
        ("alipay_cert", gateway, "alipay_cert_key"),
    ):
        _once(
            folder / f"{file}.pem",
            lambda subject=subject, key=private[holder]: _pem(  # type: ignore[misc]
                certificates.issue(subject=subject, key=key, issuer=ALIPAY, issuer_key=root)
            ),
        )


def _root_file(root: rsa.RSAPrivateKey) -> bytes:
    """The real root file mixes RSA roots with roots on other curves, which the root serial leaves out; so does ours."""
    curve = ec.generate_private_key(ec.SECP256R1())
    other = certificates.name("Ant Financial Certification Authority E1 (sandbox)", "Ant Financial")
    return _pem(certificates.issue(subject=ALIPAY, key=root, issuer=ALIPAY, issuer_key=root, authority=True)) + _pem(
        certificates.issue(subject=other, key=curve, issuer=other, issuer_key=curve, authority=True)
    )


def _write_app_env(folder: Path) -> Path:
    values = {name.upper(): value for name, value in json.loads((folder / "secrets.json").read_text()).items()}
    merchant = x509.load_pem_x509_certificate((folder / "wechat_pay_merchant_cert.pem").read_bytes())
    values["WECHAT_PAY_MERCHANT_SERIAL"] = certificates.hex_serial(merchant)
    for variable, files in APP_ENV.items():
        values[variable] = ",".join(str(folder.resolve() / file) for file in files)
    path = folder / "app.env"
    _write(path, "".join(f"{name}={value}\n" for name, value in sorted(values.items())).encode())
    return path


def _once(path: Path, content: Callable[[], bytes]) -> None:
    if not path.exists():
        _write(path, content())


def _write(path: Path, content: bytes) -> None:
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_bytes(content)
    unfinished.chmod(0o600)
    unfinished.replace(path)


def _private_pem(key: rsa.RSAPrivateKey, *, pkcs1: bool = False) -> bytes:
    shape = serialization.PrivateFormat.TraditionalOpenSSL if pkcs1 else serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, shape, serialization.NoEncryption())


def _public_pem(key: rsa.RSAPrivateKey) -> bytes:
    shape = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, shape)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def main() -> None:
    """Make the keys in the folder named on the command line and print where the application finds its half."""
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m sandbox.keys FOLDER")
    sys.stdout.write(f"{make(Path(sys.argv[1]))}\n")


if __name__ == "__main__":
    main()
