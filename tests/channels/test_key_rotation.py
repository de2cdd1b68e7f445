"""Keys are changed for others while the processes run; old and new both hold meanwhile. No key is ever written down."""

import json
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from channels import key_sources
from channels.alipay.client import AlipayClient
from channels.alipay.pay import Alipay
from channels.alipay.serials import serial
from channels.errors import ForgedNotice, UnreadableNotice
from channels.key_files import KeyFile, KeyUnusable, certificate, private_key, public_key, verified
from channels.wechat.pay import WeChatPay
from foundation.errors import Refusal
from tests.builders import channels as build
from tests.builders.channels import Vendor
from tests.channels import published
from tests.channels.conftest import KeyFolder
from tests.channels.test_alipay import TRADE, answering, check_request_signature
from tests.channels.test_key_files import replace
from tests.channels.test_wechat_pay import REQUEST, signed

BODY = build.wechat_notice(build.wechat_order())
OTHER_V3_KEY = "abcdef0123456789ABCDEF0123456789"


def signed_by(call_headers: dict[str, str], text: bytes) -> tuple[str, str]:
    """(whose key signed, under which serial)."""
    fields = dict(part.split("=", 1) for part in call_headers["authorization"].partition(" ")[2].split(","))
    given = {name: value.strip('"') for name, value in fields.items()}
    text = text.replace(b"TS", given["timestamp"].encode()).replace(b"NONCE", given["nonce_str"].encode())
    names = [
        one for one in ("merchant", "merchant_2") if verified(build.key(one).public_key(), text, given["signature"])
    ]
    return names[0], given["serial_no"]


@pytest.fixture
async def pay(keys: KeyFolder, vendor: Vendor) -> AsyncIterator[WeChatPay]:
    """Our merchant key with its certificate, and the APIv3 keys, in files."""
    vendor.answer = lambda call: signed({"prepay_id": "wx-prepay"})
    build.write(keys.path, "merchant_cert.pem", build.pem(build.certificate("merchant", serial=0x11)))
    build.write(keys.path, "api_v3", f"{build.API_V3_KEY}\n".encode())
    channel = WeChatPay(
        keys.settings(
            WECHAT_PAY_MERCHANT_CERT_FILE=str(keys.path / "merchant_cert.pem"),
            WECHAT_PAY_API_V3_KEY_FILE=str(keys.path / "api_v3"),
            WECHAT_PAY_API_V3_KEY="",
        )
    )
    yield channel
    await channel.aclose()


async def signer_of(pay: WeChatPay, vendor: Vendor) -> tuple[str, str]:
    await pay.prepare(REQUEST)
    call = vendor.calls[-1]
    return signed_by(call.headers, b"POST\n" + call.path.encode() + b"\nTS\nNONCE\n" + call.body + b"\n")


@pytest.mark.parametrize("first", ["key", "certificate"])
async def test_merchant_key_and_certificate_change_together_whichever_comes_first(
    pay: WeChatPay, vendor: Vendor, keys: KeyFolder, first: str
) -> None:
    assert await signer_of(pay, vendor) == ("merchant", "11")
    fresh = {
        "key": (keys.path / "merchant.pem", build.private_pem("merchant_2")),
        "certificate": (keys.path / "merchant_cert.pem", build.pem(build.certificate("merchant_2", serial=0x22))),
    }
    replace(*fresh.pop(first))
    assert await signer_of(pay, vendor) == ("merchant", "11")  # a new key under the old serial would be refused
    replace(*fresh.popitem()[1])
    assert await signer_of(pay, vendor) == ("merchant_2", "22")


async def test_two_that_never_belonged_together_are_refused(pay: WeChatPay, keys: KeyFolder) -> None:
    replace(keys.path / "merchant.pem", build.private_pem("merchant_2"))
    with pytest.raises(KeyUnusable):
        await pay.prepare(REQUEST)


async def test_notices_under_the_old_and_the_new_apiv3_key_are_read_meanwhile(pay: WeChatPay, keys: KeyFolder) -> None:
    """What was sealed before the change is sent again for a day."""
    new = build.wechat_notice(build.wechat_order(), api_v3_key=OTHER_V3_KEY)

    async def read(body: bytes) -> bool:
        headers = build.wechat_signed(body, by="wechat_pay", serial=build.PUBLIC_KEY_ID)
        return (await pay.read_notice(headers, body)).payment is not None

    assert await read(BODY)
    with pytest.raises(UnreadableNotice):
        await read(new)
    replace(keys.path / "api_v3", f"{OTHER_V3_KEY}\n{build.API_V3_KEY}\n".encode())
    assert await read(new)
    assert await read(BODY)
    replace(keys.path / "api_v3", OTHER_V3_KEY.encode())
    assert await read(new)
    with pytest.raises(UnreadableNotice):
        await read(BODY)


