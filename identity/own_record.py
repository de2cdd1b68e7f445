"""我的信息: one's own record with the level one has reached and where one signs in, in one statement; or less of it."""

from msgspec import Struct

from foundation import crypto
from foundation.questions import Asking, Question
from identity import levels
from identity.access import OF_WHOM, Profile, opened
from identity.errors import NoSuchCitizen
from identity.idnumber import Identity
from identity.levels import Level
from identity.realname import masked_sealed


class OwnRecord(Struct, frozen=True):
    """`platforms` in the order of their names."""

    profile: Profile
    level: Level
    platforms: list[str]


class _Kept(levels.Known, frozen=True, kw_only=True):
    """As the citizen's row holds it, still sealed."""

    id: int
    real_name_sealed: str
    id_number_sealed: str
    platforms: str  # with spaces between


class Document(Struct, frozen=True):
    """What somebody is known by to those who do not know their account; each opened when it is asked for."""

    citizen_id: int
    id_type: str
    id_number_sealed: str
    real_name_sealed: str

    @property
    def identity(self) -> Identity | None:
        return Identity.kept(self.id_type, crypto.open_sealed(self.id_number_sealed)) if self.id_number_sealed else None

    @property
    def name(self) -> str:
        return crypto.open_sealed(self.real_name_sealed) if self.real_name_sealed else ""

    @property
    def masked_name(self) -> str:
        return masked_sealed(self.real_name_sealed)


MINE = Question(
    _Kept,
    f"""
select c.id, c.real_name_sealed, c.id_number_sealed, {levels.KNOWN},
       (select coalesce(string_agg(distinct p.platform, ' '), '')
          from platform_account p where p.citizen_id = c.id) as platforms{OF_WHOM}""",
    who="bigint",
)
DOCUMENT = Question(
    Document,
    f"select c.id as citizen_id, c.id_type, c.id_number_sealed, c.real_name_sealed{OF_WHOM}",
    who="bigint",
)


def of(citizen_id: int) -> Asking[OwnRecord]:
    """The answer raises NoSuchCitizen."""
    return MINE.asking(citizen_id, then=_own)


def document(citizen_id: int) -> Asking[Document]:
    """The answer raises NoSuchCitizen."""
    return DOCUMENT.asking(citizen_id, then=_theirs)


async def fingerprints(citizen_id: int) -> list[str]:
    """Of their document under every key in use; none without one. Raises NoSuchCitizen."""
    identity = (await document(citizen_id)).identity
    return identity.fingerprints if identity else []


def _theirs(found: list[Document]) -> Document:
    if not found:
        raise NoSuchCitizen
    return found[0]


def _own(found: list[_Kept]) -> OwnRecord:
    if not found:
        raise NoSuchCitizen
    (kept,) = found
    return OwnRecord(opened(kept), levels.reached(kept), kept.platforms.split())
