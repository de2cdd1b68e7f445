"""The registers beside the real-name verifier: phones (三要素), faces (人脸), guardians (监护), companies (组织).

Signed and answered as `sandbox.realname`; a name 不一致 never fits.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from sanic import Blueprint, HTTPResponse, Request, response

from sandbox import codes, people, trouble
from sandbox.realname import Q, Question, Refused, asked, matches
from sandbox.world import World, world_of

registers = Blueprint("registers", url_prefix="/realname")
NEVER = "不一致"


class PhoneQuestion(Question):
    phone: str


class FaceQuestion(Question):
    token: str


class GuardianQuestion(msgspec.Struct):
    guardian: Question
    child: Question


class OrganisationQuestion(msgspec.Struct):
    """`legal_person` is left out by who only asks for code and name."""

    credit_code: str
    name: str
    legal_person: Question | None = None


class Company(msgspec.Struct, frozen=True):
    credit_code: str
    name: str
    legal_person: str


@cache
def companies() -> dict[str, Company]:
    """The demo companies of ``organisations.json`` by code."""
    rows = Path(__file__).with_name("organisations.json").read_bytes()
    return {one.credit_code: one for one in msgspec.json.decode(rows, type=list[Company])}


@registers.post("/phone", name="phone")
async def phone(request: Request) -> HTTPResponse:
    """{"match"}: a demo citizen's phone is their own; any other phone is believed but those that end in 0000."""

    def answer(_: World, question: PhoneQuestion) -> dict[str, Any]:
        held = next((one for one in people.citizens() if one.phone == question.phone), None)
        fits = held.name == question.name if held else not question.phone.endswith("0000")
        return {"match": fits and matches(question)}

    return await _answered(request, PhoneQuestion, answer)


@registers.post("/face", name="face")
async def face(request: Request) -> HTTPResponse:
    """{"match"}: the token was given for this number and not shown before."""

    def answer(world: World, question: FaceQuestion) -> dict[str, Any]:
        try:
            shown = codes.redeem(world, question.token, purpose="face")
        except (codes.Unknown, codes.Used):
            return {"match": False}
        return {"match": shown.account == question.id_number and matches(question)}

    return await _answered(request, FaceQuestion, answer)


@registers.post("/guardian", name="guardian")
async def guardian(request: Request) -> HTTPResponse:
    """{"match"}: every pair whose names fit is believed to be guardian and child."""

    def answer(_: World, question: GuardianQuestion) -> dict[str, Any]:
        return {"match": matches(question.guardian) and matches(question.child)}

    return await _answered(request, GuardianQuestion, answer)


@registers.post("/organisation", name="organisation")
async def organisation(request: Request) -> HTTPResponse:
    """{"match", "legal_person"}: of a code that is no demo company's, whoever asks is the legal person."""

    def answer(_: World, question: OrganisationQuestion) -> dict[str, Any]:
        known, legal = companies().get(question.credit_code), question.legal_person
        fits = known.name == question.name if known else NEVER not in question.name
        is_legal = legal is not None and matches(legal) and (known is None or known.legal_person == legal.id_number)
        return {"match": fits, "legal_person": fits and is_legal}

    return await _answered(request, OrganisationQuestion, answer)


async def _answered(request: Request, kind: type[Q], answer: Callable[[World, Q], dict[str, Any]]) -> HTTPResponse:
    world = world_of(request)

    async def handled(trouble_kind: str | None) -> HTTPResponse:
        try:
            return response.json(answer(world, asked(world, request, trouble_kind, kind)))
        except Refused as refusal:
            return response.json(refusal.body, status=refusal.status)

    return await trouble.through(request, "realname", handled)
