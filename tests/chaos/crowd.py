"""Those who are in the house while it storms: after a broken line they ask again, with the same key, until they know.

What each was told is kept: a key that was answered, a booking that was promised. `Storm.faults` holds answers that no
storm excuses.
"""

import asyncio
import random
import re
import time
from collections import Counter, defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.journeys import walkers
from tests.journeys.walkers import HALL

PATIENCE = 45.0  # seconds in which every question must find an answer, however often the line breaks
LULL = 2.0  # seconds of work after the last blow
AGAIN = {401, 429, 503}  # sign in again, wait, or wait for what is gone
EXCUSED = AGAIN | {200, 201, 204, 403, 404, 409, 422}


@dataclass
class Storm:
    """What the crowd shares: the slots, the dice, when to go home, and what was said."""

    slots: list[list[int]]
    dice: random.Random
    until: float
    done: Counter[str] = field(default_factory=Counter)
    answered: dict[tuple[int, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    promised: dict[str, str] = field(default_factory=dict)  # booking code → the deed that promised it
    arriving: list[str] = field(default_factory=list)  # check-in codes on people's phones
    faults: list[str] = field(default_factory=list)
    turned_away: Counter[str] = field(default_factory=Counter)  # why somebody could not sign in again

    @property
    def raging(self) -> bool:
        return time.monotonic() < self.until

    def goes_on(self) -> None:
        """At least until what is struck now is back and has been at work for a moment."""
        self.until = max(self.until, time.monotonic() + PATIENCE)

    def a_slot(self) -> int:
        return self.dice.choice(self.dice.choice(self.slots))

    def a_pause(self) -> float:
        return self.dice.uniform(0.02, 0.3)

    def key(self) -> str:
        return f"{self.dice.getrandbits(80):020x}"


class Person:
    """A citizen who books, waits, moves, gives back and comes."""

    def __init__(self, house: walkers.House, storm: Storm, number: int) -> None:
        self.citizen, self.storm, self.number = walkers.Citizen(house), storm, number
        self.bookings: set[str] = set()
        self.today: list[str] = []
        self.keys: list[tuple[str, int]] = []  # answered, and for which slot

    async def arrive(self) -> None:
        await self.citizen.sign_in()
        await self.citizen.verify()

    async def live(self) -> None:
        deeds = (
            self.reserve,
            self.reserve,
            self.join,
            self.cancel,
            self.reschedule,
            self.answer,
            self.come,
            self.reuse,
        )
        while self.storm.raging:
            await self.storm.dice.choice(deeds)()
            await asyncio.sleep(self.storm.a_pause())

    async def asked(self, method: str, path: str, **given: Any) -> httpx.Response:
        """Ask until there is an answer. Sometimes hang up in the middle of it, and ask once more."""
        deadline = time.monotonic() + PATIENCE
        hang_up = self.storm.dice.random() < 0.1
        while time.monotonic() < deadline:
            try:
                async with asyncio.timeout(self.storm.dice.uniform(0.001, 0.03) if hang_up else 20):
                    answer = await self.citizen.http.request(method, path, **given)
            except (TimeoutError, httpx.TransportError):
                self.storm.done["hung up" if hang_up else "broken"] += 1
                hang_up = False
                await asyncio.sleep(self.storm.a_pause())
                continue
            if answer.status_code not in EXCUSED:
                self.storm.faults.append(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
            if answer.status_code not in AGAIN:
                return answer
            self.storm.done[f"answered {answer.status_code}"] += 1
            if answer.status_code == 401:
                await self.sign_in_again()
            await asyncio.sleep(self.storm.a_pause())
        raise AssertionError(f"{method} {path} found no answer within {PATIENCE:.0f} s")

    async def sign_in_again(self) -> None:
        try:
            await self.citizen.sign_in()
        except (AssertionError, httpx.TransportError) as why:
            self.storm.turned_away[re.sub(r'"request_id":"\w+"', "", str(why))[:200]] += 1

    async def reserve(self) -> None:
        await self._keyed("reserved", "/v1/bookings", self.storm.a_slot(), self.storm.key())

    async def reschedule(self) -> None:
        if self.bookings:
            code = self.storm.dice.choice(sorted(self.bookings))
            await self._keyed("rescheduled", f"/v1/bookings/{code}/reschedule", self.storm.a_slot(), self.storm.key())

    async def _keyed(self, deed: str, path: str, slot: int, key: str) -> None:
        """The same intent once or twice: every answer to a key names the same booking."""
        for _ in range(1 + (self.storm.dice.random() < 0.3)):
            answer = await self.asked("POST", path, json={"slot_id": slot}, headers={"Idempotency-Key": key})
            if answer.status_code == 201:
                code = answer.json()["code"]
                self.storm.answered[self.number, key].add(code)
                self.storm.promised[code] = deed
                self.storm.done[deed] += 1
                self.bookings.add(code)
                if slot in self.storm.slots[0]:
                    self.today.append(code)
                if deed == "reserved":
                    self.keys.append((key, slot))

    async def reuse(self) -> None:
        """An answered key for something else is refused; where that is known to be full, without looking at the key."""
        if self.keys:
            key, slot = self.storm.dice.choice(self.keys)
            other = next(one for those in self.storm.slots for one in those if one != slot)
            answer = await self.asked("POST", "/v1/bookings", json={"slot_id": other}, headers={"Idempotency-Key": key})
            self.storm.done["key refused"] += 1
            if (answer.status_code, answer.json().get("code")) not in ((422, "KeyReused"), (409, "SlotFull")):
                self.storm.faults.append(f"a key was used for another slot: {answer.status_code} {answer.text[:300]}")

    async def cancel(self) -> None:
        if self.bookings:
            code = self.storm.dice.choice(sorted(self.bookings))
            answer = await self.asked("POST", f"/v1/bookings/{code}/cancel")
            self.bookings.discard(code)
            self.storm.done["cancelled"] += answer.status_code == 200

    async def join(self) -> None:
        answer = await self.asked("POST", "/v1/waitlist", json={"slot_id": self.storm.a_slot()})
        self.storm.done["joined"] += answer.status_code == 201

    async def answer(self) -> None:
        """Say yes or no to an offer, or leave a queue."""
        found = await self.asked("GET", "/v1/waitlist")
        for one in found.json() if found.status_code == 200 else []:
            if one["state"] == "offered":
                deed = self.storm.dice.choice(("accept", "accept", "decline"))
                answer = await self.asked("POST", f"/v1/waitlist/{one['code']}/{deed}")
                if answer.status_code == 201:
                    self.bookings.add(answer.json()["code"])
                    self.storm.promised[answer.json()["code"]] = "accepted"
                self.storm.done[deed] += answer.status_code < 300
            elif one["state"] == "waiting" and self.storm.dice.random() < 0.2:
                answer = await self.asked("POST", f"/v1/waitlist/{one['code']}/leave")
                self.storm.done["left"] += answer.status_code == 200

    async def come(self) -> None:
        """Book for today if nothing is booked, and show the rotating code at the desk."""
        if not self.today:
            await self._keyed("reserved", "/v1/bookings", self.storm.dice.choice(self.storm.slots[0]), self.storm.key())
        if self.today:
            code = self.today.pop(0)
            answer = await self.asked("GET", f"/v1/bookings/{code}/check-in-code")
            if answer.status_code == 200:
                self.storm.arriving.append(answer.json()["code"])


class WindowClerk:
    """Somebody at a window, by the console's own forms: admits, calls, finishes, holds, gives walk-in numbers."""

    def __init__(self, house: walkers.House, storm: Storm, window: str) -> None:
        self.staff, self.storm, self.window = walkers.Staff(house), storm, window

    async def live(self) -> None:
        while self.storm.raging:
            with suppress(httpx.TransportError, AssertionError):  # not signed in: Redis is gone or has forgotten
                await self.work()
            await asyncio.sleep(self.storm.a_pause())

    async def work(self) -> None:
        if self.storm.arriving:
            await self.press("check-in", "admitted", code=self.storm.arriving.pop(0))
        if self.storm.dice.random() < 0.3:
            await self.press("walk-in", "walked in", department="police")
        await self.press("next", "called", window=self.window)
        page = await self.staff.http.get("/console/day/queue", params={"hall": HALL, "window": self.window})
        tickets = re.findall(r'id="(finish|recall|missed|hold|resume)-(\d+)"', page.text)
        if tickets:
            deed, ticket = self.storm.dice.choice(tickets)
            await self.press(deed, deed, window=self.window, ticket_id=ticket)

    async def press(self, address: str, deed: str, **fields: Any) -> None:
        """Press a button once; who is refused or hears nothing looks at the queue again."""
        answer = await self.staff.http.post(f"/console/day/{address}", data={"hall": HALL, **fields})
        if answer.status_code not in EXCUSED | {303}:
            self.storm.faults.append(f"{address}: {answer.status_code} {answer.text[:300]}")
        if answer.status_code in (401, 303):
            await self.staff.sign_in()
        self.storm.done[deed] += answer.status_code == 200
