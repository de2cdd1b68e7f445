"""Who does something: every write says ``by=`` whom."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["citizen", "staff", "department", "channel", "system"]


@dataclass(frozen=True)
class Actor:
    """One who acts, as the audit remembers it: ``citizen:12``, ``department:hr-bureau``, ``system:expiry``."""

    kind: Kind
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"

    @property
    def number(self) -> int:
        """The row id of a citizen or a staff member."""
        return int(self.name)

    @classmethod
    def citizen(cls, citizen_id: int) -> "Actor":
        return cls("citizen", str(citizen_id))

    @classmethod
    def staff(cls, staff_id: int) -> "Actor":
        return cls("staff", str(staff_id))

    @classmethod
    def department(cls, key_id: str) -> "Actor":
        return cls("department", key_id)

    @classmethod
    def channel(cls, name: str) -> "Actor":
        return cls("channel", name)

    @classmethod
    def system(cls, job: str) -> "Actor":
        return cls("system", job)
