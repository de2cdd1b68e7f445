"""The result of one's own case on one page: files to download, where it is, and what may still be chosen."""

from collections.abc import Sequence
from dataclasses import dataclass

from cases import delivering, delivery_tracking, forms, lookup, results
from cases.delivery_tracking import DeliveryView
from cases.models import Case
from cases.papers import PaperView
from catalogue.errors import ItemNotFound
from foundation.actor import Actor


@dataclass(frozen=True, kw_only=True)
class ResultView:
    """`halls` are (code, name) of where it can be fetched."""

    offered: list[str]
    halls: list[tuple[str, str]]
    delivery: DeliveryView | None
    results: Sequence[PaperView]


async def of_case(*, case_no: str, by: Actor) -> ResultView:
    """Raises CaseNotFound for everybody but the applicant and whom they entrusted with it."""
    case = await lookup.mine_or_entrusted(case_no=case_no, citizen_id=by.number)
    ways, halls = await _offered(case)
    return ResultView(
        offered=[] if case.stage in delivering.COME_TO_NOTHING else ways,
        halls=halls,
        delivery=await delivery_tracking.of_case(case.id),
        results=await results.of_case(case.id),
    )


async def _offered(case: Case) -> tuple[list[str], list[tuple[str, str]]]:
    """Nothing for an item that is in no catalogue of ours."""
    try:
        ways, page = await forms.result_of(case.item_code)
    except ItemNotFound:
        return [], []
    return delivering.offered(ways), [(one.code, one.name) for one in page.halls]
