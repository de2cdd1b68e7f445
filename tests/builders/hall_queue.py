"""People in a hall: walk-ins, whole queues, and the calls of a window."""

from appointments import calling, tickets
from appointments.calling import Call
from appointments.models import AppointmentType
from appointments.tickets import Drawn
from catalogue.models import Department, Hall
from identity.idnumber import Identity, IdType
from tests.builders.appointments import STAFF, a_type
from tests.builders.identity import id_number


async def a_department(*, hall: Hall, name: str = "公安窗口") -> Department:
    """A department that stands at `hall`."""
    of: AppointmentType = await a_type(hall=hall)
    department = await of.department
    department.name = name
    await department.save()
    return department


def a_person(*, born: str = "19900101") -> Identity:
    return Identity(IdType.ID_CARD, id_number(born=born))


async def a_walk_in(hall: Hall, department: Department, *, priority: str = "") -> Drawn:
    return await tickets.walk_in(hall_code=hall.code, department_code=department.code, by=STAFF, priority=priority)


async def next_at(hall: Hall, window: str) -> Call:
    return await calling.next_ticket(hall_code=hall.code, window=window, by=STAFF)


async def serve(hall: Hall, window: str) -> str:
    """The next is called and done; its number."""
    call = await next_at(hall, window)
    await calling.finish(ticket_id=call.ticket_id, hall_code=hall.code, by=STAFF)
    return call.number
