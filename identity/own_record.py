"""我的信息: one's own record with the level one has reached and where one signs in, in one statement; or less of it."""

from datetime import datetime

from msgspec import Struct

from foundation import crypto
from foundation.questions import Asking, Question
from identity import levels
from identity.access import Profile, opened
from identity.errors import NoSuchCitizen
from identity.idnumber import Identity, masked
from identity.levels import Level
from identity.realname import masked_name


class OwnRecord(Struct, frozen=True):
    """`platforms` in the order of their names."""

    profile: Profile
    level: Level
    platforms: list[str]


class _Kept(Struct, frozen=True):
    """As the citizen's row holds it, still sealed."""

    id: int
    verified_at: datetime | None
    real_name_sealed: str
    id_type: str
    id_number_sealed: str
    phone_sealed: str
    phone_verified_at: datetime | None
    platforms: str  # with spaces between
    proofs: list[tuple[str, str]]


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
        return masked_name(self.name)

    @property
    def masked_number(self) -> str:
        return masked(crypto.open_sealed(self.id_number_sealed)) if self.id_number_sealed else ""


# Who was merged into another is that one.
OF_WHOM_FROM = """
  from citizen known join citizen c on c.id = coalesce(known.merged_into_id, known.id)"""
OF_WHOM_WHERE = """
 where known.id = asked.who and known.state <> 'deleted' and c.state = 'active'"""
OF_WHOM = OF_WHOM_FROM + OF_WHOM_WHERE
MINE = Question(
    _Kept,
    f"""
select c.id, c.verified_at, c.real_name_sealed, c.id_type, c.id_number_sealed, c.phone_sealed, c.phone_verified_at,
       (select coalesce(string_agg(distinct p.platform, ' '), '')
          from platform_account p where p.citizen_id = c.id) as platforms,
       (select coalesce(json_agg(json_build_array(i.kind, i.about)), '[]')
          from identity_proof i where i.citizen_id = c.id) as proofs{OF_WHOM}""",
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
    level = levels.reached(kept, set(kept.proofs))
    return OwnRecord(opened(kept), level, kept.platforms.split())
