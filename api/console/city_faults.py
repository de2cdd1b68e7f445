"""Faults of a scenario or a shelf for who fills in its form: where they are, in the words of the form."""

import re
from collections import defaultdict
from collections.abc import Iterable

from api.console.sheet_faults import Told
from catalogue.faults import Fault

NAMES = {
    "name": "名称", "summary": "一句话", "audience": "服务对象", "life_event": "人生事件", "aliases": "人们的说法",
    "questions": "问题", "outcomes": "事项", "options": "回答", "ask": "问题", "label": "回答", "hint": "提示",
    "next": "接着问", "when": "条件", "materials": "材料", "extra": "另需的材料", "notes": "材料说明", "tip": "提示",
    "variant": "情形", "item": "事项", "items": "事项", "codes": "顺序", "code": "编码",
}  # fmt: skip
CONTROL = re.compile(r"(?:questions|outcomes)\.\d+(?:\.options\.\d+)?\.[a-z_]+|[a-z_]+")


def told(faults: Iterable[Fault]) -> list[Told]:
    """The faults as lines that people read, each with the control it is about."""
    return [Told(f"f-{_control(one.field)}", f"{_place(one.field)}：{one.message}") for one in faults]


def by_control(faults: Iterable[Fault]) -> dict[str, list[str]]:
    """Control → what is wrong with it."""
    found = defaultdict(list)
    for one in faults:
        found[_control(one.field)].append(one.message)
    return dict(found)


def _control(field: str) -> str:
    """``questions[0].options[1].code`` → ``questions.0.options.1.code``; what lies deeper belongs to its control."""
    found = CONTROL.match(field.replace("]", "").replace("[", "."))
    return found[0] if found else "name"


def _place(field: str) -> str:
    """``questions[0].options[1].next`` → 问题 1 · 回答 2 · 接着问."""
    told: list[str] = []
    for step in _control(field).split("."):
        if step.isdecimal():
            told[-1] += f" {int(step) + 1}"
        else:
            told.append(NAMES.get(step, step))
    return " · ".join(told)
