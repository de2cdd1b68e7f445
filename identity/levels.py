"""实名等级: how well we know who somebody is, and what each level allows; the one table that doors ask."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

from msgspec import Struct
from tortoise.exceptions import IntegrityError

from foundation import audit, clock, crypto, database
from foundation.actor import Actor
from foundation.questions import Asking, Question
from identity import access, verifier
from identity.access import Role, StaffMember
from identity.errors import NameMismatch, NoSuchCitizen, RealNameNeeded
from identity.idnumber import IdType
from identity.level_errors import LevelNeeded, PhoneNeeded
from identity.models import Citizen
from identity.standing_models import IdentityProof
from identity.verifier import FaceAsk, PhoneAsk


class Level(IntEnum):
    """实名等级, the lowest first."""

    NONE = 0  # 未实名
    PHONE = 1  # 手机号已验证
    NAME_AND_NUMBER = 2  # 二要素: name and number
    WITH_PHONE = 3  # 三要素: and the phone in that name
    IN_PERSON = 4  # 人脸核验, or 线下核验 at a window


class Act(StrEnum):
    """What somebody wants to do, as far as it asks for a level."""

    ASK = "ask"
    MESSAGES = "messages"
    BOOK = "book"
    RECORDS = "records"
    DELEGATE = "delegate"
    WARD = "ward"
    ORGANISATION = "organisation"
    LEGAL_PERSON = "legal_person"


NAMES = {
    Level.NONE: "未实名",
    Level.PHONE: "手机号已验证",
    Level.NAME_AND_NUMBER: "实名认证（姓名、证件号码）",
    Level.WITH_PHONE: "三要素认证（姓名、证件号码、手机号）",
    Level.IN_PERSON: "人脸或现场核验",
}
STEPS = {
    Level.PHONE: "绑定手机号",
    Level.NAME_AND_NUMBER: "完成实名认证",
    Level.WITH_PHONE: "核对手机号是否本人办理",
    Level.IN_PERSON: "做一次人脸核验，或带证件到窗口核验",
}
NEEDED: Mapping[Act, Level] = {
    Act.ASK: Level.NONE,
    Act.MESSAGES: Level.PHONE,
    Act.BOOK: Level.NAME_AND_NUMBER,
    Act.RECORDS: Level.NAME_AND_NUMBER,
    Act.DELEGATE: Level.NAME_AND_NUMBER,
    Act.WARD: Level.NAME_AND_NUMBER,
    Act.ORGANISATION: Level.NAME_AND_NUMBER,
    Act.LEGAL_PERSON: Level.WITH_PHONE,
}
ACT_NAMES = {
    Act.ASK: "查指南、问问题、凭编号查询和缴费",
    Act.MESSAGES: "接收短信和电话提醒",
    Act.BOOK: "预约、候补和摇号",
    Act.RECORDS: "查看本人的缴费单和办件",
    Act.DELEGATE: "登记亲友、委托他人代办或为他人代办",
    Act.WARD: "为未满 18 周岁的子女办理",
    Act.ORGANISATION: "担任单位的经办人",
    Act.LEGAL_PERSON: "以法定代表人身份登记单位",
}
DESK = (Role.WINDOW, Role.HALL_MANAGER)


@dataclass(frozen=True)
class Standing:
    """Where somebody stands, and the one step to the next level; empty at the top.

    Whoever has no number cannot be told by SMS or call, however well known they are.
    """

    level: Level
    next_step: str
    has_phone: bool

    @property
    def name(self) -> str:
        return NAMES[self.level]

    def allows(self, act: Act) -> bool:
        return self.level >= NEEDED[act] and (act is not Act.MESSAGES or self.has_phone)


class Known(Struct, frozen=True, kw_only=True):
    """What a level stands on, sealed as the citizen's row holds it; `proofs` by kind and subject."""

    verified_at: datetime | None
    id_type: str
    phone_sealed: str
    phone_verified_at: datetime | None
    proofs: list[tuple[str, str]]


KNOWN = """c.verified_at, c.id_type, c.phone_sealed, c.phone_verified_at,
       (select coalesce(json_agg(json_build_array(i.kind, i.about)), '[]')
          from identity_proof i where i.citizen_id = c.id) as proofs"""
STANDING = Question(Known, f"select {KNOWN}{access.OF_WHOM}", who="bigint")


