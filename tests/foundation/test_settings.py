"""Settings: typed, every fault at once, no demo secret in production."""

import subprocess
import sys
from pathlib import Path

import pytest

from foundation import settings

PRODUCTION = {
    "ENVIRONMENT": "production",
    "DATABASE_URL": "postgres://u@db/city",
    "REDIS_URL": "redis://cache",
    "PUBLIC_API_URL": "https://api.city.test",
    "PUBLIC_BFF_URL": "https://city.test",
    "REALNAME_URL": "https://realname.test",
    "REALNAME_KEY_ID": "k",
    "RECEIPTS_URL": "https://receipts.test",
    "RECEIPTS_KEY_ID": "k",
    "WECHAT_APP_ID": "wx",
    "WECHAT_PAY_MERCHANT_ID": "1",
    "WECHAT_PAY_MERCHANT_SERIAL": "2",
    "WECHAT_PAY_MERCHANT_KEY_FILE": __file__,
    "ALIPAY_APP_ID": "3",
    "ALIPAY_SELLER_ID": "2088",
    "ALIPAY_APP_KEY_FILE": __file__,
    "ALIPAY_PUBLIC_KEY_FILE": __file__,
    "OBJECT_STORE_BUCKET": "papers",
    "LICENCES_URL": "https://licences.test",
    "SIGN_ON_ISSUER": "https://sso.test",
}
MAY_BE_EMPTY = {"ASSISTANT_SEARCH_KEY"}  # an engine of one's own may ask for none


def own_secrets() -> dict[str, str]:
    """One own value for every secret, whatever secrets there come to be."""
    made = {one.metadata["env"]: "own-secret" for _, one in settings.every_setting() if one.metadata["secret"]}
    keys = {
        "ENCRYPTION_KEYS": "k1:" + "ab" * 16,
        "FINGERPRINT_KEYS": "k1:" + "cd" * 16,
        "DEPARTMENT_KEYS": "hall:" + "ef" * 16,
        "COURIER_KEYS": "post:" + "ab" * 16,
    }
    return made | {name: value for name, value in keys.items() if name in made}


def test_every_setting_has_a_default_for_the_demo() -> None:
    ours = settings.load({})
    assert ours.environment == "demo"
    assert ours.processes.database_pool == 10


def test_values_are_read_into_their_types() -> None:
    ours = settings.load({"DATABASE_POOL": "3", "WECHAT_PAY_PLATFORM_CERT_FILES": "a.pem, b.pem,"})
    assert ours.processes.database_pool == 3
    assert ours.wechat_pay.platform_cert_files == ("a.pem", "b.pem")


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(settings.BadSettings) as caught:
        settings.load({"ENVIRONMENT": "playground", "DATABASE_POOL": "many", "LOG_FORMAT": "xml"})
    assert {line.split(":")[0] for line in str(caught.value).splitlines()} == {
        "ENVIRONMENT", "DATABASE_POOL", "LOG_FORMAT",
    }  # fmt: skip


def test_production_takes_its_own_secrets() -> None:
    assert settings.load(PRODUCTION | own_secrets()).environment == "production"


def test_production_must_be_able_to_believe_alipay() -> None:
    neither = {"ALIPAY_PUBLIC_KEY_FILE": ""}
    certificates = ("ALIPAY_APP_CERT_FILE", "ALIPAY_ROOT_CERT_FILE", "ALIPAY_CERT_FILE")
    for given in (neither, neither | dict.fromkeys(certificates[:2], __file__)):
        with pytest.raises(settings.BadSettings, match="ALIPAY_PUBLIC_KEY_FILE"):
            settings.load(PRODUCTION | own_secrets() | given)
    settings.load(PRODUCTION | own_secrets() | neither | dict.fromkeys(certificates, __file__))


def test_production_refuses_every_demo_secret_by_name() -> None:
    with pytest.raises(settings.BadSettings) as caught:
        settings.load(PRODUCTION | {"SMS_URL": "https://sms.test"})
    named = {line.split(":")[0] for line in str(caught.value).splitlines()}
    assert named == own_secrets().keys() - MAY_BE_EMPTY
    own = own_secrets()
    del own["SMS_SECRET"]  # where no text messages are sent there is none
    assert settings.load(PRODUCTION | own).sms.url == ""


