"""Settings from the environment: typed, documented, checked once at start.

`python -m foundation.settings` prints the table that README shows.
"""

import os
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any, get_type_hints

from foundation.room_settings import (
    Cases,
    Clients,
    Couriers,
    Feedback,
    Handover,
    Licences,
    Messages,
    ObjectStore,
    Papers,
    Privacy,
    SignOn,
    Sms,
)
from foundation.setting_groups import (
    Alipay,
    Console,
    Payments,
    Processes,
    RealName,
    Receipts,
    Secrets,
    WeChat,
    WeChatPay,
)

DEMO_MARK = re.compile(r"(^|[,:\s])demo-")  # in one part of a list, too
IN_A_STORE = re.compile(r"[a-z]+:")  # a key in a secret store, see `channels.key_sources`
KINDS = {int: "a whole number", bool: "yes or no"}


class BadSettings(SystemExit):
    """The environment does not hold what the product needs; each line says which name and why.

    It ends the process with these lines and nothing else: whoever starts us reads them, not a stack.
    """


@dataclass(frozen=True)
class Settings:
    """Everything the environment decides."""

    processes: Processes = field(default_factory=Processes)
    secrets: Secrets = field(default_factory=Secrets)
    console: Console = field(default_factory=Console)
    realname: RealName = field(default_factory=RealName)
    privacy: Privacy = field(default_factory=Privacy)
    wechat: WeChat = field(default_factory=WeChat)
    wechat_pay: WeChatPay = field(default_factory=WeChatPay)
    alipay: Alipay = field(default_factory=Alipay)
    payments: Payments = field(default_factory=Payments)
    receipts: Receipts = field(default_factory=Receipts)
    handover: Handover = field(default_factory=Handover)
    object_store: ObjectStore = field(default_factory=ObjectStore)
    papers: Papers = field(default_factory=Papers)
    licences: Licences = field(default_factory=Licences)
    couriers: Couriers = field(default_factory=Couriers)
    sign_on: SignOn = field(default_factory=SignOn)
    cases: Cases = field(default_factory=Cases)
    messages: Messages = field(default_factory=Messages)
    sms: Sms = field(default_factory=Sms)
    feedback: Feedback = field(default_factory=Feedback)
    clients: Clients = field(default_factory=Clients)

    @property
    def environment(self) -> str:
        return self.processes.environment

    @property
    def database_url(self) -> str:
        return self.processes.database_url

    @property
    def redis_url(self) -> str:
        return self.processes.redis_url


_current: Settings | None = None


def current() -> Settings:
    """The settings of this process, read at first use."""
    global _current
    if _current is None:
        _current = load(os.environ)
    return _current


def use(settings: Settings) -> None:
    """Set the settings of this process (start of a process, tests)."""
    global _current
    _current = settings


def load(env: Mapping[str, str]) -> Settings:
    """Read and check `env`. Raises BadSettings naming every fault at once."""
    faults: list[str] = []
    groups: dict[str, Any] = {}
    for name, group in get_type_hints(Settings).items():
        values = {one.name: _read(env, one, group, faults) for one in fields(group) if one.metadata["env"] in env}
        groups[name] = group(**{key: value for key, value in values.items() if value is not None})
    settings = Settings(**groups)
    if settings.environment == "production":
        faults += _unfit_for_production(settings)
    if faults:
        raise BadSettings("\n".join(faults))
    return settings


def _read(env: Mapping[str, str], one: Field[Any], group: type, faults: list[str]) -> Any:
    raw, wanted = env[one.metadata["env"]], get_type_hints(group)[one.name]
    try:
        if wanted is bool:
            return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}[raw.lower()]
        if wanted is tuple or getattr(wanted, "__origin__", None) is tuple:
            return tuple(part.strip() for part in raw.split(",") if part.strip())
        value = wanted(raw)
    except (ValueError, KeyError):
        faults.append(f"{one.metadata['env']}: {raw!r} is not {KINDS[wanted]}")
        return None
    faults.extend(f"{one.metadata['env']}: {fault}" for fault in _faults_of(value, one.metadata))
    return value


def _faults_of(value: Any, rules: Mapping[str, Any]) -> Iterator[str]:
    """A secret's value is never said."""
    choices, least, shape = rules["choices"], rules["least"], rules["shape"]
    if choices and value not in choices:
        yield f"{value!r} is none of {', '.join(choices)}"
    if least is not None and value < least:
        yield f"{value} is less than {least}"
    if value and shape and not all(re.fullmatch(shape, one.strip()) for one in value.split(",") if one.strip()):
        yield f"not of the form that is wanted: {rules['doc']}"


def _unfit_for_production(settings: Settings) -> list[str]:
    faults = []
    for group, one in every_setting():
        value = getattr(getattr(settings, group), one.name)
        if one.metadata["secret"] and _is_asked(settings, group, one) and (not value or DEMO_MARK.search(str(value))):
            faults.append(f"{one.metadata['env']}: a secret of your own is needed in production")
        if one.metadata["needed"] and not value:
            faults.append(f"{one.metadata['env']}: must be set in production")
        if one.metadata["demo_only"] and value:
            faults.append(f"{one.metadata['env']}: exists for the demo only and must be empty in production")
        if one.metadata["https"] and value and not value.startswith("https://"):
            faults.append(f"{one.metadata['env']}: must begin with https:// in production")
        in_a_file = one.metadata["env"].endswith("_FILE") and value and not IN_A_STORE.match(value)
        if in_a_file and not Path(value).is_file():
            faults.append(f"{one.metadata['env']}: there is no such file")
    if not _believes_alipay(settings.alipay):
        faults.append(
            "ALIPAY_PUBLIC_KEY_FILE: key mode needs it in production; certificate mode needs ALIPAY_APP_CERT_FILE,"
            " ALIPAY_ROOT_CERT_FILE and ALIPAY_CERT_FILE"
        )
    return faults


def _is_asked(settings: Settings, group: str, one: Field[Any]) -> bool:
    """Not where what it opens is not used; the APIv3 key may lie in a file, where it can change without a restart."""
    if one.metadata["only_with"]:
        return bool(getattr(getattr(settings, group), one.metadata["only_with"]))
    return one.metadata["env"] != "WECHAT_PAY_API_V3_KEY" or not settings.wechat_pay.api_v3_key_file


def _believes_alipay(alipay: Alipay) -> bool:
    """Whether an answer or a notice of Alipay could be verified at all, in either mode."""
    return bool(alipay.public_key_file or (alipay.app_cert_file and alipay.root_cert_file and alipay.cert_file))


def every_setting() -> list[tuple[str, Field[Any]]]:
    """(group name, field) of every setting, in reading order."""
    return [(name, one) for name, group in get_type_hints(Settings).items() for one in fields(group)]


def table() -> str:
    """The settings as a Markdown table."""
    lines = ["| Name | Default | Meaning |", "|---|---|---|"]
    for _, one in every_setting():
        default = one.default
        shown = "(own secret)" if one.metadata["secret"] else f"`{default}`" if default not in ("", ()) else "–"
        lines.append(f"| `{one.metadata['env']}` | {shown} | {one.metadata['doc']} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(table() + "\n")
