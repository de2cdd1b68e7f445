"""The settings by group. `env` names the variable; `doc` is what README prints."""

from dataclasses import dataclass, field
from typing import Any


def setting(
    env: str,
    doc: str,
    default: Any = "",
    *,
    secret: bool = False,
    needed: bool = False,
    demo_only: bool = False,
    choices: tuple[str, ...] = (),
    least: int | None = None,
    shape: str = "",
    https: bool = False,
    only_with: str = "",
) -> Any:
    """`shape` is a pattern of each part between commas; `https` holds in production.

    A secret is asked `only_with` the setting it belongs to, a field of the same group: itself, where it may be empty.
    """
    return field(
        default=default,
        repr=not secret,
        metadata={
            "env": env,
            "doc": doc,
            "secret": secret,
            "needed": needed,
            "demo_only": demo_only,
            "choices": choices,
            "least": least,
            "shape": shape,
            "https": https,
            "only_with": only_with,
        },
    )


@dataclass(frozen=True)
class Processes:
    environment: str = setting(
        "ENVIRONMENT", "`production`, `demo` or `test`", "demo", choices=("production", "demo", "test")
    )
    database_url: str = setting("DATABASE_URL", "PostgreSQL, `postgres://user@host:port/name`", needed=True)
    redis_url: str = setting("REDIS_URL", "Redis protocol server, `redis://…` or `unix://…`", needed=True)
    database_pool: int = setting("DATABASE_POOL", "connections per process", 10, least=1)
    public_api_url: str = setting(
        "PUBLIC_API_URL", "where WeChat and Alipay reach the api door (https in production)", needed=True, https=True
    )
    public_bff_url: str = setting(
        "PUBLIC_BFF_URL", "where citizens reach the citizen door (https in production)", needed=True, https=True
    )
    trusted_proxies: int = setting("TRUSTED_PROXIES", "how many proxies stand before us (X-Forwarded-For)", 0, least=0)
    log_format: str = setting("LOG_FORMAT", "`json` or `text`", "json", choices=("json", "text"))
    log_level: str = setting(
        "LOG_LEVEL",
        "`debug` (also probes and each job that went well), `info` or `warning`",
        "info",
        choices=("debug", "info", "warning"),
    )
    city_name: str = setting("CITY_NAME", "name of the city on pages and in messages", "示例市")
    assistant_index_folder: str = setting(
        "ASSISTANT_INDEX_FOLDER",
        "where `python -m assistant.building` keeps the search index for all processes of a machine; empty: each makes"
        " its own",
    )
    assistant_semantic: bool = setting(
        "ASSISTANT_SEMANTIC",
        "search by meaning as well; needs the extra `semantic` and 20 ms of processor a question",
        False,
    )
    assistant_search_url: str = setting(
        "ASSISTANT_SEARCH_URL",
        "OpenSearch or Elasticsearch that finds guides for the assistant (docs/search-engine.md); empty: its own index",
        shape=r"https?://\S+",
    )
    assistant_search_alias: str = setting(
        "ASSISTANT_SEARCH_ALIAS",
        "name of the guides in the search engine",
        "zhijianban-guides",
        shape=r"[a-z][a-z0-9-]*",
    )
    assistant_search_fallback: bool = setting(
        "ASSISTANT_SEARCH_FALLBACK", "answer from the own index while the search engine does not", True
    )
    worker_concurrency: int = setting("WORKER_CONCURRENCY", "jobs at once in one worker", 8, least=1)


@dataclass(frozen=True)
class Secrets:
    encryption_keys: str = setting(
        "ENCRYPTION_KEYS",
        "SM4 keys for personal data, `id:32 hex` comma separated, the first encrypts, all decrypt",
        "demo-1:000102030405060708090a0b0c0d0e0f",
        secret=True,
        shape=r"[\w.-]+:[0-9a-fA-F]{32}",
    )
    fingerprint_keys: str = setting(
        "FINGERPRINT_KEYS",
        "HMAC-SM3 keys for searching personal numbers, `id:hex`, the first writes, all are searched",
        "demo-1:101112131415161718191a1b1c1d1e1f",
        secret=True,
        shape=r"[\w.-]+:([0-9a-fA-F]{2}){16,}",
    )
    department_keys: str = setting(
        "DEPARTMENT_KEYS",
        "keys of departments that push, `key id:secret` comma separated",
        "demo-hall:demo-department-secret",
        secret=True,
        shape=r"[\w.-]+:\S{16,}",
    )
    assistant_search_key: str = setting(
        "ASSISTANT_SEARCH_KEY",
        "Authorization header for the search engine, such as `ApiKey …`",
        secret=True,
        only_with="assistant_search_key",
    )
    metrics_token: str = setting("METRICS_TOKEN", "bearer token that may read /metrics", "demo-metrics", secret=True)


