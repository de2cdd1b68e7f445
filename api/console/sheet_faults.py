"""Faults of a sheet for who fills in its form: in the words of the form, each with the control it is about."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from catalogue import field_names
from catalogue.faults import Fault

CODE = re.compile(r"(?<![\w./-])[a-z]+(?:_[a-z]+)*(?![\w./-])")
NUMBER = "应为整数，现为"


@dataclass(frozen=True)
class Told:
    """`at` is the id of the control, or of the element around it."""

    at: str
    text: str


def told(faults: Iterable[Fault]) -> list[Told]:
    """The faults as lines that people read."""
    return [Told(_control(one.field), f"{field_names.label(one.field)}：{_words(one)}") for one in faults]


def _words(fault: Fault) -> str:
    if fault.message.startswith(NUMBER):
        return "请写金额，如 120 或 99.50，不收费写 0" if fault.field.endswith("_fen") else "请写整数，如 5"
    return CODE.sub(lambda found: _named(found[0]), fault.message)


def _named(word: str) -> str:
    """A field as the form calls it: who fills it in knows no other name of it."""
    return f"“{field_names.NAMES[word]}”" if word in field_names.NAMES else word


def _control(field: str) -> str:
    """``fees[0].amount_fen`` → ``f-fees.0.amount_fen``; an entry of a list of words stands in the list's control."""
    return "f-" + re.sub(r"\[\d+\]$", "", field).replace("]", "").replace("[", ".")
