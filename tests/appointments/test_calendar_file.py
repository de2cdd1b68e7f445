import pytest

from appointments import booking, calendar_file
from appointments.errors import BookingNotFound
from appointments.models import AppointmentType
from catalogue.models import Hall
from tests.builders.appointments import a_citizen, a_held_place

pytestmark = pytest.mark.usefixtures("db")


def unfolded(text: str) -> dict[str, str]:
    """The properties of the event, as a calendar reads them (RFC 5545 3.1)."""
    event = text.replace("\r\n ", "").partition("BEGIN:VEVENT")[2].partition("BEGIN:VALARM")[0]
    return dict(line.split(":", 1) for line in event.strip().split("\r\n"))


async def test_a_phone_can_read_it():
    held, citizen, _ = await a_held_place()
    await Hall.filter(id=held.hall_id).update(address="示例路 1 号, 二楼; 东厅\\A", phone="0000-5550001")
    text = await calendar_file.of(code=held.code, for_=citizen)
    assert text.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
    assert text.endswith("END:VEVENT\r\nEND:VCALENDAR\r\n")
    assert text.count("BEGIN:VALARM") == 1
    event = unfolded(text)
    assert event["DTSTART"] == f"{held.starts_at:%Y%m%dT%H%M%SZ}"
    assert event["DTEND"] == f"{held.ends_at:%Y%m%dT%H%M%SZ}"
    assert event["LOCATION"] == "示例市政务服务中心 示例路 1 号\\, 二楼\\; 东厅\\\\A"
    assert held.code in event["DESCRIPTION"]
    assert (event["STATUS"], event["SEQUENCE"]) == ("CONFIRMED", "0")


async def test_no_line_is_longer_than_75_octets_and_no_character_is_cut():
    held, citizen, _ = await a_held_place()
    await AppointmentType.filter(id=held.type_id).update(name="关于居民身份证换领补领与丢失招领的预约" * 3)
    text = await calendar_file.of(code=held.code, for_=citizen)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert "关于居民身份证换领补领与丢失招领的预约" * 3 in unfolded(text)["SUMMARY"]


async def test_a_cancelled_booking_takes_its_entry_back():
    held, citizen, _ = await a_held_place()
    before = unfolded(await calendar_file.of(code=held.code, for_=citizen))
    await booking.cancel(code=held.code, by=citizen)
    text = await calendar_file.of(code=held.code, for_=citizen)
    after = unfolded(text)
    assert "METHOD:CANCEL" in text
    assert (after["UID"], after["STATUS"], after["SEQUENCE"]) == (before["UID"], "CANCELLED", "1")


async def test_it_is_the_holders_alone():
    held, _, _ = await a_held_place()
    with pytest.raises(BookingNotFound):
        await calendar_file.of(code=held.code, for_=await a_citizen())