@pytest.mark.parametrize("name", ["ASSISTANT_SEARCH_KEY", "COURIER_KEYS"])
def test_what_opens_nothing_may_be_empty_but_is_no_demo_value(name: str) -> None:
    settings.load(PRODUCTION | own_secrets() | {name: ""})
    with pytest.raises(settings.BadSettings, match=name):
        settings.load(PRODUCTION | own_secrets() | {name: "demo-1:0123456789abcdef"})


@pytest.mark.parametrize(
    "name",
    ["WECHAT_API_URL", "WECHAT_OPEN_URL", "WECHAT_PAY_URL", "ALIPAY_GATEWAY_URL", "ALIPAY_AUTHORIZE_URL"],
)
def test_production_believes_no_platform_that_anybody_could_play(name: str) -> None:
    with pytest.raises(settings.BadSettings, match=f"{name}: must begin with https://"):
        settings.load(PRODUCTION | own_secrets() | {name: "http://127.0.0.1:8300"})


def test_a_secret_is_asked_only_with_what_it_opens() -> None:
    without = {"OBJECT_STORE_BUCKET": "", "OBJECT_STORE_SECRET": "demo-store"}
    settings.load(PRODUCTION | own_secrets() | without)
    with pytest.raises(settings.BadSettings, match="OBJECT_STORE_SECRET"):
        settings.load(PRODUCTION | own_secrets() | without | {"OBJECT_STORE_BUCKET": "papers"})


def test_production_needs_its_addresses_and_no_playing_wallet() -> None:
    missing = {name: value for name, value in PRODUCTION.items() if name != "PUBLIC_API_URL"}
    with pytest.raises(settings.BadSettings, match="PUBLIC_API_URL: must be set"):
        settings.load(missing | own_secrets())
    with pytest.raises(settings.BadSettings, match="WALLET_URL: exists for the demo only"):
        settings.load(PRODUCTION | own_secrets() | {"WALLET_URL": "http://wallet"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ENCRYPTION_KEYS", "k1:" + "zz" * 16),
        ("ENCRYPTION_KEYS", "k1:" + "ab" * 15),
        ("ENCRYPTION_KEYS", f"k2:{'ab' * 16},demo-1:{'cd' * 16}"),
        ("FINGERPRINT_KEYS", "ab" * 16),
        ("DEPARTMENT_KEYS", "hall:short"),
        ("DEPARTMENT_KEYS", f"hall:{'ef' * 16},demo-hall:{'ef' * 16}"),
        ("METRICS_TOKEN", "demo-metrics"),
        ("PUBLIC_API_URL", "http://api.city.test"),
        ("PUBLIC_BFF_URL", "city.test"),
        ("DATABASE_POOL", "0"),
        ("TRUSTED_PROXIES", "-1"),
        ("ALIPAY_APP_KEY_FILE", "nowhere.pem"),
    ],
)
def test_production_refuses_what_could_not_work(name: str, value: str) -> None:
    with pytest.raises(settings.BadSettings) as caught:
        settings.load(PRODUCTION | own_secrets() | {name: value})
    assert str(caught.value).startswith(f"{name}: ")
    assert "\n" not in str(caught.value)
    assert name not in own_secrets() or value not in str(caught.value)


def test_a_process_that_may_not_start_says_why_and_no_more() -> None:
    done = subprocess.run(
        [sys.executable, "worker.py"], cwd=Path(__file__).parents[2], env={"ENVIRONMENT": "production"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "METRICS_TOKEN: a secret of your own is needed in production" in done.stderr
    assert "Traceback" not in done.stderr


def test_no_secret_is_shown_in_the_table() -> None:
    table = settings.table()
    for _, one in settings.every_setting():
        assert f"`{one.metadata['env']}`" in table
        assert one.metadata["doc"]
        if one.metadata["secret"]:
            assert not one.default or str(one.default) not in table
