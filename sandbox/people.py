"""The demo citizens (placeholder names) and whoever a test invents by using a new openid or user id."""

from functools import cache
from hashlib import sha256
from pathlib import Path

import msgspec


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """One person's accounts. ``subscribes``: has a long-term subscription to every message template."""

    name: str
    id_number: str = ""
    phone: str
    openid: str
    unionid: str
    alipay_user_id: str
    alipay_open_id: str
    subscribes: bool = False


@cache
def citizens() -> tuple[Person, ...]:
    """The four demo citizens of ``people.json``."""
    return msgspec.json.decode(Path(__file__).with_name("people.json").read_bytes(), type=tuple[Person, ...])


def by_openid(openid: str) -> Person:
    """The holder of a WeChat account; an unknown openid gets a person made up from it, always the same one."""
    return next((person for person in citizens() if person.openid == openid), None) or _invented(openid, openid=openid)


def by_alipay(account: str) -> Person:
    """The holder of an Alipay account, named by user id (2088…) or open id."""
    for person in citizens():
        if account in (person.alipay_user_id, person.alipay_open_id):
            return person
    if account.startswith("2088"):
        return _invented(account, alipay_user_id=account)
    return _invented(account, alipay_open_id=account)


def by_suffix(suffix: str) -> Person | None:
    """The demo citizen whose name, openid or Alipay id ends so."""
    for person in citizens():
        accounts = (person.openid, person.alipay_user_id, person.alipay_open_id, person.name)
        if any(account.endswith(suffix) for account in accounts):
            return person
    return None


def _invented(seed: str, **accounts: str) -> Person:
    digits = str(int(sha256(seed.encode()).hexdigest(), 16))
    made = {
        "name": "微信用户" if "openid" in accounts else "支付宝用户",
        "phone": f"139{digits[:8]}",
        "openid": f"oMADE-{digits[:22]}",
        "unionid": f"oUNION-{digits[:21]}",
        "alipay_user_id": f"2088{digits[:12]}",
        "alipay_open_id": f"0made-{digits[:40]}",
    }
    return msgspec.convert(made | accounts, Person)
