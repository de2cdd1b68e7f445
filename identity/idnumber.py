"""证件号码: what people type, made whole, checked, and shown only in part."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

import stdnum.cn.ric
import stdnum.cn.uscc

from foundation import clock, crypto
from identity.errors import (
    NumberFault,
    OldNumber,
    UnknownIdType,
    WrongBirthDate,
    WrongCheckDigit,
    WrongCreditCode,
    WrongLength,
    WrongRegion,
)

OLDEST = 130
"""Years. A birth date further back is a typing error."""

PROVINCES = frozenset(
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71".split()
)
BEYOND = frozenset(("81", "82", "83"))  # 香港 澳门 台湾 residents living on the mainland


class IdType(StrEnum):
    """证件类型."""

    ID_CARD = "id_card"  # 公民身份号码, GB 11643-1999
    HMT_PERMIT = "hmt_permit"  # 港澳台居民居住证
    RESIDENCE = "residence"  # 外国人永久居留身份证
    PASSPORT = "passport"  # 护照
    CREDIT_CODE = "credit_code"  # 统一社会信用代码, GB 32100-2015: of an organisation, no person's

    @property
    def chinese(self) -> str:
        """The Chinese name of the document."""
        return TITLES[self]


TITLES = {
    IdType.ID_CARD: "居民身份证",
    IdType.HMT_PERMIT: "港澳台居民居住证",
    IdType.RESIDENCE: "外国人永久居留身份证",
    IdType.PASSPORT: "护照",
    IdType.CREDIT_CODE: "统一社会信用代码",
}


@dataclass(frozen=True, repr=False)
class Identity:
    """证件: a kind of document and its number, normalised and checked. Raises the kinds of NumberFault.

    Its text form is masked, so that a number cannot slip into a log.
    """

    id_type: IdType
    number: str

    @classmethod
    def of(cls, id_type: str, number: str) -> "Identity":
        """From what somebody sent. Raises UnknownIdType and the kinds of NumberFault."""
        try:
            return cls(IdType(id_type), number)
        except ValueError:
            raise UnknownIdType from None

    @classmethod
    def person(cls, id_type: str, number: str) -> "Identity":
        """As `of`, of a person: an organisation's code is not among a person's documents."""
        if id_type == IdType.CREDIT_CODE:
            raise UnknownIdType
        return cls.of(id_type, number)

    @classmethod
    def kept(cls, id_type: str, number: str) -> "Identity":
        """From our own records: checked when it came in, whatever the rules are today."""
        identity = object.__new__(cls)
        object.__setattr__(identity, "id_type", IdType(id_type))
        object.__setattr__(identity, "number", number)
        return identity

    def __post_init__(self) -> None:
        object.__setattr__(self, "number", normalised(self.number))
        CHECKS[self.id_type](self.number)

    def __repr__(self) -> str:
        return f"Identity({self.id_type.value}, {self.masked})"

    @property
    def masked(self) -> str:
        """``1101**********002X``; short numbers keep two characters at each end."""
        return masked(self.number)

    @property
    def last_four(self) -> str:
        return self.number[-4:]

    @cached_property
    def fingerprint(self) -> str:
        """What the number is stored and found by."""
        return crypto.fingerprint(self.number, purpose="id_number")

    @property
    def fingerprints(self) -> list[str]:
        """The fingerprint under every key still in use, the newest first."""
        return crypto.fingerprints(self.number, purpose="id_number")

    @property
    def birth_date(self) -> date | None:
        """None where the number does not tell the whole date (passport, old 永居证), or is no person's."""
        tells = len(self.number) == 18 and self.id_type is not IdType.CREDIT_CODE
        return _date(self.number[6:14]) if tells else None

    def age(self, on: date | None = None) -> int | None:
        """Full years on the day `on` (default: today in Shanghai); None where the number does not tell."""
        born, on = self.birth_date, on or clock.today()
        return None if born is None else on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def normalised(number: str) -> str:
    """Full-width to half-width, without spaces and hyphens, capitals: ``１１０１…００２ｘ`` → ``1101…002X``."""
    return re.sub(r"[\s\-·\u200b-\u200f\ufeff]", "", unicodedata.normalize("NFKC", number)).upper()


def masked(number: str) -> str:
    ends = 4 if len(number) >= 15 else 2 if len(number) >= 6 else 1
    return number[:ends] + "*" * max(1, len(number) - 2 * ends) + number[-ends:]


def is_credit_code(code: str) -> bool:
    """统一社会信用代码 (GB 32100-2015): form and check digit."""
    return stdnum.cn.uscc.is_valid(normalised(code))


def _id_card(number: str) -> None:
    if re.fullmatch(r"\d{15}", number, re.ASCII):
        raise OldNumber
    _eighteen(number, lambda: number[:2] in PROVINCES)


def _hmt_permit(number: str) -> None:
    _eighteen(number, lambda: number[:2] in BEYOND)


def _residence(number: str) -> None:
    """外国人永居证: 18 characters beginning with 9 since 2023; before, the country's three letters and 12 digits."""
    if not re.match(r"[A-Z]", number):
        _eighteen(number, lambda: number[0] == "9")
        return
    if len(number) != 15:
        raise WrongLength(detail={"length": len(number), "wanted": 15})
    if not re.fullmatch(r"[A-Z]{3}\d{12}", number, re.ASCII):
        raise NumberFault
    if not any(_plausible(century + number[7:13]) for century in ("19", "20")):
        raise WrongBirthDate


def _passport(number: str) -> None:
    if not re.fullmatch(r"(?=.*\d)[A-Z0-9]{5,17}", number, re.ASCII):
        raise NumberFault("护照号码应为 5 至 17 位字母和数字，请对照护照资料页核对。")


def _credit_code(number: str) -> None:
    if len(number) != 18:
        raise WrongCreditCode(detail={"length": len(number), "wanted": 18})
    if not is_credit_code(number):
        raise WrongCreditCode


def _eighteen(number: str, fits: Callable[[], bool]) -> None:
    """The 18 characters which GB 11643 made common: region, birth date, order, check digit."""
    if len(number) != 18:
        raise WrongLength(detail={"length": len(number), "wanted": 18})
    if not re.fullmatch(r"\d{17}[\dX]", number, re.ASCII):
        raise NumberFault
    if not fits():
        raise WrongRegion
    if not _plausible(number[6:14]):
        raise WrongBirthDate
    if number[-1] != stdnum.cn.ric.calc_check_digit(number):
        raise WrongCheckDigit


def _date(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None


def _plausible(digits: str) -> bool:
    born, today = _date(digits), clock.today()
    return born is not None and born <= today and born.year >= today.year - OLDEST


CHECKS: dict[IdType, Callable[[str], None]] = {
    IdType.ID_CARD: _id_card,
    IdType.HMT_PERMIT: _hmt_permit,
    IdType.RESIDENCE: _residence,
    IdType.PASSPORT: _passport,
    IdType.CREDIT_CODE: _credit_code,
}
