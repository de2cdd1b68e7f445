"""Alipay's keys: key mode and certificate mode (公钥证书)."""

from collections.abc import Iterator
from typing import Any

from channels.alipay.algorithms import RSA2, Algorithm
from channels.alipay.serials import serial
from channels.key_files import KeyFile, KeyPair, certificate
from foundation import clock
from foundation.setting_groups import Alipay


class AlipayKeys:
    """Our private key, and the keys whose signature is Alipay's. A file may hold the old and the new one."""

    def __init__(self, alipay: Alipay, algorithm: Algorithm = RSA2) -> None:
        self.algorithm = algorithm
        self._own = KeyFile(alipay.app_key_file, algorithm.own_key)
        self._public = KeyFile(alipay.public_key_file, algorithm.their_keys) if alipay.public_key_file else None
        self._certificates = KeyFile(alipay.cert_file, algorithm.certificates) if alipay.cert_file else None
        self._pair: KeyPair | None = None
        if alipay.app_cert_file and alipay.root_cert_file and alipay.cert_file:
            self._pair = KeyPair(self._own, KeyFile(alipay.app_cert_file, certificate))
            self._root = KeyFile(alipay.root_cert_file, algorithm.root_serial)

    def own(self) -> tuple[Any, dict[str, str]]:
        """The key to sign with, and the parameters that name it: certificate serials, or none in key mode."""
        if self._pair is None:
            return self._own.get(), {}
        key, held = self._pair.get()
        return key, {"app_cert_sn": serial(held), "alipay_root_cert_sn": self._root.get()}

    def verified(self, text: bytes, sign: str, cert_sn: str = "") -> bool:
        """Whether Alipay signed `text`; `cert_sn` is the `alipay_cert_sn` that came with it, if one did."""
        return any(self.algorithm.verified(key, text, sign) for key in self._candidates(cert_sn))

    def _candidates(self, cert_sn: str) -> Iterator[Any]:
        """The certificate that was named; any key of Alipay's that we hold when none was, for notices name none."""
        if self._public and not cert_sn:
            yield from self._public.get()
        now = clock.now()
        for held in self._certificates.get() if self._certificates else []:
            if cert_sn in ("", serial(held)) and held.not_valid_before_utc <= now <= held.not_valid_after_utc:
                yield self.algorithm.certified_key(held)