@dataclass(frozen=True)
class Console:
    session_hours: int = setting("CONSOLE_SESSION_HOURS", "hours until staff must sign in again", 8, least=1)
    lockout_after: int = setting("CONSOLE_LOCKOUT_AFTER", "wrong passwords until an account is locked", 5, least=1)
    lockout_minutes: int = setting("CONSOLE_LOCKOUT_MINUTES", "minutes a locked account waits", 15, least=1)
    password_days: int = setting("CONSOLE_PASSWORD_DAYS", "days a staff password lasts, 0 for ever", 180, least=0)
    totp_roles: tuple[str, ...] = setting(
        "CONSOLE_TOTP_ROLES",
        "roles that must have a one-time code (动态口令), e.g. `admin,finance`",
        (),
        shape=r"[a-z_]+",
    )
    escalate_workdays: int = setting(
        "REMINDER_ESCALATE_WORKDAYS",
        "working days after its day until whoever oversees a late matter is reminded of it as well",
        1,
        least=1,
    )


@dataclass(frozen=True)
class RealName:
    url: str = setting("REALNAME_URL", "real-name verifier", needed=True)
    key_id: str = setting("REALNAME_KEY_ID", "our key id at the verifier", needed=True)
    secret: str = setting("REALNAME_SECRET", "our secret at the verifier", "demo-realname", secret=True)
    session_days: int = setting("SESSION_DAYS", "days a citizen stays signed in without use", 30, least=1)


@dataclass(frozen=True)
class WeChat:
    api_url: str = setting("WECHAT_API_URL", "WeChat platform API", "https://api.weixin.qq.com", https=True)
    open_url: str = setting("WECHAT_OPEN_URL", "WeChat web authorisation", "https://open.weixin.qq.com", https=True)
    app_id: str = setting("WECHAT_APP_ID", "mini-program app id", needed=True)
    app_secret: str = setting("WECHAT_APP_SECRET", "mini-program secret", "demo-wechat", secret=True)
    message_token: str = setting("WECHAT_MESSAGE_TOKEN", "official-account callback token", "demo-token", secret=True)
    message_aes_key: str = setting(
        "WECHAT_MESSAGE_AES_KEY", "official-account callback AES key (43 characters)", "demo-aes", secret=True
    )
    message_mode: str = setting(
        "WECHAT_MESSAGE_MODE",
        "`safe`: encrypted messages only; `plain`: unencrypted ones as well, whose body no signature covers",
        "safe",
        choices=("safe", "plain"),
    )
    template_booking: str = setting("WECHAT_TEMPLATE_BOOKING", "subscription template: booking", "tpl-booking")
    template_bill: str = setting("WECHAT_TEMPLATE_BILL", "subscription template: bill settled", "tpl-bill")
    template_case: str = setting("WECHAT_TEMPLATE_CASE", "subscription template: case moved", "tpl-case")
    template_news: str = setting(
        "WECHAT_TEMPLATE_NEWS", "subscription template: news that was subscribed to", "tpl-news"
    )
    wallet_url: str = setting(
        "WALLET_URL", "page that stands for the WeChat and Alipay apps in a browser", demo_only=True
    )


