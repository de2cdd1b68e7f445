"""验证: is a published result what its seed and its entries lead to?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from appointments.redraw import method
from appointments.redraw.method import Entry


class Unreadable(Exception):
    """文件不是完整的摇号结果，请从摇号结果页重新下载。"""


@dataclass(frozen=True)
class Line:
    """What the file says became of one entry. It `passed` slots that were stopped when its turn came."""

    entry: Entry
    rank: int
    outcome: str  # won, lost, ineligible
    slot: int | None
    passed: tuple[int, ...]


@dataclass(frozen=True)
class Result:
    """A published result; `places` of each slot, the earliest first."""

    code: str
    seed_hash: str
    seed: str
    entries_hash: str
    places: Mapping[int, int]
    lines: tuple[Line, ...]


def read(document: Any) -> Result:
    """The result a JSON document holds. Raises Unreadable."""
    try:
        if document["method"] != method.NAME:
            raise Unreadable(f"不认识的算法 {document['method']}")
        return Result(
            code=str(document["draw"]),
            seed_hash=str(document["seed_hash"]),
            seed=str(document["seed"]),
            entries_hash=str(document["entries_hash"]),
            places={int(one["slot"]): int(one["places"]) for one in document["places"]},
            lines=tuple(_line(one) for one in document["entries"]),
        )
    except (KeyError, TypeError, ValueError) as wrong:
        raise Unreadable(Unreadable.__doc__) from wrong


def _line(row: Mapping[str, Any]) -> Line:
    slot = row["slot"]
    return Line(
        Entry(str(row["number"]), tuple(map(int, row["wishes"])), bool(row["any"])),
        int(row["rank"]),
        str(row["outcome"]),
        None if slot is None else int(slot),
        tuple(map(int, row["passed"])),
    )


def faults(result: Result, *, noted: str = "") -> list[str]:
    """Everything that does not agree, in Chinese; `noted` is the hash somebody wrote down before the draw closed."""
    return [*_seed(result, noted.strip().lower()), *_entries(result), *_ranks(result), *_places(result)]


def _seed(result: Result, noted: str) -> Iterator[str]:
    if method.seed_hash(result.seed, result.code) != result.seed_hash:
        yield "种子与事先公布的承诺值不符"
    if noted and noted != result.seed_hash:
        yield "文件中的承诺值与您记下的不同"


def _entries(result: Result) -> Iterator[str]:
    if len({one.entry.number for one in result.lines}) < len(result.lines):
        yield "登记号有重复"
    if method.entries_hash(one.entry for one in result.lines) != result.entries_hash:
        yield "登记名单或志愿与公布的名单校验值不符"


def _ranks(result: Result) -> Iterator[str]:
    told = {one.entry.number: one.rank for one in result.lines}
    for rank, one in enumerate(method.in_order(result.seed, [line.entry for line in result.lines]), start=1):
        if told[one.number] != rank:
            yield f"登记号 {one.number} 的名次应为 {rank}，文件中为 {told[one.number]}"


def _places(result: Result) -> Iterator[str]:
    lines = sorted(result.lines, key=lambda one: one.rank)
    barred = {one.entry.number for one in lines if one.outcome == "ineligible"}
    passed = {one.entry.number: one.passed for one in lines}
    given = method.allocate([one.entry for one in lines], result.places, barred=barred, passed=passed)
    for one in lines:
        should, number = given[one.entry.number], one.entry.number
        if one.slot != should:
            yield f"登记号 {number} 应分得号段 {should or '（无）'}，文件中为 {one.slot or '（无）'}"
        if (one.outcome == "won") != (one.slot is not None):
            yield f"登记号 {number} 的结果与号段不一致"
