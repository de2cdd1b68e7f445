"""What is asked with dates."""

from datetime import date

from foundation.web import Asked

FIRST, LAST = date(2000, 1, 1), date(2100, 12, 31)


class Dated(Asked):
    """Its dates lie where there is a next day and a calendar."""

    def __post_init__(self) -> None:
        given = (getattr(self, name) for name in self.__struct_fields__)
        if any(not FIRST <= one <= LAST for one in given if isinstance(one, date)):
            raise ValueError(f"日期应在 {FIRST.year} 年至 {LAST.year} 年之间")
