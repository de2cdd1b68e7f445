"""Keys follow their files."""

import os
import re
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.hashes import MD5, SHA1

from channels.key_files import KeyFile, KeyUnusable, private_key, public_key, sign, verified
from tests.builders import channels as build


def replace(path: Path, content: bytes) -> None:
    """As a rotation does it: a new file moved over the old one."""
    fresh = path.with_suffix(".new")
    fresh.write_bytes(content)
    os.replace(fresh, path)


def test_a_replaced_file_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(build.public_pem("first"))
    file = KeyFile(str(path), public_key)
    assert file.get() == build.key("first").public_key()
    replace(path, build.public_pem("second"))
    assert file.get() == build.key("second").public_key()


def test_a_broken_new_file_leaves_the_old_key_in_use(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(build.public_pem("first"))
    file = KeyFile(str(path), public_key)
    file.get()
    replace(path, b"-----BEGIN PUBLIC KEY-----\nhalf")
    assert file.get() == build.key("first").public_key()
    path.unlink()
    assert file.get() == build.key("first").public_key()


def test_a_key_that_never_was_there_is_named_without_its_folder(tmp_path: Path) -> None:
    with pytest.raises(KeyUnusable) as refused:
        KeyFile(str(tmp_path / "lost.pem"), private_key).get()
    assert refused.value.detail == {"file": "lost.pem"}


def test_a_broken_private_key_is_not_quoted_in_the_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "key.pem").write_bytes(build.private_pem("first")[:-60])
    with pytest.raises(KeyUnusable):
        KeyFile(str(tmp_path / "key.pem"), private_key).get()
    written = capsys.readouterr()
    assert "key_file_unreadable" in written.out + written.err
    assert build.private_pem("first").splitlines()[3].decode() not in written.out + written.err


@pytest.mark.parametrize("pkcs1", [True, False])
@pytest.mark.parametrize("bare", [True, False])
def test_private_keys_come_in_four_wrappings(pkcs1: bool, bare: bool) -> None:
    content = build.private_pem("first", pkcs1=pkcs1)
    if bare:
        content = re.sub(rb"-----.*-----", b"", content)
    assert private_key(content).private_numbers() == build.key("first").private_numbers()


def test_only_sha256_is_believed() -> None:
    trusted = build.key("first").public_key()
    assert verified(trusted, b"text", sign(build.key("first"), b"text"))
    assert not verified(trusted, b"text", build.rsa_signed("first", b"text", SHA1()))
    assert not verified(trusted, b"text", build.rsa_signed("first", b"text", MD5()))
    assert not verified(trusted, b"text", build.rsa_signed("second", b"text"))
    for unreadable in ("", "***", "AAAA", "签名"):
        assert not verified(trusted, b"text", unreadable)