async def test_old_and_new_platform_certificate_in_one_file(keys: KeyFolder) -> None:
    old, new = build.certificate("platform_1", serial=0xA1), build.certificate("platform_2", serial=0xB2)
    path = build.write(keys.path, "platform.pem", build.pem(old))
    channel = WeChatPay(keys.settings(WECHAT_PAY_PLATFORM_CERT_FILES=path))

    async def believes(by: str, number: str) -> bool:
        try:
            return bool(await channel.read_notice(build.wechat_signed(BODY, by=by, serial=number), BODY))
        except ForgedNotice:
            return False

    sides = ("platform_1", "A1"), ("platform_2", "B2")
    assert [await believes(*side) for side in sides] == [True, False]
    replace(Path(path), build.pem(old) + build.pem(new))
    assert [await believes(*side) for side in sides] == [True, True]
    replace(Path(path), build.pem(new))
    assert [await believes(*side) for side in sides] == [False, True]
    await channel.aclose()


async def test_wechat_pays_old_and_new_public_key_in_one_file(keys: KeyFolder) -> None:
    other_id = "PUB_KEY_ID_0119000000012026000000000001"
    path = build.write(keys.path, "public.pem", old := build.public_pem("wechat_pay"))
    channel = WeChatPay(keys.settings(WECHAT_PAY_PUBLIC_KEY_FILE=path))

    async def believes(by: str, name: str) -> bool:
        try:
            return bool(await channel.read_notice(build.wechat_signed(BODY, by=by, serial=name), BODY))
        except ForgedNotice:
            return False

    sides = ("wechat_pay", build.PUBLIC_KEY_ID), ("platform_1", other_id), ("platform_1", build.PUBLIC_KEY_ID)
    assert [await believes(*side) for side in sides] == [True, False, False]
    new = f"{other_id}\n".encode() + build.public_pem("platform_1")
    replace(Path(path), f"{build.PUBLIC_KEY_ID}\n".encode() + old + new)
    assert [await believes(*side) for side in sides] == [True, True, False]
    replace(Path(path), new + new)  # one name twice: the content before stays in use
    assert [await believes(*side) for side in sides] == [True, True, False]
    replace(Path(path), new)
    assert [await believes(*side) for side in sides] == [False, True, False]
    await channel.aclose()


async def test_alipays_old_and_new_key_in_one_file(keys: KeyFolder) -> None:
    channel, path = Alipay(keys.settings()), keys.path / "alipay.pem"

    async def believes(by: str) -> bool:
        try:
            return bool(await channel.read_notice({}, build.alipay_form(by=by)))
        except ForgedNotice:
            return False

    assert [await believes(by) for by in ("alipay", "alipay_2")] == [True, False]
    replace(path, build.public_pem("alipay") + build.public_pem("alipay_2"))
    assert [await believes(by) for by in ("alipay", "alipay_2")] == [True, True]
    replace(path, build.public_pem("alipay_2"))
    assert [await believes(by) for by in ("alipay", "alipay_2")] == [False, True]
    await channel.aclose()


async def test_alipays_old_and_new_certificate_and_ours_in_certificate_mode(keys: KeyFolder, vendor: Vendor) -> None:
    own = {name: build.certificate(name) for name in ("app", "app_2")}
    theirs = {name: build.certificate(name) for name in ("alipay_cert", "alipay_cert_2")}
    app_cert = build.write(keys.path, "app_cert.pem", build.pem(own["app"]))
    cert = build.write(keys.path, "alipay_cert.pem", b"".join(map(build.pem, theirs.values())))
    channel = Alipay(
        keys.settings(
            ALIPAY_APP_CERT_FILE=app_cert,
            ALIPAY_ROOT_CERT_FILE=str(published.HERE / "alipay_root.pem"),
            ALIPAY_CERT_FILE=cert,
            ALIPAY_PUBLIC_KEY_FILE="",
        )
    )
    for name, held in theirs.items():
        form = build.alipay_form(by=name, alipay_cert_sn=serial(held))
        assert (await channel.read_notice({}, form)).payment
    vendor.answer = lambda call: (
        200,
        {},
        build.alipay_envelope(
            "alipay.trade.query", json.dumps(TRADE), by="alipay_cert_2", cert_sn=serial(theirs["alipay_cert_2"])
        ),
    )
    await channel.query("bill-0001")
    replace(keys.path / "app.pem", build.private_pem("app_2"))
    await channel.query("bill-0001")
    assert check_request_signature(vendor.calls[-1])["app_cert_sn"] == serial(own["app"])  # still the old pair
    replace(Path(app_cert), build.pem(own["app_2"]))
    await channel.query("bill-0001")
    assert vendor.calls[-1].query["app_cert_sn"] == serial(own["app_2"])
    await channel.aclose()


# Where keys lie


