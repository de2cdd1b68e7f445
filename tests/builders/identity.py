"""Citizens, staff and a platform that knows whom its codes stand for."""

from dataclasses import dataclass, field
from itertools import count
from typing import TypeVar

from stdnum.cn import ric

from channels.errors import CodeUnusable
from foundation import clock, crypto
from foundation.actor import Actor
from identity import staff as staff_accounts
from identity.idnumber import Identity, IdType
from identity.models import Citizen, PlatformAccount
from identity.platforms import Holder, Via

PASSWORD = "correct-horse-8"
SEED = Actor.system("test")
_next = count(1)
T = TypeVar("T")


def id_number(nth: int | None = None, *, born: str = "19900101", region: str = "110105") -> str:
    """A valid 公民身份号码; another one each time, or the `nth` (1–999)."""
    digits = f"{region}{born}{nth if nth is not None else next(_next) % 1000:03d}"
    return digits + str(ric.calc_check_digit(digits + "0"))


async def citizen(*, name: str = "张三", number: str | None = None, verified: bool = True, phone: str = "") -> Citizen:
    """A citizen, verified unless told otherwise."""
    row = Citizen()
    if verified:
        identity = Identity(IdType.ID_CARD, number or id_number())
        row.real_name_sealed, row.id_number_sealed = crypto.seal(name), crypto.seal(identity.number)
        row.id_type, row.id_fingerprint, row.verified_at = IdType.ID_CARD, identity.fingerprint, clock.now()
    if phone:
        row.phone_sealed, row.phone_fingerprint = crypto.seal(phone), crypto.fingerprint(phone, purpose="phone")
    await row.save()
    return row


async def account(citizen: Citizen, *, platform: str = "wechat", openid: str = "") -> PlatformAccount:
    """An account at a platform, of the app id which test settings leave empty."""
    return await PlatformAccount.create(
        citizen=citizen, platform=platform, app_id="", openid=openid or f"o-{platform}-{citizen.id}-{next(_next)}"
    )


async def staff(*roles: tuple[str, str], username: str = "", display_name: str = "王五") -> int:
    """The id of a staff member with PASSWORD and `roles` of (role, hall path)."""
    username = username or f"staff{next(_next)}"
    return await staff_accounts.create_staff(
        username=username, display_name=display_name, password=PASSWORD, roles=roles, by=SEED
    )


@dataclass
class CodesOf:
    """A platform whose single-use codes were given out beforehand: code → who holds the phone."""

    codes: dict[str, Holder]
    phones: dict[str, str] = field(default_factory=dict)

    async def holder(self, *, code: str, via: Via) -> Holder:
        return self._once(self.codes, code)

    async def phone(self, *, code: str) -> str:
        return self._once(self.phones, code)

    def authorize_address(self, *, redirect: str, state: str) -> str:
        return f"{redirect}?code={next(iter(self.codes))}&state={state}"

    async def aclose(self) -> None: ...

    @staticmethod
    def _once(given: dict[str, T], code: str) -> T:
        if code not in given:
            raise CodeUnusable
        return given.pop(code)
