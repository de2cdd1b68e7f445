"""The environment our processes get in `make run`: demo secrets made once, sandbox addresses, what you set yourself."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SECRETS = "demo.env"


@dataclass(frozen=True)
class Address:
    """Where one of our doors listens."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"http://{'127.0.0.1' if self.host in ('0.0.0.0', '') else self.host}:{self.port}"


def environment(*, var: Path, database_url: str, redis_url: str, doors: Mapping[str, Address]) -> dict[str, str]:
    """Environment variables for every process. What the caller's own environment names has the last word."""
    sandbox = doors["sandbox"]
    demo = {
        "VAR": str(var),
        "ENVIRONMENT": "demo",
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "PUBLIC_API_URL": str(doors["web"]),
        "PUBLIC_BFF_URL": str(doors["bff"]),
        "WECHAT_API_URL": str(sandbox),
        "WECHAT_OPEN_URL": str(sandbox),
        "WECHAT_PAY_URL": str(sandbox),
        "ALIPAY_GATEWAY_URL": f"{sandbox}/gateway.do",
        "ALIPAY_AUTHORIZE_URL": f"{sandbox}/oauth2/publicAppAuthorize.htm",
        "REALNAME_URL": str(sandbox),
        "RECEIPTS_URL": str(sandbox),
        "SIGN_ON_ISSUER": f"{sandbox}/sign-on",
        "SMS_URL": str(sandbox),
        "LICENCES_URL": str(sandbox),
        "WALLET_URL": f"{sandbox}/wallet",
        "OBJECT_STORE_FOLDER": str((var / "objects").absolute()),
        "LOG_FORMAT": "text",
        "PYTHONUNBUFFERED": "1",
        # Dependencies are installed uncompiled; what is imported is compiled once, here, and the next start is quick.
        "PYTHONPYCACHEPREFIX": str((var / "bytecode").absolute()),
    }
    yours = {name: value for name, value in os.environ.items() if value and name != "PYTHONDONTWRITEBYTECODE"}
    return demo | read(demo_secrets(var)) | read(var / "keys" / "app.env") | yours


def demo_secrets(var: Path) -> Path:
    """The file of secrets of this checkout's demo, written at the first run. Not fit for production, and marked so."""
    file = var / SECRETS
    if not file.exists():
        made = {
            "ENCRYPTION_KEYS": f"demo-1:{secrets.token_hex(16)}",
            "FINGERPRINT_KEYS": f"demo-1:{secrets.token_hex(16)}",
            "DEPARTMENT_KEYS": f"demo-hall:demo-{secrets.token_hex(16)}",
            "METRICS_TOKEN": f"demo-{secrets.token_hex(16)}",
            "COURIER_KEYS": f"demo-courier:demo-{secrets.token_hex(16)}",
        }
        file.touch(mode=0o600)
        file.write_text("".join(f"{name}={value}\n" for name, value in made.items()))
    return file


def read(file: Path) -> dict[str, str]:
    """NAME=value lines; the value is the rest of the line as it stands."""
    lines = (line.strip() for line in file.read_text().splitlines())
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
