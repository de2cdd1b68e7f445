"""``python -m appointments.redraw result.json``: draw again from the published seed and compare."""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from appointments.redraw import checking

SHOWN = 20  # faults; one wrong entry moves the ranks of all
OUTCOMES = {"won": "中签", "lost": "未中签", "ineligible": "资格不符"}


def main(given: Sequence[str] | None = None) -> int:
    """0 when all agrees, 1 when something does not, 2 when the file cannot be read."""
    asked = _asked(given)
    try:
        result = checking.read(json.loads(Path(asked.file).read_text(encoding="utf-8")))
    except (OSError, ValueError, checking.Unreadable) as wrong:
        sys.stderr.write(f"无法读取 {asked.file}：{wrong}\n")
        return 2
    for one in sorted(result.lines, key=lambda one: one.rank):
        if asked.number in ("", one.entry.number):
            sys.stdout.write(f"{one.rank:>6}  {one.entry.number}  {_told(one)}\n")
    found = checking.faults(result, noted=asked.seed_hash)
    sys.stdout.write(_summary(result))
    sys.stdout.writelines(f"不符：{fault}\n" for fault in found[:SHOWN])
    if len(found) > SHOWN:
        sys.stdout.write(f"…… 共 {len(found)} 处不符\n")
    sys.stdout.write("验证未通过\n" if found else "验证通过：名次和号段都能由公布的种子重新得出\n")
    return 1 if found else 0


def _asked(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m appointments.redraw", description="用公布的种子重新摇号并核对结果")
    parser.add_argument("file", help="摇号结果页下载的 JSON 文件")
    parser.add_argument("--seed-hash", default="", help="登记截止前记下的承诺值")
    parser.add_argument("--number", default="", type=str.upper, help="只显示这个登记号")
    return parser.parse_args(given)


def _told(one: checking.Line) -> str:
    slot = f"  号段 {one.slot}" if one.slot is not None else ""
    return f"{OUTCOMES.get(one.outcome, one.outcome)}{slot}"


def _summary(result: checking.Result) -> str:
    counted = Counter(one.outcome for one in result.lines)
    told = "，".join(f"{name} {counted[outcome]}" for outcome, name in OUTCOMES.items())
    passed = sum(bool(one.passed) for one in result.lines)
    stopped = f"；{passed} 份登记轮到时所选号段已停约" if passed else ""
    return f"摇号 {result.code}：名额 {sum(result.places.values())}，登记 {len(result.lines)}（{told}）{stopped}\n"


if __name__ == "__main__":
    sys.exit(main())
