"""日历文件: a booking as an entry for the calendar of a phone (iCalendar, RFC 5545)."""

from datetime import UTC, datetime

from appointments import booking
from appointments.booking import Booking
from appointments.states import VISITS
from foundation import clock
from foundation.actor import Actor

NAME = "指尖办预约"
OCTETS = 75  # a longer line is folded, between characters
ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


async def of(*, code: str, for_: Actor) -> str:
    """The text of the ``.ics`` file of one's own booking. A booking that is over takes its entry back.

    Raises BookingNotFound.
    """
    held = await booking.find(code=code, for_=for_)
    return "".join(_folded(line) + "\r\n" for line in _lines(held))


def _lines(held: Booking) -> list[str]:
    coming = held.state in VISITS or held.state == "finished"
    place = f"{held.hall_name} {held.hall_address}".strip()
    about = f"预约码 {held.code}。请携带所需材料，提前 15 分钟到厅签到。"
    if held.hall_phone:
        about += f"咨询电话 {held.hall_phone}。"
    return [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//zhijianban//appointments//ZH",
        "CALSCALE:GREGORIAN",
        f"METHOD:{'PUBLISH' if coming else 'CANCEL'}",
        f"X-WR-CALNAME:{NAME}",
        "BEGIN:VEVENT",
        f"UID:{held.code}@appointments.zhijianban",
        f"SEQUENCE:{0 if coming else 1}",
        f"DTSTAMP:{_moment(clock.now())}",
        f"DTSTART:{_moment(held.starts_at)}",
        f"DTEND:{_moment(held.ends_at)}",
        f"SUMMARY:{_text(f'{held.type_name}（{held.department_name}）')}",
        f"LOCATION:{_text(place)}",
        f"DESCRIPTION:{_text(about)}",
        f"STATUS:{'CONFIRMED' if coming else 'CANCELLED'}",
        *(["BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{_text(held.type_name)}", "TRIGGER:-PT2H", "END:VALARM"]
          if coming else []),
        "END:VEVENT",
        "END:VCALENDAR",
    ]  # fmt: skip


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(words: str) -> str:
    return words.replace("\r\n", "\n").replace("\r", "\n").translate(ESCAPED)


def _folded(line: str) -> str:
    """Parts of at most 75 octets; a part after the first begins with a space, which counts."""
    parts, size = [""], 0
    for character in line:
        width = len(character.encode())
        if size + width > OCTETS:
            parts.append(" ")
            size = 1
        parts[-1] += character
        size += width
    return "\r\n".join(parts)
