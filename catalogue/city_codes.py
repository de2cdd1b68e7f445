"""Codes for scenarios, themes and life events that are new: how their names sound, so that nobody has to invent one."""

import re

from pypinyin import lazy_pinyin

from catalogue.city_draft_models import CityDraft
from catalogue.models import Scenario, Theme

LONGEST = 36  # of the 40 a code may have: some are left for a number


async def free(kind: str, name: str) -> str:
    """A code that no other of its kind has or is about to have."""
    there = await (Scenario.all() if kind == "scenario" else Theme.filter(kind=kind))
    taken = {one.code for one in [*await CityDraft.filter(kind=kind), *there]}
    sounds = sound(name) or kind.replace("_", "-")
    numbered = (f"{sounds}-{number}" for number in range(2, len(taken) + 3))
    return next(code for code in (sounds, *numbered) if code not in taken)


def sound(name: str) -> str:
    """孩子出生 → ``hai-zi-chu-sheng``; what is neither letter nor digit is left out."""
    parts = [re.sub(r"[^a-z0-9]", "", one.lower()) for one in lazy_pinyin(name)]
    return "-".join(one for one in parts if one)[:LONGEST].strip("-")
