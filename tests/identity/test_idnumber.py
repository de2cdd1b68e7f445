from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.errors import (
    NumberFault,
    OldNumber,
    UnknownIdType,
    WrongBirthDate,
    WrongCheckDigit,
    WrongLength,
    WrongRegion,
)
from identity.idnumber import Identity, IdType, is_credit_code
from tests.builders.identity import id_number


@pytest.mark.parametrize(
    "typed",
    [
        "11010519491231002X",
        "11010519491231002x",
        " 110105 19491231 002x ",
        "１１０１０５１９４９１２３１００２Ｘ",
        "110105-19491231-002X",
    ],
)
def test_however_it_is_typed_it_is_one_number(typed: str) -> None:
    assert Identity(IdType.ID_CARD, typed).number == "11010519491231002X"


@pytest.mark.parametrize(
    ("id_type", "number", "fault"),
    [
        ("id_card", "110105194912310021", WrongCheckDigit),
        ("id_card", "11010519490231002X", WrongBirthDate),
        ("id_card", id_number(5, born="18500101"), WrongBirthDate),
        ("id_card", id_number(5, born="29990101"), WrongBirthDate),
        ("id_card", "110105491231002", OldNumber),
        ("id_card", "1101051949123100", WrongLength),
        ("id_card", "11010519491231002Y", NumberFault),
        ("id_card", id_number(1, region="990000"), WrongRegion),
        ("id_card", "810000199001010019", WrongRegion),
        ("hmt_permit", "11010519491231002X", WrongRegion),
        ("residence", "11010519491231002X", WrongRegion),
        ("residence", "USA11019913310", WrongLength),
        ("residence", "USA110199133101", WrongBirthDate),
        ("passport", "E1", NumberFault),
        ("passport", "ABCDEFGH", NumberFault),
        ("passport", "护照12345", NumberFault),
        ("driving_licence", "123", UnknownIdType),
        ("id_card", "", WrongLength),
    ],
)
def test_what_is_wrong_is_said_by_name(id_type: str, number: str, fault: type[NumberFault]) -> None:
    with pytest.raises(NumberFault) as refusal:
        Identity.of(id_type, number)
    assert refusal.type is fault
    assert not number or number not in refusal.value.message


@pytest.mark.parametrize(
    ("id_type", "number", "masked"),
    [
        ("id_card", "11010519491231002X", "1101**********002X"),
        ("hmt_permit", "810000199001010019", "8100**********0019"),
        ("residence", "933156199001010016", "9331**********0016"),
        ("residence", "USA110190010112", "USA1*******0112"),
        ("passport", "e12345678", "E1*****78"),
    ],
)
def test_a_number_shows_only_in_part(id_type: str, number: str, masked: str) -> None:
    identity = Identity.of(id_type, number)
    assert identity.masked == masked
    assert identity.number not in f"{identity} {identity!r} {[identity]}"
    assert identity.last_four == identity.number[-4:]


def test_age_counts_full_years() -> None:
    identity = Identity(IdType.ID_CARD, id_number(born="20000229"))
    assert identity.birth_date == date(2000, 2, 29)
    assert [identity.age(on) for on in (date(2018, 2, 28), date(2018, 3, 1))] == [17, 18]
    assert Identity(IdType.PASSPORT, "E12345678").age() is None


@given(st.integers(0, 16), st.integers(1, 9))
def test_any_single_wrong_digit_is_noticed(place: int, change: int) -> None:
    number = id_number(7, born="19900307")
    other = number[:place] + str((int(number[place]) + change) % 10) + number[place + 1 :]
    with pytest.raises(NumberFault):
        Identity(IdType.ID_CARD, other)


@given(st.text(max_size=30), st.sampled_from(list(IdType)))
def test_whatever_is_typed_is_a_number_or_a_named_fault(typed: str, id_type: IdType) -> None:
    try:
        identity = Identity(id_type, typed)
    except NumberFault:
        return
    assert Identity(id_type, identity.number) == identity


def test_credit_codes() -> None:
    assert is_credit_code("91110000600037341L")
    assert is_credit_code("９１１１００００６０００３７３４１ｌ")
    assert not is_credit_code("91110000600037341M")
    assert not is_credit_code("11010519491231002X")