@dataclass(frozen=True)
class WeChatPay:
    url: str = setting("WECHAT_PAY_URL", "WeChat Pay v3 gateway", "https://api.mch.weixin.qq.com", https=True)
    merchant_id: str = setting("WECHAT_PAY_MERCHANT_ID", "merchant number", needed=True)
    merchant_serial: str = setting("WECHAT_PAY_MERCHANT_SERIAL", "serial of our merchant certificate", needed=True)
    merchant_cert_file: str = setting(
        "WECHAT_PAY_MERCHANT_CERT_FILE", "our merchant certificate (PEM); its own serial is used then"
    )
    merchant_key_file: str = setting("WECHAT_PAY_MERCHANT_KEY_FILE", "our private key (PEM)", needed=True)
    api_v3_key: str = setting("WECHAT_PAY_API_V3_KEY", "APIv3 key (32 bytes)", "demo-apiv3", secret=True)
    api_v3_key_file: str = setting(
        "WECHAT_PAY_API_V3_KEY_FILE", "APIv3 keys one a line, all believed; in place of `WECHAT_PAY_API_V3_KEY`"
    )
    public_key_id: str = setting(
        "WECHAT_PAY_PUBLIC_KEY_ID", "`PUB_KEY_ID_…` that our requests ask to be signed with, public-key mode"
    )
    public_key_file: str = setting(
        "WECHAT_PAY_PUBLIC_KEY_FILE", "WeChat Pay public key (PEM); several, each after a line with its id"
    )
    platform_cert_files: tuple[str, ...] = setting(
        "WECHAT_PAY_PLATFORM_CERT_FILES", "platform certificates (PEM, one or more each); none = downloaded", ()
    )


@dataclass(frozen=True)
class Payments:
    pay_code_form: str = setting(
        "PAY_CODE_FORM",
        "form of the pay codes we give: digits as they are, `YYYYMMDD` the day, `#` a random digit, a last `C` a check"
        " digit",
        "YYYYMMDD############",
        shape=r"(?=.{6,40}$)[0-9]*(YYYYMMDD)?[0-9]*#{6,}C?",
    )
    pay_codes_pushed: str = setting(
        "PAY_CODES_PUSHED",
        "pay codes that departments may push: `any` of 6 to 40 letters and digits, or of our `form` only",
        "any",
        choices=("any", "form"),
    )


@dataclass(frozen=True)
class Alipay:
    gateway_url: str = setting(
        "ALIPAY_GATEWAY_URL", "Alipay open gateway", "https://openapi.alipay.com/gateway.do", https=True
    )
    authorize_url: str = setting(
        "ALIPAY_AUTHORIZE_URL",
        "Alipay web authorisation",
        "https://openauth.alipay.com/oauth2/publicAppAuthorize.htm",
        https=True,
    )
    app_id: str = setting("ALIPAY_APP_ID", "app id", needed=True)
    seller_id: str = setting("ALIPAY_SELLER_ID", "merchant's 2088… number", needed=True)
    app_key_file: str = setting("ALIPAY_APP_KEY_FILE", "our private key (PEM, PKCS#1 or PKCS#8)", needed=True)
    public_key_file: str = setting("ALIPAY_PUBLIC_KEY_FILE", "Alipay public key (PEM, one or more), key mode")
    app_cert_file: str = setting("ALIPAY_APP_CERT_FILE", "our certificate, certificate mode")
    root_cert_file: str = setting("ALIPAY_ROOT_CERT_FILE", "Alipay root certificate, certificate mode")
    cert_file: str = setting("ALIPAY_CERT_FILE", "Alipay public certificate (one or more), certificate mode")
    aes_key: str = setting(
        "ALIPAY_AES_KEY", "key of what Alipay encrypts for us, such as phone numbers (base64)", "demo-aes", secret=True
    )
    template_booking: str = setting("ALIPAY_TEMPLATE_BOOKING", "message template: booking", "alitpl-booking")
    template_bill: str = setting("ALIPAY_TEMPLATE_BILL", "message template: bill settled", "alitpl-bill")
    template_case: str = setting("ALIPAY_TEMPLATE_CASE", "message template: case moved", "alitpl-case")
    template_news: str = setting("ALIPAY_TEMPLATE_NEWS", "message template: news that was subscribed to", "alitpl-news")


@dataclass(frozen=True)
class Receipts:
    url: str = setting("RECEIPTS_URL", "issuer of 财政电子票据", needed=True)
    key_id: str = setting("RECEIPTS_KEY_ID", "our key id at the issuer", needed=True)
    secret: str = setting("RECEIPTS_SECRET", "our secret at the issuer (HMAC-SM3)", "demo-receipts", secret=True)
