"""What `make run` says when all is up: addresses, demo accounts, how to stop."""

import json
import unicodedata
from collections.abc import Mapping
from pathlib import Path

from deploy.local.environment import Address

WHAT = {
    "bff": ("市民端", "citizens", ""),
    "web": ("工作台", "staff console", "/console"),
    "sandbox": ("模拟微信/支付宝", "sandbox", ""),
}


def panel(doors: Mapping[str, Address], accounts: Path, *, took: float, moved: Mapping[str, int]) -> str:
    """The panel as text. `moved` names the doors whose usual port was taken, with that port."""
    lines = [f"指尖办 已就绪 · ready in {took:.1f} s", ""]
    for name, (chinese, english, path) in WHAT.items():
        note = f"（端口 {moved[name]} 被占用 · port {moved[name]} was taken）" if name in moved else ""
        lines.append(f"  {_fill(chinese, 16)}{_fill(english, 15)}{doors[name]}{path} {note}".rstrip())
    lines.append(f"  {_fill('接口文档', 16)}{_fill('API docs', 15)}{doors['bff']}/docs · {doors['web']}/docs")
    lines += _accounts(accounts)
    lines += [
        "",
        "  停止：Ctrl-C（数据保留）· 清空数据：make reset    stop: Ctrl-C (data is kept) · empty it: make reset",
    ]
    rule = "─" * 100
    return "\n".join([rule, *lines, rule])


def _accounts(file: Path) -> list[str]:
    """Demo citizens and staff, from what the demo city wrote: lists of flat objects."""
    if not file.exists():
        return []
    known = json.loads(file.read_text())
    lines = []
    for key, title in (("citizens", "演示市民 · demo citizens"), ("staff", "演示工作人员 · demo staff")):
        if known.get(key):
            lines += ["", f"  {title}"]
            lines += [
                "    " + "  ".join(_fill(str(value), 14) for value in one.values()).rstrip() for one in known[key]
            ]
    return lines


def _fill(text: str, width: int) -> str:
    """Pad to `width` columns; a Chinese character takes two."""
    taken = sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
    return text + " " * max(0, width - taken)
