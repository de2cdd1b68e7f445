"""Which halls a staff member may work for: role and subtree, asked before every verb."""

from collections.abc import Sequence

from appointments import agenda, types
from appointments.agenda import WorkHall
from appointments.models import AppointmentType
from catalogue.models import Hall
from foundation.errors import Forbidden
from identity import access
from identity.access import Role, StaffMember

DESK = (Role.WINDOW, Role.HALL_MANAGER, Role.ADMIN)
PLANNERS = (Role.HALL_MANAGER, Role.ADMIN)
HELPERS = (Role.WINDOW, Role.HALL_MANAGER, Role.AGENT)
OVERSEERS = (*PLANNERS, Role.SUPERVISOR)  # numbers without names
FINANCE = (Role.FINANCE,)  # money, city-wide: who administers the system does not move it
REVIEWERS = (Role.WINDOW, Role.HALL_MANAGER)  # papers of applicants: not for who administers the system
WATCHERS = (*DESK, Role.SUPERVISOR)
AUTHORS = (Role.EDITOR, Role.ADMIN)
LISTENERS = (Role.HALL_MANAGER, Role.AGENT, Role.SUPERVISOR)  # marks and their rectifications
ANSWERERS = (Role.AGENT, Role.SUPERVISOR)  # questions, complaints and proposals
ROUTERS = (Role.SUPERVISOR, Role.ADMIN)  # who answers what, city-wide
AGENTS = (Role.AGENT,)  # conversations of citizens: nobody else reads them
FINANCE = (Role.FINANCE,)


class NoHallOfYours(Forbidden):
    """您的角色名下还没有可以办理预约的大厅，请联系系统管理员。"""


class CityOnly(Forbidden):
    """这里是全市的内容，由全市的知识编辑修改；本区县的办法请写在“知识库”里您的区县下面。"""


def writes_city(who: StaffMember) -> bool:
    """Whether the city's knowledge is theirs to change: guides, scenarios, words, directory."""
    return any(who.may(role, "") for role in AUTHORS)


def require_city(who: StaffMember) -> None:
    """Raises RoleNeeded; CityOnly for who edits one district alone: what holds for all is read by all, not theirs."""
    access.require(who, *AUTHORS)
    if not writes_city(who):
        raise CityOnly


async def halls_of(who: StaffMember, roles: Sequence[Role]) -> list[WorkHall]:
    """The halls with appointments in which they hold one of `roles`, parents first."""
    return await agenda.halls(within=paths(who, roles))


def paths(who: StaffMember, roles: Sequence[Role]) -> set[str]:
    """The subtrees of halls in which they hold one of `roles`; ``""`` is the whole city."""
    return {path for role in roles for path in who.hall_paths(role)}


async def chosen(who: StaffMember, roles: Sequence[Role], code: str) -> tuple[WorkHall, list[WorkHall]]:
    """The hall named, or their first one, and all of theirs. Raises HallNotFound, RoleNeeded, NoHallOfYours."""
    theirs = await halls_of(who, roles)
    if code:
        hall = await hall_of(who, roles, code)
        return next((one for one in theirs if one.code == code), WorkHall(code, hall.name, hall.path)), theirs
    if not theirs:
        access.require(who, *roles)
        raise NoHallOfYours
    return theirs[0], theirs


async def hall_of(who: StaffMember, roles: Sequence[Role], code: str) -> Hall:
    """The hall, if it is theirs. Raises HallNotFound, RoleNeeded."""
    hall = await types.find_hall(code=code)
    access.require(who, *roles, hall_path=hall.path)
    return hall


async def type_of(who: StaffMember, roles: Sequence[Role], type_id: int) -> AppointmentType:
    """The type, if its hall is theirs. Raises TypeNotFound, RoleNeeded."""
    of = await types.find(type_id=type_id)
    access.require(who, *roles, hall_path=of.hall.path)
    return of
