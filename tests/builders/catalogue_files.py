"""A smallest sound catalogue folder on disk, to be spoiled one line at a time."""

from pathlib import Path

ITEM = """\
slug: id-card
item_code: 11990100DEMA0001133990100001000
basic_code: "990100001000"
name: 居民身份证换领
short_name: 换身份证
aliases: [换身份证, hsfz]
summary: 身份证到期换一张。
audience: [自然人]
department: police
themes: [household]
life_events: [moving]
kind: 承诺件
channels: both
reach: 全国通办
visits: 1
places:
  - { hall: "9901", window: 1 号窗口 }
appointment: { bookable: true, minutes: 15 }
conditions:
  - 已领取过居民身份证。
materials:
  - name: 原居民身份证
  - name: 居民户口簿
    licence: 居民户口簿电子证照
    exempt: true
    form: blank.html
steps:
  - { name: 受理, text: 到窗口照相。 }
period: { legal_days: 60, unit: 自然日, promised_days: 20, basis: 居民身份证法 }
fees:
  - name: 工本费
    amount_fen: 2000
    unit: 证
    basis: 发改价格〔2003〕2322号
legal_basis:
  - { law: 中华人民共和国居民身份证法, what: 到期换领。 }
result: { name: 居民身份证, delivery: [窗口领取] }
phones: { consult: ["12345"], complaint: ["12345"] }
faqs:
  - { question: 要钱吗, answer: 二十元。 }
  - { question: 多久, answer: 二十个工作日。 }
  - { question: 在哪办, answer: 大厅。 }
related: []
variants:
  - { name: 到期换领, differs: 交回旧证。 }
effective: 2025-01-01
version: 1
"""

HALLS = """\
halls:
  - code: "9901"
    name: 示例市政务服务中心
    short_name: 市中心大厅
    level: 市
    region: 示例市
    address: 示例市示范大道 1 号
    longitude: 123.5
    latitude: 28
    phone: "0000-5550001"
    hours:
      - { weekdays: [1, 2, 3, 4, 5], open: "09:00", close: 17:00 }
    windows:
      - { name: 1 号窗口, business: 户政, departments: [police] }
"""

DEPARTMENTS = """\
departments:
  - code: police
    name: 示例市公安局
    short_name: 公安局
    credit_code: 11990100DEMA000113
    consult_phone: "0000-5551001"
    complaint_phone: "0000-5552001"
    duties: 户籍
"""

THEMES = "themes:\n  - { code: household, name: 户籍, audience: 自然人, summary: 户籍 }\n"
LIFE_EVENTS = "life_events:\n  - { code: moving, name: 搬家, audience: 自然人, summary: 搬家 }\n"

SCENARIOS = """\
scenarios:
  - code: lost
    name: 证件丢了
    summary: 补证
    audience: 自然人
    life_event: moving
    questions:
      - code: urgent
        ask: 急吗？
        options:
          - { code: "yes", label: 急 }
          - { code: "no", label: 不急 }
    outcomes:
      - { item: id-card, when: { urgent: ["yes"] }, materials: [原居民身份证], variant: 到期换领 }
      - { item: id-card, when: { urgent: ["no"] } }
"""

SYNONYMS = "groups:\n  - { word: 身份证, also: [sfz, 二代证] }\n  - { word: 护照, also: [huzhao] }\n"

FILES = {
    "items/id-card.yaml": ITEM,
    "halls.yaml": HALLS,
    "departments.yaml": DEPARTMENTS,
    "themes.yaml": THEMES,
    "life_events.yaml": LIFE_EVENTS,
    "scenarios.yaml": SCENARIOS,
    "synonyms.yaml": SYNONYMS,
}


def write_catalogue(folder: Path, **changed: str) -> Path:
    """Write the folder; `changed` replaces whole files by the stem of their name (`halls=…`, `item=…`)."""
    names = {"item" if name.startswith("items/") else name.removesuffix(".yaml"): name for name in FILES}
    (folder / "items").mkdir(parents=True, exist_ok=True)
    (folder / "forms").mkdir(exist_ok=True)
    (folder / "forms" / "blank.html").write_text("<!doctype html>", encoding="utf-8")
    for stem, name in names.items():
        (folder / name).write_text(changed.get(stem, FILES[name]), encoding="utf-8")
    return folder


def spoiled(text: str, old: str, new: str) -> tuple[str, int]:
    """`old` (which must stand exactly once) replaced by `new`; `§` in it marks, and gives, the line of the fault."""
    assert text.count(old) == 1, f"{old!r} must stand exactly once"
    text = text.replace(old, new)
    assert text.count("§") == 1, f"one § is needed in {new!r}"
    return text.replace("§", ""), text[: text.index("§")].count("\n") + 1
