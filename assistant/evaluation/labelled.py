"""How the labelled set (标注集) is answered: `python -m assistant.evaluation.labelled [LABELS.jsonl] [--json OUT]`.

Without a file the set and the guides of the database are taken: what the console shows under 标注集. With a file, as
the console exports it, the catalogue folder (`--catalogue`, else the one shipped) answers, and no database is needed.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import rooms
from assistant import effect, labelling
from assistant.evaluation import city
from assistant.labelling import Label
from foundation import database, settings

WORDS = {effect.AS_IT_SHOULD: "right", effect.NOT_WRONG: "not_wrong", effect.WRONG: "wrong"}
Counted = Sequence[tuple[Label, int, str]]


def of_file(labels: Path, catalogue: Path) -> Counted:
    """The questions of a file put to a catalogue folder. Raises FormatFaults."""
    shipped = city.read(catalogue)
    return effect.counted(shipped.over(shipped.laid_out()), labelling.read_lines(labels))


async def of_database() -> Counted:
    """The set of the database put to its guides."""
    await database.start(settings.current().database_url, models=rooms.MODELS)
    try:
        return await effect.standing()
    finally:
        await database.stop()


def main(arguments: Sequence[str]) -> None:
    """Count, print what is not answered as it should be, write."""
    parser = argparse.ArgumentParser(
        prog="python -m assistant.evaluation.labelled",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("labels", type=Path, nargs="?")
    parser.add_argument("--catalogue", type=Path, default=city.SHIPPED)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args(arguments)
    standing = of_file(asked.labels, asked.catalogue) if asked.labels else asyncio.run(of_database())
    told = _told(standing)
    for label, worth, said in standing:
        if worth != effect.AS_IT_SHOULD:
            sys.stdout.write(f"{WORDS[worth]:9} {label.question} | {label.slug or label.expects} | {said}\n")
    sys.stdout.write(" ".join(f"{name} {count}" for name, count in told.items()) + "\n")
    if asked.json:
        asked.json.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")


def _told(standing: Counted) -> dict[str, float]:
    worths = [worth for _, worth, _ in standing]
    counts = {name: worths.count(worth) for worth, name in WORDS.items()}
    return {"all": len(worths), **counts, "accuracy": round(counts["right"] / max(len(worths), 1), 4)}


if __name__ == "__main__":
    main(sys.argv[1:])