class Store:
    """A secret store, in small."""

    held: dict[str, bytes] = {}

    def __init__(self, label: str) -> None:
        self.label = label

    def version(self) -> int:
        return hash(self.read())

    def read(self) -> bytes:
        if self.label not in self.held:
            raise OSError("no such secret")
        return self.held[self.label]


@pytest.fixture
def store() -> Iterator[dict[str, bytes]]:
    key_sources.plug_in("vault", Store)
    yield Store.held
    Store.held.clear()
    del key_sources._schemes["vault"]


def test_a_key_in_a_secret_store_is_changed_without_restart(store: dict[str, bytes]) -> None:
    file = KeyFile("vault:pay/alipay", public_key)
    with pytest.raises(KeyUnusable):
        file.get()
    store["pay/alipay"] = build.public_pem("first")
    assert file.get() == build.key("first").public_key()
    store["pay/alipay"] = build.public_pem("second")
    assert file.get() == build.key("second").public_key()
    store.clear()  # out of reach
    assert file.get() == build.key("second").public_key()


async def test_a_channel_takes_its_keys_from_a_store(keys: KeyFolder, store: dict[str, bytes], vendor: Vendor) -> None:
    store["app"] = build.private_pem("app")
    channel = Alipay(keys.settings(ALIPAY_APP_KEY_FILE="vault:app"))
    vendor.answer = answering(query=TRADE)
    await channel.query("bill-0001")
    check_request_signature(vendor.calls[0])
    await channel.aclose()


def test_a_key_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUR_KEY", build.private_pem("first").decode())
    assert KeyFile("env:OUR_KEY", private_key).get().private_numbers() == build.key("first").private_numbers()
    with pytest.raises(KeyUnusable) as refused:
        KeyFile("env:NO_SUCH_KEY", private_key).get()
    assert refused.value.detail == {"file": "NO_SUCH_KEY"}


def test_a_path_with_a_colon_is_a_path(tmp_path: Path) -> None:
    path = tmp_path / "odd:name.pem"
    path.write_bytes(build.public_pem("first"))
    assert KeyFile(str(path), public_key).get()


# Never written down


def everything_said(fault: BaseException | None) -> str:
    """A fault with all that led to it, in every form in which it could be written."""
    said = ""
    while fault is not None:
        detail = fault.as_dict() if isinstance(fault, Refusal) else ""
        said += f"{fault!r} {fault} {fault.args!r} {detail}"
        fault = fault.__cause__ or fault.__context__
    return said


def planted(pem: bytes) -> list[str]:
    """Pieces of a key that nothing may repeat."""
    return [line.decode() for line in pem.splitlines() if len(line) > 20 and b"-----" not in line]


async def test_no_key_reaches_a_log_a_repr_or_an_error(
    keys: KeyFolder, vendor: Vendor, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    curve = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    whole = build.private_pem("merchant")
    ours = keys.settings(WECHAT_PAY_PLATFORM_CERT_FILES=str(keys.path / "merchant.pem"))
    pay, alipay, client = WeChatPay(ours), Alipay(ours), AlipayClient(ours)
    said = repr(ours) + str(ours.wechat_pay)
    for spoiled in (whole, whole[:-80], whole.replace(b"PRIVATE", b"PUBLIC"), curve, whole.replace(b"\n", b"")):
        for name in ("merchant.pem", "app.pem", "wechat_pay.pem", "alipay.pem"):
            replace(keys.path / name, spoiled)
        for attempt in (pay.prepare(REQUEST), alipay.query("bill-0001")):
            try:
                await attempt
            except Refusal as fault:
                said += everything_said(fault)
        for fresh in (private_key, public_key, certificate):
            try:
                KeyFile(str(keys.path / "merchant.pem"), fresh).get()
            except Refusal as fault:
                said += everything_said(fault)
    for one in (pay, alipay, client, client.keys, pay._gateway, pay._gateway.own, pay._gateway.keys):
        said += repr(one) + repr(list(vars(one).values()))
    written = capsys.readouterr()
    said += written.out + written.err + caplog.text
    assert "key_file_unreadable" in said
    for secret in (*planted(whole), *planted(curve), build.API_V3_KEY, ours.wechat.app_secret):
        assert secret not in said
    for one in (pay, alipay, client):
        await one.aclose()


def test_the_planted_pieces_would_be_found() -> None:
    assert len(planted(build.private_pem("merchant"))) > 20
    assert all(piece in build.private_pem("merchant").decode() for piece in planted(build.private_pem("merchant")))


def test_a_broken_key_is_said_once_and_not_at_every_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(build.public_pem("first"))
    file = KeyFile(str(path), public_key)
    file.get()
    replace(path, b"half")
    for _ in range(5):
        file.get()
    os.unlink(path)
    for _ in range(5):
        file.get()
    assert capsys.readouterr().out.count("key_file_unreadable") == 2
