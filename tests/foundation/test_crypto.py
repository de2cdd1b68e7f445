"""Personal data: sealed with SM4-GCM, found by HMAC-SM3, keys that can be rotated."""

import base64
import os
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st

from foundation import crypto, settings

OLD, NEW = "k1:" + "0123456789abcdeffedcba9876543210", "k2:" + "00112233445566778899aabbccddeeff"
Keys = Callable[..., None]


@pytest.fixture
def keys() -> Iterator[Keys]:
    before = settings.current()

    def use(**given: str) -> None:
        settings.use(replace(before, secrets=replace(before.secrets, **given)))

    yield use
    settings.use(before)


def test_the_cipher_is_the_one_of_rfc_8998() -> None:
    key, nonce = bytes.fromhex("0123456789abcdeffedcba9876543210"), bytes.fromhex("00001234567800000000abcd")
    text = b"".join(bytes([byte]) * 8 for byte in (0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF, 0xEE, 0xAA))
    encryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2"))
    cipher = encryptor.update(text) + encryptor.finalize()
    assert cipher.hex() == (
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
        "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
    )
    assert encryptor.tag.hex() == "83de3541e4c2b58177e065a9bf7b62ec"


def test_what_is_sealed_can_be_opened_by_hand(keys: Keys) -> None:
    keys(encryption_keys=OLD)
    key_id, _, packed = crypto.seal("110101199003070000").partition(":")
    raw = base64.b64decode(packed)
    opener = Cipher(algorithms.SM4(bytes.fromhex(OLD[3:])), modes.GCM(raw[:12], raw[12:28])).decryptor()
    opener.authenticate_additional_data(b"k1")
    assert key_id == "k1"
    assert opener.update(raw[28:]) + opener.finalize() == b"110101199003070000"


@given(st.text(max_size=200))
def test_whatever_is_sealed_is_opened_again_and_never_looks_the_same(text: str) -> None:
    assert crypto.open_sealed(crypto.seal(text)) == text
    assert crypto.seal(text) != crypto.seal(text)


def test_a_changed_seal_is_not_opened() -> None:
    key_id, _, packed = crypto.seal("张三").rpartition(":")
    raw = bytearray(base64.b64decode(packed))
    for position in (0, 15, 30):
        changed = bytearray(raw)
        changed[position] ^= 1
        with pytest.raises(crypto.SealBroken):
            crypto.open_sealed(f"{key_id}:{base64.b64encode(changed).decode()}")


@pytest.mark.parametrize("nonsense", ["", "no colon", "other-key:AAAA", "demo-1:%%%", "demo-1:AAAA"])
def test_what_is_no_seal_is_not_opened(nonsense: str) -> None:
    with pytest.raises(crypto.SealBroken):
        crypto.open_sealed(nonsense)


def test_a_seal_names_its_key_truly(keys: Keys) -> None:
    keys(encryption_keys=f"{OLD},k2:{OLD[3:]}")
    with pytest.raises(crypto.SealBroken):
        crypto.open_sealed(crypto.seal("x").replace("k1:", "k2:"))


def test_keys_are_rotated_without_losing_anything(keys: Keys) -> None:
    keys(encryption_keys=OLD, fingerprint_keys=OLD)
    sealed, found = crypto.seal("张三"), crypto.fingerprint("110101199003070000", purpose="id_number")
    keys(encryption_keys=f"{NEW},{OLD}", fingerprint_keys=f"{NEW},{OLD}")
    assert crypto.open_sealed(sealed) == "张三"
    assert crypto.needs_resealing(sealed)
    assert not crypto.needs_resealing(crypto.seal("张三"))
    assert crypto.seal("张三").startswith("k2:")
    assert crypto.fingerprint("110101199003070000", purpose="id_number") != found
    assert found in crypto.fingerprints("110101199003070000", purpose="id_number")
    keys(encryption_keys=NEW)
    with pytest.raises(crypto.SealBroken):
        crypto.open_sealed(sealed)


def test_a_fingerprint_is_hmac_sm3_and_depends_on_its_purpose(keys: Keys) -> None:
    keys(fingerprint_keys=OLD)
    mac = hmac.HMAC(bytes.fromhex(OLD[3:]), hashes.SM3())
    mac.update(b"phone\x0013800000000")
    assert crypto.fingerprint("13800000000", purpose="phone") == mac.finalize().hex()
    assert crypto.fingerprint("13800000000", purpose="phone") != crypto.fingerprint("13800000000", purpose="id_number")


def test_a_code_can_be_read_aloud() -> None:
    codes = {crypto.random_code(8) for _ in range(1000)}
    assert len(codes) == 1000
    assert not set("".join(codes)) & set("01ILOilo")


@pytest.mark.parametrize(
    "typed", ["3xu2z7nxdg", " 3XU2 Z7NXDG\n", "3XU2-Z7NXDG", "３ＸＵ２　Ｚ７ＮＸＤＧ", "3xu2–z7nx_dg"]
)
def test_a_code_is_read_however_it_is_typed(typed: str) -> None:
    assert crypto.read_code(typed) == "3XU2Z7NXDG"


def test_random_bytes_never_come_twice() -> None:
    seen = {crypto.random_bytes(12) for _ in range(3000)}
    assert len(seen) == 3000
    assert {len(one) for one in seen} == {12}
    assert len(crypto.random_bytes(10_000)) == 10_000


def test_a_forked_process_draws_its_own() -> None:
    crypto.random_bytes(1)
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.write(writing, crypto.random_bytes(16))
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reading, 16) != crypto.random_bytes(16)
    os.close(reading)
    os.close(writing)


def test_a_sealed_file_opens_only_about_what_it_was_sealed() -> None:
    sealed = crypto.seal_bytes(b"\x00\xff picture", about="papers/1")
    assert crypto.open_bytes(sealed, about="papers/1") == b"\x00\xff picture"
    for broken in (sealed[:-1], sealed[:20], b"k9" + sealed, sealed[:-1] + bytes([sealed[-1] ^ 1])):
        with pytest.raises(crypto.SealBroken):
            crypto.open_bytes(broken, about="papers/1")
    with pytest.raises(crypto.SealBroken):
        crypto.open_bytes(sealed, about="papers/2")


def test_a_file_sealed_with_an_older_key_still_opens(keys: Keys) -> None:
    keys(encryption_keys=OLD)
    sealed = crypto.seal_bytes(b"old", about="a")
    keys(encryption_keys=f"{NEW},{OLD}")
    assert crypto.open_bytes(sealed, about="a") == b"old"
    assert crypto.seal_bytes(b"new", about="a").startswith(b"k2:")
