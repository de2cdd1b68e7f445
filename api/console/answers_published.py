"""公开答复 and 常见问题: what of an answer everybody reads, taken back, or proposed for a guide."""

from typing import Annotated

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import page, scope
from api.console.consultations import theirs
from api.console.desk import RowId
from api.console.staff_session import STAFF
from feedback import faq_proposal, public_answers
from foundation.web import Asked, Routes
from identity import access
from identity.access import StaffMember

routes = Routes("公开答复", tag="console", error_page=page.refused)


class Rewritten(Asked):
    consultation_id: RowId
    question: Annotated[str, Meta(max_length=400)] = ""
    answer: Annotated[str, Meta(max_length=4000)] = ""


class Proposed(Rewritten, kw_only=True):
    slug: Annotated[str, Meta(max_length=64)]


class TakenBack(Asked):
    consultation_id: RowId
    code: Annotated[str, Meta(max_length=20)]
    why: Annotated[str, Meta(max_length=200)] = ""


@routes.page("/console/consultations/publish", method="POST", access=STAFF)
async def publish(request: Request, form: Rewritten, who: StaffMember) -> HTTPResponse:
    await theirs(form.consultation_id, who)
    made = await public_answers.publish(
        consultation_id=form.consultation_id, question=form.question, answer=form.answer, by=who.actor
    )
    return page.done(request, f"已公开，编号 {made.code}，市民和办事助手都能查到。")


@routes.page("/console/consultations/take-back", method="POST", access=STAFF)
async def take_back(request: Request, form: TakenBack, who: StaffMember) -> HTTPResponse:
    await theirs(form.consultation_id, who)
    await public_answers.take_back(code=form.code, why=form.why, by=who.actor)
    return page.done(request, "已撤下，不再公开。")


@routes.page("/console/consultations/propose", method="POST", access=STAFF)
async def propose(request: Request, form: Proposed, who: StaffMember) -> HTTPResponse:
    await theirs(form.consultation_id, who)
    access.require(who, *scope.ANSWERERS)
    draft = await faq_proposal.propose(
        consultation_id=form.consultation_id, slug=form.slug, question=form.question, answer=form.answer, by=who.actor
    )
    return page.done(request, f"已写入《{draft.sheet['name']}》指南草稿的常见问题，由知识编辑审核发布。")
