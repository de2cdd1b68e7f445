"""The form of a rule: its place is one choice, ``hall:path`` or ``type:id``; empty is the whole city."""

from datetime import date
from typing import Annotated

from msgspec import Meta

from api.console.dated import Dated
from appointments.rule_words import NAME_LENGTH, Rule
from appointments.rules import Place

Word = Annotated[str, Meta(max_length=16)]
Number = Annotated[int, Meta(ge=0, le=10_000)]
RuleCode = Annotated[str, Meta(min_length=1, max_length=40)]


class RuleForm(Dated):
    """`code`：新建时空着就自动编号；`known`：修改已有规则，否则新建；`place`：空为全市."""

    effective_from: date
    subject: Word
    event: Word
    period: Word
    threshold: Number
    code: Annotated[str, Meta(max_length=40)] = ""
    known: bool = False
    name: Annotated[str, Meta(max_length=NAME_LENGTH)] = ""
    period_days: Number = 0
    basis: Word = "visit"
    per: Word = ""
    late_hours: Number = 24
    place: Annotated[str, Meta(max_length=80, pattern=r"^(hall:[^:]+|type:[1-9]\d{0,17})?$")] = ""
    sanction: Word = "refuse"
    sanction_days: Number = 0


def rule_of(form: RuleForm) -> Rule:
    """What the form says. A number that its choice does not use may stand in the form, and says nothing."""
    kind, _, value = form.place.partition(":")
    return Rule(
        name=form.name,
        subject=form.subject,
        event=form.event,
        period=form.period,
        period_days=form.period_days if form.period == "rolling" else 0,
        basis=form.basis if form.event == "booked" else "visit",
        per=form.per,
        threshold=form.threshold,
        late_hours=form.late_hours,
        hall_path=value if kind == "hall" else "",
        type_id=int(value) if kind == "type" else None,
        sanction=form.sanction,
        sanction_days=form.sanction_days if form.sanction == "days" else 0,
    )


def value_of(place: Place | Rule) -> str:
    """How the form writes a place, or the place of a rule."""
    if place.type_id is not None:
        return f"type:{place.type_id}"
    return f"hall:{place.hall_path}" if place.hall_path else ""
