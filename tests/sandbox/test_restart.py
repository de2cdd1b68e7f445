"""A killed sandbox remembers orders, codes, tokens, messages, and what it had planned; keys are made once."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from sandbox import keys
from sandbox.memory import Memory
from sandbox.wechat_tokens import Token
from tests.builders.sandbox import App, Inbox, Sandbox
from tests.sandbox.conftest import start
from tests.sandbox.test_wechat import login


@pytest.mark.slow
def test_kill_9_loses_nothing(key_folder: Path, tmp_path: Path, inbox: Inbox) -> None:
    inbox.status = 500
    running = start(key_folder, tmp_path, speed=60)
    with running as first:
        app = App(first.url, key_folder)
        with app.http:
            app.prepay("KILLED-1", 2000, inbox.url)
            first.play("wechat/pay/KILLED-1")
            inbox.wait(1)
            token, code = app.token(), first.play("wechat/code", openid="oKILLED")["code"]
            app.prepay("KILLED-2", 2003, inbox.url)
            first.play("wechat/pay/KILLED-2")
        running.kill()
    inbox.status = 204
    with start(key_folder, tmp_path, speed=60) as second:
        app = App(second.url, key_folder)
        with app.http:
            assert app.query("KILLED-1").json()["trade_state"] == "SUCCESS"
            assert app.token() == token
            assert login(app, code)["openid"] == "oKILLED"
            second.wait_for_notify("KILLED-1", state="accepted")
            second.wait_for_notify("KILLED-2", state="accepted")
            assert app.query("KILLED-2").json()["trade_state"] == "SUCCESS"


def test_a_torn_last_line_is_ignored(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    shelf = memory.shelf("words", Token)
    now = datetime.now(UTC)
    shelf.put("a", Token("a", now, now))
    shelf.put("b", Token("b", now, now))
    shelf.drop("a")
    memory.close()
    journal = tmp_path / "journal.jsonl"
    journal.write_bytes(journal.read_bytes() + b'{"shelf":"words","key":"c","val')
    again = Memory(tmp_path)
    assert [one.token for one in again.shelf("words", Token)] == ["b"]
    again.close()
    assert journal.read_bytes().count(b"\n") == 1


def test_keys_are_made_once(key_folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in key_folder.iterdir()}
    assert keys.make(key_folder) == key_folder / "app.env"
    assert {path.name: path.read_bytes() for path in key_folder.iterdir()} == before
    assert all(path.stat().st_mode & 0o077 == 0 for path in key_folder.iterdir())


def test_app_env_names_what_the_application_needs(key_folder: Path) -> None:
    names = {line.partition("=")[0] for line in (key_folder / "app.env").read_text().splitlines()}
    assert names == {
        "WECHAT_APP_ID",
        "WECHAT_APP_SECRET",
        "WECHAT_MESSAGE_TOKEN",
        "WECHAT_MESSAGE_AES_KEY",
        "WECHAT_PAY_MERCHANT_ID",
        "WECHAT_PAY_MERCHANT_SERIAL",
        "WECHAT_PAY_MERCHANT_KEY_FILE",
        "WECHAT_PAY_API_V3_KEY",
        "WECHAT_PAY_PUBLIC_KEY_ID",
        "WECHAT_PAY_PUBLIC_KEY_FILE",
        "WECHAT_PAY_PLATFORM_CERT_FILES",
        "ALIPAY_APP_ID",
        "ALIPAY_SELLER_ID",
        "ALIPAY_APP_KEY_FILE",
        "ALIPAY_PUBLIC_KEY_FILE",
        "ALIPAY_APP_CERT_FILE",
        "ALIPAY_ROOT_CERT_FILE",
        "ALIPAY_CERT_FILE",
        "ALIPAY_AES_KEY",
        "REALNAME_KEY_ID",
        "REALNAME_SECRET",
        "RECEIPTS_KEY_ID",
        "RECEIPTS_SECRET",
        "SMS_KEY_ID",
        "SMS_SECRET",
        "LICENCES_KEY_ID",
        "LICENCES_SECRET",
        "SIGN_ON_CLIENT_ID",
        "SIGN_ON_CLIENT_SECRET",
        "SIGN_ON_KEY_ID",
    }


def test_reset_forgets(sandbox: Sandbox, app: App) -> None:
    app.prepay("RESET-01", 2000)
    sandbox.play("reset")
    assert app.query("RESET-01").status_code == 404
