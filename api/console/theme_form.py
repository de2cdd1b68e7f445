"""The form of a theme or a life event: its fields, and the items that stand on its shelf."""

from collections.abc import Mapping, Sequence

from catalogue.city_kinds import Written

Pairs = Mapping[str, Sequence[str]]


def sheet_of(pairs: Pairs) -> Written:
    """What the form says; faults stay to be found."""
    said: Written = {name: (pairs.get(name) or [""])[0].strip() for name in ("name", "audience", "summary")}
    aliases = (pairs.get("aliases") or [""])[0]
    said["aliases"] = [line.strip() for line in aliases.splitlines() if line.strip()]
    said["items"] = list(dict.fromkeys(pairs.get("items", [])))
    return said


def do(sheet: Written, deed: str) -> str:
    """``items.remove.passport`` or ``items.add.passport``; where the keyboard goes then."""
    *_, what, slug = ["", *deed.split(".")]
    on_it = [one for one in sheet["items"] if one != slug]
    sheet["items"] = [*on_it, slug] if what == "add" else on_it
    return "item-q"
