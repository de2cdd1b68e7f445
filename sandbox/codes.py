"""Single-use codes that live five minutes: login codes, phone-number codes, Alipay auth codes."""

from datetime import datetime, timedelta

import msgspec

from sandbox.memory import Shelf
from sandbox.signing import nonce
from sandbox.world import World

LIVES = timedelta(minutes=5)


class Code(msgspec.Struct):
    """One code for one purpose and account. A used one is kept, to tell "used" from "never was"."""

    purpose: str
    account: str
    until: datetime
    used: bool = False
    scope: str = ""


class Unknown(Exception):
    """No such code, or it is too old, or it is for something else."""


class Used(Exception):
    """The code was redeemed before."""


def shelf(world: World) -> Shelf[Code]:
    return world.memory.shelf("codes", Code)


def issue(world: World, *, purpose: str, account: str, scope: str = "") -> str:
    """A fresh code."""
    code = nonce(32)
    shelf(world).put(code, Code(purpose, account, world.now() + LIVES, scope=scope))
    return code


def redeem(world: World, code: str, *, purpose: str) -> Code:
    """Use the code up and return what it stands for; Unknown or Used otherwise."""
    found = shelf(world).get(code)
    if found is None or found.purpose != purpose or world.now() > found.until:
        raise Unknown
    if found.used:
        raise Used
    found.used = True
    return shelf(world).put(code, found)
