"""What the assistant may answer from: one document per published guide (办事指南)."""

from dataclasses import dataclass
from datetime import date

SUMMARY = "summary"
CONDITIONS = "conditions"
MATERIALS = "materials"
STEPS = "steps"
PERIODS = "periods"
FEES = "fees"
PLACES = "places"
ONLINE = "online"
BOOKING = "booking"
RESULT = "result"
LEGAL_BASIS = "legal_basis"
CONTACTS = "contacts"
QUESTION = "question"
VARIANT = "variant"
NOTES = "notes"
FACTS = "facts"


@dataclass(frozen=True, slots=True)
class Local:
    """Whose word it is where a knowledge base says otherwise than the city: the name of the base, its version, since
    when."""

    base: str
    version: str
    effective_date: date | None


@dataclass(frozen=True, slots=True)
class Section:
    """One element of a guide (办事指南要素): `kind` is one of the names above, `title` what people read above it.

    Of a QUESTION (常见问题) the title is the question, of a VARIANT (情形) its name; `also` are other ways to say that.
    `local`: it holds in one place only.
    """

    kind: str
    title: str
    text: str
    also: tuple[str, ...] = ()
    local: Local | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideDocument:
    """One guide as the assistant sees it: names to find it by, sections to answer from, and what can be done next.

    `aliases` are everyday names (通俗名称); `version` and `effective_date` are quoted with every answer. `halls` are
    codes, `forms` file names.
    """

    item_code: str
    name: str
    aliases: tuple[str, ...] = ()
    audience: str = ""
    version: str = ""
    effective_date: date | None = None
    sections: tuple[Section, ...] = ()
    halls: tuple[str, ...] = ()
    bookable: bool = False
    payable: bool = False
    forms: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The official name first, then the everyday names."""
        return (self.name, *self.aliases)

    @property
    def questions(self) -> tuple[str, ...]:
        """The common questions and the variants in all their wordings: other ways to ask for this guide."""
        asked = (section for section in self.sections if section.kind in (QUESTION, VARIANT))
        return tuple(dict.fromkeys(way for section in asked for way in (section.title, *section.also)))

    def section(self, kind: str) -> Section | None:
        """The first section of that kind, if the guide has one."""
        return next((section for section in self.sections if section.kind == kind), None)

    def all_of(self, kind: str) -> tuple[Section, ...]:
        """Every section of that kind: the questions (常见问题), the variants (情形)."""
        return tuple(section for section in self.sections if section.kind == kind)
