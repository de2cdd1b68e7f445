"""Whether everything is there that the guide asks for: uploaded, read from the licence library, or promised (容缺)."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from msgspec import Struct

from cases import forms
from cases.filing_errors import MaterialsMissing, MayNotFollow, PapersNotReady, UnknownMaterial
from cases.filing_models import Filing
from cases.filing_reading import FilingRead
from cases.forms import Form
from cases.paper_limits import LIVE
from cases.papers import READ, PaperRead, PaperView, view
from catalogue.item_sheet import Material
from foundation.questions import Asking, Question
from foundation.words import Verbatim


class MaterialState(Struct, frozen=True, kw_only=True):
    """One material of an application; `asked` is what a notice says of it.

    `how`：form 填表代替，licence 电子证照，papers 已上传，later 容缺后补，missing 待上传，not_needed 不涉及.
    """

    name: Verbatim
    note: str
    when: str
    licence: str
    needed: bool
    may_follow: bool
    promised: bool
    how: str
    licence_held: bool
    licence_until: str
    papers: list[PaperView]
    asked: str


class Held(Struct, frozen=True):
    """A licence that the library holds in place of a paper."""

    material: str
    valid_until: date | None


class Brought(Struct, frozen=True):
    """What came for an application."""

    papers: list[PaperRead] = []
    licences: list[Held] = []


BROUGHT = Question(
    Brought,
    f"""
select (select coalesce(json_agg(one), '[]') from (
          select {READ} from paper p where p.filing_id = f.id and p.state in {LIVE} order by p.id) as one) as papers,
       (select coalesce(json_agg(json_build_object('material', u.material, 'valid_until', u.valid_until) order by u.id),
               '[]')
          from licence_use u where u.filing_id = f.id and u.outcome = 'held') as licences
  from filing f where f.code = asked.code""",
    code="text",
)


def promises(form: Form, names: Collection[str]) -> list[str]:
    """The materials that are to follow, in the guide's order. Raises UnknownMaterial, MayNotFollow."""
    for name in names:
        material = form.material(name)
        if material is None:
            raise UnknownMaterial(detail={"material": name})
        if not material.may_follow:
            raise MayNotFollow(detail={"material": name})
    return [one.name for one in form.materials if one.name in set(names)]


async def must_be_complete(row: Filing, form: Form) -> None:
    """With the row locked. Raises MaterialsMissing with one sentence for each, PapersNotReady."""
    states = of(row, form, await brought(row.code))
    if any(paper.state in ("receiving", "scanning") for one in states for paper in one.papers):
        raise PapersNotReady
    missing = [one for one in states if one.how == "missing"]
    if missing:
        raise MaterialsMissing(detail=[{"field": one.name, "problem": f"请上传“{one.name}”"} for one in missing])


def brought(code: str) -> Asking[Brought]:
    return BROUGHT.asking(code, then=lambda found: found[0] if found else Brought())


def of(row: Filing | FilingRead, form: Form, came: Brought) -> list[MaterialState]:
    """Every material of the guide, and how it is met."""
    papers = defaultdict[str, list[PaperView]](list)
    for paper in came.papers:
        papers[paper.material].append(view(paper))
    held = {one.material: one for one in came.licences}
    asked = {one["material"]: one["why"] for one in row.missing}
    return [_state(one, row, papers[one.name], held.get(one.name), asked.get(one.name, "")) for one in form.materials]


def _state(
    material: Material, row: Filing | FilingRead, papers: list[PaperView], held: Held | None, asked: str
) -> MaterialState:
    needed = forms.must_be_there(material) or bool(asked and not forms.filled_on_line(material))
    promised = material.name in row.promised
    return MaterialState(
        name=material.name,
        note=material.note or "",
        when=material.when or "",
        licence=material.licence or "",
        needed=needed,
        may_follow=material.may_follow,
        promised=promised,
        how=_how(material, _counting(papers, row, asked), held is not None, promised, needed),
        licence_held=held is not None,
        licence_until=held.valid_until.isoformat() if held and held.valid_until else "",
        papers=papers,
        asked=asked,
    )


def _counting(papers: list[PaperView], row: Filing | FilingRead, asked: str) -> list[PaperView]:
    """Of what a notice asked for, only what came after it."""
    since = row.returned_at
    return [one for one in papers if one.at > since] if asked and since else papers


def _how(material: Material, papers: list[PaperView], held: bool, promised: bool, needed: bool) -> str:
    if papers:
        return "papers"
    if held:
        return "licence"
    if forms.filled_on_line(material):
        return "form"
    if promised:
        return "later"
    return "missing" if needed else "not_needed"
