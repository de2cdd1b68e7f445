"""设备: from what a program says of itself no more is kept than a person needs to know their own device by.

A User-Agent names versions, models and screens, by which one can be told from many; “iPhone 上的微信” does not.
"""

import re

LONGEST = 40
KINDS = (
    ("iPad", "iPad"),
    ("iPhone", "iPhone"),
    ("OpenHarmony", "鸿蒙设备"),
    ("HarmonyOS", "鸿蒙设备"),
    ("Android.* Mobile", "安卓手机"),
    ("Android", "安卓平板"),
    ("Windows", "Windows 电脑"),
    ("Macintosh", "苹果电脑"),
    ("CrOS", "Chromebook"),
    ("Linux|X11", "Linux 电脑"),
)
PROGRAMS = (
    ("miniProgram", "微信小程序"), ("MicroMessenger", "微信"), ("AlipayClient", "支付宝"), ("Mozilla/", "浏览器"),
)  # fmt: skip


def readable(said: str) -> str:
    """A User-Agent in a few words; a name that an app gave its device stays. Empty where nothing can be told."""
    said = said.strip()
    if not re.match(r"\S+/\d", said):
        return said[:LONGEST]
    kind, program = _first(said, KINDS), _first(said, PROGRAMS)
    if not (kind and program):
        return kind or program
    return f"{kind}{' ' if kind[-1].isascii() else ''}上的{program}"


def _first(said: str, words: tuple[tuple[str, str], ...]) -> str:
    return next((name for pattern, name in words if re.search(pattern, said)), "")
