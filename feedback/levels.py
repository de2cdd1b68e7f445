"""The five levels, the tags of each, and what a mark must say (国办发〔2019〕51号)."""

from collections.abc import Sequence
from dataclasses import dataclass

from feedback.errors import LevelUnknown, ReasonNeeded, TagUnknown

LEVELS = {5: "非常满意", 4: "满意", 3: "基本满意", 2: "不满意", 1: "非常不满意"}
BAD = 2
LONGEST = 500

_GOOD = ("服务热情", "办得快", "讲得清楚", "材料少", "环境好", "网上就能办")
_FAIR = ("等得有点久", "流程还可简化", "指引可以更清楚", "窗口可以多开")
_POOR = (
    "态度不好",
    "等太久",
    "一次没说清",
    "多跑了路",
    "材料要求多",
    "系统不好用",
    "不按承诺时间办",
    "要求提供指南以外的材料",
)
TAGS: dict[int, tuple[str, ...]] = {5: _GOOD, 4: _GOOD, 3: _FAIR, 2: _POOR, 1: _POOR}


@dataclass(frozen=True)
class Mark:
    """What somebody says of a service, checked."""

    level: int
    tags: tuple[str, ...]
    text: str

    @property
    def bad(self) -> bool:
        return self.level <= BAD


def mark_of(level: int, tags: Sequence[str] = (), text: str = "") -> Mark:
    """Raises LevelUnknown, TagUnknown; ReasonNeeded for one of the lowest two that says nothing."""
    if level not in LEVELS:
        raise LevelUnknown
    chosen = tuple(dict.fromkeys(tag.strip() for tag in tags if tag.strip()))
    if not set(chosen) <= set(TAGS[level]):
        raise TagUnknown(detail={"tags": list(TAGS[level])})
    text = text.strip()[:LONGEST]
    if level <= BAD and not (text or chosen):
        raise ReasonNeeded
    return Mark(level, chosen, text)
