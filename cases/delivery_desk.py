"""The result of one's own case on one page: files to download, where it is, and what may still be chosen."""

from dataclasses import dataclass

from msgspec import Struct

from cases import delivering, delivery_tracking, forms, lookup, papers, results
from cases.delivery_tracking import DeliveryView
from cases.papers import PaperView
from catalogue.errors import ItemNotFound
from foundation.actor import Actor
from foundation.questions import Question, ask_as_one


@dataclass(frozen=True, kw_only=True)
class ResultView:
    """`halls` are (code, name) of where it can be fetched."""

    offered: list[str]
    halls: list[tuple[str, str]]
    delivery: DeliveryView | None
    results: list[PaperView]


class _Case(Struct, frozen=True):
    citizen_id: int | None
    item_code: str
    stage: str


CASE = Question(
    _Case, "select citizen_id, item_code, stage from case_file where case_no = asked.case_no", case_no="text"
)


async def of_case(*, case_no: str, by: Actor) -> ResultView:
    """Raises CaseNotFound for everybody but the applicant and whom they entrusted with it."""
    await ask_as_one(
        found := CASE.asking(case_no, then=lambda rows: rows[0] if rows else None),
        delivery := delivery_tracking.of_case(case_no),
        made := results.of_case(case_no),
    )
    case = await lookup.theirs(found.answer, by.number)
    ways, halls = await _offered(case.item_code)
    return ResultView(
        offered=[] if case.stage in delivering.COME_TO_NOTHING else ways,
        halls=halls,
        delivery=delivery_tracking.view(delivery.answer),
        results=[papers.view(one) for one in made.answer],
    )


async def _offered(item_code: str) -> tuple[list[str], list[tuple[str, str]]]:
    """Nothing for an item that is in no catalogue of ours."""
    try:
        ways, page = await forms.result_of(item_code)
    except ItemNotFound:
        return [], []
    return delivering.offered(ways), [(one.code, one.name) for one in page.halls]
