"""The readable half of a copy of somebody's data: one page without script, every name in Chinese."""

import json
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any

from foundation import clock, personal_data

STYLE = (
    "body{font:16px/1.7 sans-serif;max-width:860px;margin:2rem auto;padding:0 1rem;color:#1d2129}"
    "h2{border-bottom:1px solid #ccd;padding-bottom:.3rem}table{border-collapse:collapse;width:100%;margin:.5rem 0}"
    "td,th{border:1px solid #dde;padding:.3rem .6rem;text-align:left;vertical-align:top}"
    "th{background:#f4f6fa;width:9rem}"
)
# How the names of what rooms hand over read; a test asks every room and finds each here.
INSTANT = "%Y-%m-%d %H:%M"
PLATFORMS = {"wechat": "微信", "alipay": "支付宝"}  # what a room has no word of its own for
WORDS: dict[str, str] = json.loads(Path(__file__).with_name("export_words.json").read_text(encoding="utf-8"))


def drawn(held: dict[str, Any]) -> str:
    """`held` is what `privacy.export` gave."""
    parts = [f"<section><h2>{escape(_title(room))}</h2>{_value(rows)}</section>" for room, rows in held.items() if rows]
    made = f"{clock.shanghai(clock.now()):{INSTANT}}"
    return (
        f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>我的信息</title><style>{STYLE}</style>'
        f"<h1>我的信息</h1><p>导出时间 {made}（北京时间）。同一压缩包中的 JSON 文件内容相同，供软件读取。</p>"
        f"{''.join(parts)}</html>"
    )


def word(name: str) -> str:
    return WORDS.get(name, name)


def _title(room: str) -> str:
    return personal_data.collectors[room].title if room in personal_data.collectors else room


def _value(value: Any) -> str:
    if isinstance(value, dict):
        rows = (f"<tr><th>{escape(word(name))}</th><td>{_value(one)}</td></tr>" for name, one in value.items())
        return f"<table>{''.join(rows)}</table>"
    if isinstance(value, list):
        if all(not isinstance(one, dict | list) for one in value):
            return escape("、".join(_text(one) for one in value)) or "无"
        return "".join(_value(one) for one in value) or "无"
    if isinstance(value, bool):
        return "是" if value else "否"
    return escape(_text(value)) if value not in (None, "") else "—"


def _text(value: Any) -> str:
    """A moment reads as a clock on the wall here shows it; a day stays a day."""
    said = str(value)
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        return PLATFORMS.get(said, said)
    return f"{clock.shanghai(at):{INSTANT}}" if at.tzinfo else said