def of(citizen_id: int) -> Asking[Standing]:
    """The answer raises NoSuchCitizen."""
    return STANDING.asking(citizen_id, then=_standing)


def _standing(found: list[Known]) -> Standing:
    if not found:
        raise NoSuchCitizen
    level = reached(found[0])
    next_step = STEPS[Level(level + 1)] if level < Level.IN_PERSON else ""
    return Standing(level, next_step, bool(found[0].phone_sealed))


async def require(citizen_id: int, act: Act) -> None:
    """Raises RealNameNeeded below 二要素 where that is asked for, LevelNeeded above, which tells the next step."""
    standing = await of(citizen_id)
    if standing.allows(act):
        return
    if standing.level < Level.NAME_AND_NUMBER <= NEEDED[act]:
        raise RealNameNeeded
    raise LevelNeeded(detail={"needed": NAMES[NEEDED[act]], "next": standing.next_step})


async def prove_phone(*, citizen_id: int, by: Actor, ask: PhoneAsk | None = None) -> Standing:
    """三要素: that the verified phone is in this person's name.

    Raises RealNameNeeded, PhoneNeeded, NameMismatch, VerifierUnavailable.
    """
    known = await access.profile(citizen_id, seen_by=by)
    if known.identity is None:
        raise RealNameNeeded
    if not known.phone or not known.phone_verified:
        raise PhoneNeeded
    if not await (ask or verifier.ask_phone)(name=known.name, identity=known.identity, phone=known.phone):
        raise NameMismatch("这个手机号不是以您的姓名和证件办理的，请换成本人名下的手机号，或带证件到窗口核验。")
    about = crypto.fingerprint(known.phone, purpose="phone")
    return await _proved(known.citizen_id, "three_factor", about=about, by=by)


async def prove_face(*, citizen_id: int, token: str, by: Actor, ask: FaceAsk | None = None) -> Standing:
    """人脸核验: the platform compared a face with the document; `token` is its word, and serves once.

    Raises RealNameNeeded, NameMismatch, VerifierUnavailable.
    """
    known = await access.profile(citizen_id, seen_by=by)
    if known.identity is None:
        raise RealNameNeeded
    if not await (ask or verifier.ask_face)(name=known.name, identity=known.identity, token=token):
        raise NameMismatch("人脸核验没有通过，请重新核验，或带证件到窗口办理。")
    try:
        return await _proved(known.citizen_id, "face", mark=crypto.fingerprint(token, purpose="identity.proof"), by=by)
    except IntegrityError:
        raise NameMismatch("这次人脸核验已经用过，请重新核验。") from None


async def prove_in_person(*, citizen_id: int, staff: StaffMember) -> Standing:
    """线下核验: the person stood at a window with the document. Raises RoleNeeded, RealNameNeeded."""
    access.require(staff, *DESK)
    await access.require_real_name(citizen_id)
    return await _proved(citizen_id, "in_person", by=staff.actor)


async def _proved(citizen_id: int, kind: str, *, by: Actor, about: str = "", mark: str | None = None) -> Standing:
    async with database.transaction():
        citizen = await Citizen.select_for_update().get_or_none(id=citizen_id, state="active")
        if citizen is None:
            raise NoSuchCitizen
        await IdentityProof.create(citizen=citizen, kind=kind, about=about, mark=mark, by=str(by), at=clock.now())
        await audit.record(f"citizen.proved_{kind}", subject=f"citizen:{citizen_id}", by=by)
    return await of(citizen_id)


def reached(citizen: Known) -> Level:
    """A proof about a phone holds for that phone alone: who changes it starts anew with that part."""
    if citizen.verified_at is None:
        return Level.PHONE if citizen.phone_verified_at is not None else Level.NONE
    if citizen.id_type == IdType.CREDIT_CODE:
        return Level.NAME_AND_NUMBER
    if {kind for kind, _ in citizen.proofs} & {"face", "in_person"}:
        return Level.IN_PERSON
    proved = {about for kind, about in citizen.proofs if kind == "three_factor"}
    fits = proved and citizen.phone_verified_at is not None and proved & _prints(citizen.phone_sealed)
    return Level.WITH_PHONE if fits else Level.NAME_AND_NUMBER


def _prints(phone_sealed: str) -> set[str]:
    return set(crypto.fingerprints(crypto.open_sealed(phone_sealed), purpose="phone")) if phone_sealed else set()
