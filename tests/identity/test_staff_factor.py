"""One-time codes of staff: none is taken twice, the right password alone opens nothing, recovery codes help once."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pyotp
import pytest

from foundation import clock, database
from foundation.actor import Actor
from identity import access, staff, staff_factor, staff_sessions
from identity.errors import SignInRefused
from identity.staff_errors import CodeNeeded, FactorNeeded, FactorNotBegun, FactorOn, StepOver, WrongCode
from identity.staff_models import StaffFactor, StaffRecoveryCode
from tests.builders import identity as build
from tests.builders.identity import PASSWORD
from tests.builders.settings import changed

pytestmark = pytest.mark.usefixtures("db", "redis_db")

NAME = "known"


class Phone:
    """An authenticator app."""

    def __init__(self, secret: str) -> None:
        self.app = pyotp.TOTP(secret)

    def code(self, *, steps: int = 0) -> str:
        return self.app.at(int(clock.now().timestamp()) + 30 * steps)


async def enrolled() -> tuple[int, Phone, list[str]]:
    """A staff member with a factor, confirmed with the code of the step before this one."""
    staff_id = await build.staff(("finance", ""), username=NAME)
    phone = Phone((await staff_factor.begin(staff_id=staff_id)).secret)
    codes = await staff_factor.confirm(staff_id=staff_id, code=phone.code(steps=-1), by=Actor.staff(staff_id))
    return staff_id, phone, codes


async def step() -> str:
    with pytest.raises(CodeNeeded) as needed:
        await staff.sign_in(username=NAME, password=PASSWORD)
    return needed.value.step


@pytest.fixture(autouse=True)
def still() -> Iterator[None]:
    """A second in the middle of a step: no test crosses from one into the next."""
    now = clock.now()
    middle = now.replace(second=15, microsecond=0)
    with clock.frozen(middle):
        yield


async def test_password_then_code_opens_the_door_once() -> None:
    staff_id, phone, _ = await enrolled()
    token = await step()
    assert await access.signed_in_staff(token) is None
    assert token not in str(CodeNeeded.at(token).as_dict())
    entered = await staff.enter_code(step=token, code=phone.code())
    assert entered.staff.id == staff_id
    assert await access.signed_in_staff(entered.token) == entered.staff
    with pytest.raises(StepOver):
        await staff.enter_code(step=token, code=phone.code(steps=1))


async def test_a_code_is_taken_once_and_never_an_older_one() -> None:
    _, phone, _ = await enrolled()
    await staff.enter_code(step=await step(), code=phone.code())
    token = await step()
    for again in (phone.code(), phone.code(steps=-1)):
        with pytest.raises(WrongCode):
            await staff.enter_code(step=token, code=again)
    assert await staff.enter_code(step=await step(), code=phone.code(steps=1))


async def test_of_the_same_code_at_once_one_enters() -> None:
    _, phone, _ = await enrolled()
    steps = [await step() for _ in range(3)]
    tries = [staff.enter_code(step=one, code=phone.code()) for one in steps]
    entered = await asyncio.gather(*tries, return_exceptions=True)
    assert sorted(type(one).__name__ for one in entered) == ["StaffSignedIn", "WrongCode", "WrongCode"]


async def test_the_database_takes_no_step_back() -> None:
    staff_id, *_ = await enrolled()
    with pytest.raises(Exception, match="a step that was used is used"):
        await database.execute("update staff_factor set last_step = last_step - 1 where staff_id = $1", staff_id)


async def test_guessing_locks_the_account() -> None:
    _, phone, _ = await enrolled()
    token = await step()
    for _ in range(5):
        with pytest.raises(WrongCode):
            await staff.enter_code(step=token, code="000000" if phone.code() != "000000" else "111111")
    with pytest.raises(SignInRefused):
        await staff.enter_code(step=token, code=phone.code())


async def test_a_step_waits_five_minutes_and_ends_with_the_account() -> None:
    staff_id, phone, _ = await enrolled()
    token = await step()
    await staff.deactivate(staff_id=staff_id, by=Actor.system("test"), reason="调离")
    with pytest.raises(StepOver):
        await staff.enter_code(step=token, code=phone.code())
    assert staff_sessions.STEP_SECONDS == timedelta(minutes=5).total_seconds()
    with pytest.raises(StepOver):
        await staff.enter_code(step="x" * 43, code=phone.code())


async def test_a_recovery_code_helps_once() -> None:
    staff_id, phone, codes = await enrolled()
    typed = f" {codes[0][:5].lower()}-{codes[0][5:]} "
    assert await staff.enter_code(step=await step(), code=typed)
    with pytest.raises(WrongCode):
        await staff.enter_code(step=await step(), code=typed)
    assert await staff_factor.codes_left(staff_id) == len(codes) - 1
    fresh = await staff_factor.new_codes(staff_id=staff_id, code=phone.code(), by=Actor.staff(staff_id))
    with pytest.raises(WrongCode):
        await staff.enter_code(step=await step(), code=codes[1])
    assert await staff.enter_code(step=await step(), code=fresh[1])
    kept = " ".join(await StaffRecoveryCode.all().values_list("fingerprint", flat=True))  # type: ignore[arg-type]
    assert not any(one in kept for one in fresh)


async def test_it_counts_from_the_first_code_on() -> None:
    staff_id = await build.staff(username=NAME)
    by = Actor.staff(staff_id)
    with pytest.raises(FactorNotBegun):
        await staff_factor.confirm(staff_id=staff_id, code="123456", by=by)
    begun = await staff_factor.begin(staff_id=staff_id)
    assert await staff_factor.begin(staff_id=staff_id) == begun
    assert begun.secret not in (await StaffFactor.get()).secret_sealed
    assert begun.secret not in repr(begun)
    assert (await staff.sign_in(username=NAME, password=PASSWORD)).token  # not yet
    await staff_factor.confirm(staff_id=staff_id, code=Phone(begun.secret).code(), by=by)
    with pytest.raises(FactorOn):
        await staff_factor.begin(staff_id=staff_id)


async def test_roles_that_must_have_it_come_no_further_without() -> None:
    with changed(console={"totp_roles": ("finance", "admin")}):
        clerk, cashier = await build.staff(("window", "")), await build.staff(("finance", ""), username=NAME)
        assert [(await access.staff_member(one)).due for one in (clerk, cashier)] == ["", "factor"]  # type: ignore[union-attr]
        phone = Phone((await staff_factor.begin(staff_id=cashier)).secret)
        by = Actor.staff(cashier)
        await staff_factor.confirm(staff_id=cashier, code=phone.code(steps=-1), by=by)
        assert (await access.staff_member(cashier)).due == ""  # type: ignore[union-attr]
        with pytest.raises(FactorNeeded):
            await staff_factor.turn_off(staff_id=cashier, code=phone.code(), by=by)
    await staff_factor.turn_off(staff_id=cashier, code=phone.code(), by=by)
    assert (await staff.sign_in(username=NAME, password=PASSWORD)).token
