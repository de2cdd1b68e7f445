"""The form of a scenario: what its fields say as a tree, and what its buttons do to the tree."""

from collections.abc import Mapping, Sequence
from typing import Any

from catalogue.city_kinds import Written

Pairs = Mapping[str, Sequence[str]]
ABOUT = ("code", "name", "summary", "audience", "life_event")


def tree_of(pairs: Pairs) -> Written:
    """What the form says; what is left empty is left out, faults stay to be found."""
    tree: Written = {name: text for name in ABOUT if (text := _text(pairs, name))}
    tree["aliases"] = _lines(pairs, "aliases")
    tree["questions"] = [_question(f"questions.{number}", pairs) for number in _numbers("questions", pairs)]
    tree["outcomes"] = [_outcome(f"outcomes.{number}", pairs) for number in _numbers("outcomes", pairs)]
    return tree


def _question(at: str, pairs: Pairs) -> Written:
    options = [_said(f"{at}.options.{number}", ("code", "label", "hint", "next"), pairs)
               for number in _numbers(f"{at}.options", pairs)]  # fmt: skip
    return {**_said(at, ("code", "ask"), pairs), "options": options}


def _outcome(at: str, pairs: Pairs) -> Written:
    wanted, whole = list(pairs.get(f"{at}.materials", [])), list(pairs.get(f"{at}.guide", []))
    when = {name.removeprefix(f"{at}.when."): list(codes) for name, codes in pairs.items()
            if name.startswith(f"{at}.when.")}  # fmt: skip
    notes = {name.removeprefix(f"{at}.notes."): texts[0].strip() for name, texts in pairs.items()
             if name.startswith(f"{at}.notes.") and texts[0].strip()}  # fmt: skip
    return {
        **_said(at, ("item", "variant", "tip"), pairs), "when": when, "notes": notes,
        "materials": [] if wanted == whole else wanted, "extra": _lines(pairs, f"{at}.extra"),
    }  # fmt: skip


def _said(at: str, names: Sequence[str], pairs: Pairs) -> Written:
    return {name: text for name in names if (text := _text(pairs, f"{at}.{name}"))}


def _text(pairs: Pairs, name: str) -> str:
    return (pairs.get(name) or [""])[0].strip().replace("\r\n", "\n")


def _lines(pairs: Pairs, name: str) -> list[str]:
    return [line.strip() for line in _text(pairs, name).splitlines() if line.strip()]


def _numbers(at: str, pairs: Pairs) -> list[int]:
    starts = {name[len(at) + 1 :].split(".")[0] for name in pairs if name.startswith(f"{at}.")}
    return sorted(int(one) for one in starts if one.isdecimal() and len(one) < 4)


def do(tree: Written, deed: str, given: Mapping[str, str]) -> str:
    """Do to the tree what a button says, such as ``questions.1.options.0.up``; where the keyboard goes then."""
    *at, last = deed.split(".")
    if deed.startswith("outcomes.add."):
        return _add_item(tree, last, given.get("only_for", ""))
    if last == "add":
        return _add(tree, at)
    rows, number = _rows(tree, at[:-1]), _number(at)
    if number is None or number >= len(rows):
        return ""
    if last == "remove":
        return _remove(tree, at, rows, number)
    if last == "copy":
        rows.insert(number + 1, {**rows[number]})
        return f"f-{'.'.join([*at[:-1], str(number + 1)])}"
    to = number + {"up": -1, "down": 1}.get(last, 0)
    if 0 <= to < len(rows):
        rows.insert(to, rows.pop(number))
        return f"b-{'.'.join([*at[:-1], str(to), last])}"
    return ""


def _number(at: list[str]) -> int | None:
    return int(at[-1]) if at and at[-1].isdecimal() else None


def _rows(tree: Written, at: list[str]) -> list[Any]:
    """The list at ``questions`` or ``questions.1.options``; empty where there is none."""
    found: Any = tree
    for step in at:
        inside = found[int(step)] if step.isdecimal() and int(step) < len(found) else None
        found = inside if step.isdecimal() else found.get(step)
        if found is None:
            return []
    return found if isinstance(found, list) else []


def _add(tree: Written, at: list[str]) -> str:
    rows = _rows(tree, at)
    if at[-1] == "questions":
        rows.append({"code": _free("q", rows), "options": [{"code": "a1"}, {"code": "a2"}]})
        return f"f-questions.{len(rows) - 1}.ask"
    rows.append({"code": _free("a", rows)})
    return f"f-{'.'.join(at)}.{len(rows) - 1}.label"


def _free(letter: str, rows: list[Any]) -> str:
    taken = {one.get("code") for one in rows}
    return next(code for number in range(1, len(rows) + 2) if (code := f"{letter}{number}") not in taken)


def _add_item(tree: Written, slug: str, only_for: str) -> str:
    question, _, option = only_for.partition("=")
    tree["outcomes"].append({"item": slug, "when": {question: [option]} if option else {}})
    return f"f-outcomes.{len(tree['outcomes']) - 1}"


def _remove(tree: Written, at: list[str], rows: list[Any], number: int) -> str:
    gone = rows.pop(number)
    if at[0] == "questions":
        question = gone if len(at) == 2 else tree["questions"][int(at[1])]
        _forget(tree, str(question.get("code")), None if len(at) == 2 else str(gone.get("code")))
    return f"b-{'.'.join(at[:-1])}.add" if at[0] == "questions" else "item-q"


def _forget(tree: Written, question: str, option: str | None) -> None:
    """A question that is gone decides nothing; an item that was only for the answer that is gone goes with it."""
    for one in tree["outcomes"]:
        if option is None:
            one["when"].pop(question, None)
        elif question in one["when"]:
            one["when"][question] = [code for code in one["when"][question] if code != option]
    tree["outcomes"] = [one for one in tree["outcomes"] if all(one["when"].values())]
    if option is None:
        for answer in (answer for one in tree["questions"] for answer in one["options"]):
            if answer.get("next") == question:
                del answer["next"]
