"""`python -m deploy.local.demo`: the demo city into an empty or an older database; again changes nothing.

Writes `$VAR/demo_accounts.json`, which `make run` prints: demo citizens (those of the sandbox) and staff.
"""

import asyncio
import json
import os
import secrets
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import rooms
from appointments import draw, draw_rules, fees, release, schedule, types
from appointments.fees import Fee
from appointments.models import AppointmentType
from appointments.timetable import Period
from assistant import local_intake
from cases import intake as case_intake
from cases.models import Case
from cases.timeline import Kind
from catalogue import intake, items
from deploy.local import demo_desk
from deploy.local.demo_city import BILLS, BUSINESSES, CASES, FEATURED, ROUND_THE_CLOCK, STAFF, Business
from foundation import clock, database, redis, settings
from foundation.actor import Actor
from foundation.workdays import WorkCalendar
from identity import staff
from identity.errors import UsernameTaken
from identity.idnumber import Identity
from payments import bills
from payments.late_fee_rules import Growth

ROOT = Path(__file__).parents[2]
BY = Actor.system("demo")
DEPARTMENT = Actor.department("demo-hall")
WEEKDAYS, EVERY_DAY = range(1, 6), range(1, 8)


async def load_city(var: Path) -> None:
    """Everything of the demo city, each part only where it is missing."""
    done = await intake.load(ROOT / "catalogue" / "data", by=BY)
    print(f"示例市目录：新增 {len(done.added)} 项，更新 {len(done.changed)} 项，未变 {len(done.unchanged)} 项")
    await items.feature(slugs=FEATURED, by=BY)
    await local_intake.load(by=BY)
    accounts = _accounts(var)
    await _staff(accounts)
    for business in (*BUSINESSES, ROUND_THE_CLOCK):
        await _business(business)
    people = {one["name"]: one for one in json.loads((ROOT / "sandbox" / "people.json").read_text())}
    await _cases(people)
    await _bills(people)
    await demo_desk.load()
    _write(var, accounts, people)


def _accounts(var: Path) -> dict[str, str]:
    """username → password; passwords are made at the first load and kept beside the data."""
    file = var / "demo_accounts.json"
    known = {one["username"]: one["password"] for one in json.loads(file.read_text())["staff"]} if file.exists() else {}
    return {one.username: known.get(one.username) or f"demo-{secrets.token_hex(5)}" for one in STAFF}


async def _staff(accounts: dict[str, str]) -> None:
    for one in STAFF:
        try:
            await staff.create_staff(
                username=one.username,
                display_name=one.display_name,
                password=accounts[one.username],
                roles=one.roles,
                by=BY,
            )
        except UsernameTaken:
            continue


async def _business(one: Business) -> None:
    known = await AppointmentType.get_or_none(code=one.code)
    if known is None:
        codes = [(await items.find(slug)).item_code for slug in one.slugs]
        early = 24 * 60 if one is ROUND_THE_CLOCK else 30
        known = await types.open_type(
            code=one.code,
            hall_code=one.hall,
            department_code=one.department,
            name=one.name,
            item_codes=codes,
            check_in_early_minutes=early,
            cancel_minutes=0 if one is ROUND_THE_CLOCK else 120,
            by=BY,
        )
        await AppointmentType.filter(id=known.id).update(party_most=one.party)
        if one.fee:
            await fees.change(type_id=known.id, fee=Fee(*one.fee), by=BY)
        if one.drawn:
            await draw_rules.change(type_id=known.id, rule=draw_rules.Rule(), by=BY)
            await known.refresh_from_db(fields=["release_mode"])
        await schedule.create(type_id=known.id, periods=_periods(one), effective_from=clock.today(), by=BY)
    until = release.horizon(known, clock.today(), await WorkCalendar.current())
    await schedule.generate(type_id=known.id, start=clock.today(), end=until, by=BY)
    if known.release_mode == "draw":
        await draw.announce_ahead(known)


def _periods(one: Business) -> list[Period]:
    hours = [("00:00", "23:59")] if one is ROUND_THE_CLOCK else [("09:00", "12:00"), ("13:30", "17:00")]
    return [
        Period(weekday=day, starts=starts, ends=ends, slot_minutes=one.slot_minutes, windows=one.windows)
        for day in (EVERY_DAY if one.all_week else WEEKDAYS)
        for starts, ends in hours
    ]


async def _cases(people: dict[str, dict[str, Any]]) -> None:
    calendar = await WorkCalendar.current()
    for one in CASES:
        if await Case.exists(case_no=one.case_no):
            continue
        card, person = await items.find(one.slug), people[one.person]
        registration = case_intake.Registration(
            item_code=card.item_code,
            item_name=card.name,
            department_name=card.department,
            applicant_name=person["name"],
            applicant=Identity.of("id_card", person["id_number"]),
            legal_days=20,
            promised_days=card.promised_days or 10,
        )
        for number, (kind, days_ago, note) in enumerate(one.history, 1):
            await case_intake.append(
                event=case_intake.PushedEvent(
                    event_id=f"{one.case_no}-{number}",
                    case_no=one.case_no,
                    kind=Kind(kind),
                    happened_at=_on(_workdays_ago(calendar, days_ago), 9 + number),
                    note=note,
                    registration=registration,
                ),
                by=DEPARTMENT,
            )


def _workdays_ago(calendar: WorkCalendar, number: int) -> date:
    return release.workdays_before(calendar, clock.today(), number)


def _on(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), clock.SHANGHAI)


async def _bills(people: dict[str, dict[str, Any]]) -> None:
    far = date(clock.today().year, 12, 31) + timedelta(days=90)
    for one in BILLS:
        growth = Growth(per_day=300, kind="penalty", basis="行政处罚法第七十二条") if one.days_late else None
        item = bills.PushedItem(
            exec_item_code=one.item[0], exec_item_name=one.item[1], amount_fen=one.fen, growth=growth
        )
        person = people[one.person]
        if await bills.is_known(notice_no=one.notice_no, source=DEPARTMENT.name):
            continue
        await bills.raise_bill(
            bill=bills.PushedBill(
                notice_no=one.notice_no,
                exec_unit_code=one.unit[0],
                exec_unit_name=one.unit[1],
                title=one.title,
                payer_name=person["name"],
                payer=Identity.of("id_card", person["id_number"]),
                items=(item,),
                total_fen=one.fen,
                expire_date=clock.today() - timedelta(days=one.days_late) if one.days_late else far,
            ),
            by=DEPARTMENT,
        )


def _write(var: Path, accounts: dict[str, str], people: dict[str, dict[str, Any]]) -> None:
    shown = {
        "citizens": [{"name": name, "id_number": one["id_number"]} for name, one in people.items()],
        "staff": [{"username": one.username, "password": accounts[one.username], "roles": one.what} for one in STAFF],
    }
    file = var / "demo_accounts.json"
    file.touch(mode=0o600)
    file.write_text(json.dumps(shown, ensure_ascii=False, indent=1))


async def main() -> None:
    ours = settings.current()
    await database.start(ours.database_url, models=rooms.MODELS, pool=4)
    await redis.start(ours.redis_url)
    try:
        await load_city(Path(os.environ.get("VAR", "var")))
    finally:
        await redis.stop()
        await database.stop()


if __name__ == "__main__":
    asyncio.run(main())
