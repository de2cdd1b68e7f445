"""What the registers of bills and orders are asked with: a form whose empty fields match all."""

from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from msgspec import Meta, structs

from api.console.dated import FIRST, LAST
from foundation.web import Asked
from payments.registers import Wanted

Code = Annotated[str, Meta(max_length=40)]
# A form sends an empty field for a day that was not chosen.
MaybeDay = Annotated[str, Meta(pattern=r"^(\d{4}-\d{2}-\d{2})?$")]


class RegisterWanted(Asked):
    """`before`：上一页最后一条的序号."""

    start: MaybeDay = ""
    end: MaybeDay = ""
    unit: Code = ""
    pay_code: Code = ""
    before: Annotated[int, Meta(ge=0)] = 0

    def __post_init__(self) -> None:
        for text in filter(None, (self.start, self.end)):
            if not FIRST <= _day(text) <= LAST:
                raise ValueError(f"日期应在 {FIRST.year} 年至 {LAST.year} 年之间")

    def wanted(self, **more: str) -> Wanted:
        return Wanted(
            start=_day(self.start) if self.start else None, end=_day(self.end) if self.end else None,
            unit=self.unit, pay_code=self.pay_code, **more,
        )  # fmt: skip

    def address(self, **changed: Any) -> str:
        """The query of the same filters, but for what is `changed`."""
        asked = {**structs.asdict(self), **changed}
        return urlencode({name: value for name, value in asked.items() if value})


def _day(text: str) -> date:
    """Raises ValueError with a sentence for a day that is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("日期不存在，请重新选择") from None
