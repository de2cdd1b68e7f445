"""缴款识别码: the form is a setting; the check digit is computed and checked."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from stdnum.iso7064 import mod_11_10

from foundation import clock, settings
from foundation.settings import BadSettings
from payments import bills, pay_code, raising
from payments.bill_errors import PayCodeMalformed
from payments.models import Bill
from tests.builders.payments import UNIT, pushed

pytestmark = pytest.mark.usefixtures("db")


def use(**given: str) -> None:
    ours = settings.current()
    settings.use(replace(ours, payments=replace(ours.payments, **given)))


async def test_by_default_it_is_the_day_and_twelve_digits_at_random(settings_env: object):
    with clock.frozen(datetime(2026, 3, 9, 17, tzinfo=UTC)):  # the next day has begun here
        code = pay_code.given()
    assert code.startswith("20260310")
    assert (len(code), code.isdecimal()) == (20, True)
    assert len({pay_code.given() for _ in range(100)}) == 100


async def test_a_region_and_a_check_digit(settings_env: object):
    use(pay_code_form="350700##########C", pay_codes_pushed="form")
    code = (await bills.raise_bill(bill=pushed(), by=UNIT)).pay_code
    assert (code[:6], len(code)) == ("350700", 17)
    assert mod_11_10.is_valid(code)
    again = pushed(pay_code=pay_code.given())
    assert (await bills.raise_bill(bill=again, by=UNIT)).pay_code == again.pay_code
    wrong = str((int(code[-1]) + 1) % 10)
    for other in (code[:-1] + wrong, "110100" + code[6:], code + "0", "AB" + code[2:]):
        with pytest.raises(PayCodeMalformed):
            await bills.raise_bill(bill=pushed(pay_code=other), by=UNIT)
    assert await Bill.all().count() == 2


async def test_a_code_that_was_drawn_and_is_taken_is_drawn_again(settings_env: object, monkeypatch: pytest.MonkeyPatch):
    taken = (await bills.raise_bill(bill=pushed(), by=UNIT)).pay_code
    drawn = iter([taken, taken, "20260101000000000009", taken, "20260101000000000010"])
    monkeypatch.setattr(raising.pay_code, "given", lambda: next(drawn))
    answers = await raising.raise_all([pushed(), pushed()], source=UNIT.name, by=UNIT)
    assert [one.pay_code for one in answers] == ["20260101000000000009", "20260101000000000010"]


@pytest.mark.parametrize("form", ["C", "YYYYMMDD#####", "######C#", "35 0700######", "#" * 41, "region######"])
def test_a_form_that_is_none_is_refused_at_the_start(form: str):
    with pytest.raises(BadSettings, match="PAY_CODE_FORM"):
        settings.load({"PAY_CODE_FORM": form})


def test_what_may_be_pushed_is_one_of_two():
    with pytest.raises(BadSettings, match="PAY_CODES_PUSHED"):
        settings.load({"PAY_CODES_PUSHED": "whatever"})
