"""Teaching: one group of questions made into an everyday name, a common question, a synonym, or part of a section."""

from collections.abc import Callable
from typing import Any

from assistant import analysis, learning
from assistant.learning_errors import NameKnown
from assistant.learning_models import QuestionCluster
from catalogue import drafting, synonyms
from catalogue.draft_models import GuideDraft
from foundation import database
from foundation.actor import Actor

Written = Callable[[dict[str, Any]], dict[str, Any]]
"""A sheet with what is to be taught."""


def _material(text: str) -> dict[str, Any]:
    """The first line is what it is called, the others are its note."""
    name, _, note = text.partition("\n")
    return {"name": name.strip(), **({"note": note.strip()} if note.strip() else {})}


def _step(text: str) -> dict[str, Any]:
    name, _, rest = text.partition("\n")
    return {"name": name.strip(), "text": rest.strip() or name.strip()}


ELEMENTS: dict[str, Callable[[str], Any]] = {
    "conditions": str, "materials": _material, "steps": _step, "notes": str,
}  # fmt: skip
"""Elements of a guide that are lists, and a text as an entry of each."""


async def as_name(*, cluster_id: int, slug: str, name: str, by: Actor) -> GuideDraft:
    """An everyday name (日常说法) more in the saved draft of a guide; somebody else publishes it.

    Raises NameKnown, ItemNotFound, DraftNotOpen while that draft waits for review, ClusterNotFound, ClusterDecided.
    """
    name = name.strip()

    def written(sheet: dict[str, Any]) -> dict[str, Any]:
        _must_be_new(name, [sheet["name"], *sheet["aliases"]])
        return {**sheet, "aliases": [*sheet["aliases"], name]}

    return await _in_draft(cluster_id, slug, written, {"what": "named", "words": name}, by)


async def as_question(*, cluster_id: int, slug: str, question: str, answer: str, by: Actor) -> GuideDraft:
    """A common question (常见问题) more in the saved draft of a guide. Raises what `as_name` does."""
    question = question.strip()
    written = _with_question(question, answer.strip())
    return await _in_draft(cluster_id, slug, written, {"what": "questioned", "words": question}, by)


async def as_section(*, cluster_id: int, slug: str, element: str, text: str, by: Actor) -> GuideDraft:
    """An entry more in an element of a guide's draft (`ELEMENTS`). Raises what `as_name` does."""
    text = text.strip()
    entry = ELEMENTS[element](text)

    def written(sheet: dict[str, Any]) -> dict[str, Any]:
        told = [one if isinstance(one, str) else one["name"] for one in sheet.get(element) or []]
        _must_be_new(entry if isinstance(entry, str) else entry["name"], told)
        return {**sheet, element: [*(sheet.get(element) or []), entry]}

    outcome = {"what": "sectioned", "words": text.splitlines()[0][:60]}
    return await _in_draft(cluster_id, slug, written, outcome, by)


async def question_in_draft(*, slug: str, question: str, answer: str, by: Actor) -> GuideDraft:
    """The same within a transaction, for what is no group. Raises NameKnown, ItemNotFound, DraftNotOpen."""
    database.joined()
    return await _saved(slug, _with_question(question, answer), by)


async def as_synonym(*, cluster_id: int, said: str, word: str, by: Actor) -> QuestionCluster:
    """What people say for a word of the guides, in use at once.

    Raises SynonymTaken, SynonymOfItself, ClusterNotFound, ClusterDecided.
    """
    outcome = {"what": "worded", "words": f"{said.strip()}＝{word.strip()}"}
    async with database.transaction():
        await synonyms.add(said=said, word=word, by=by)
        return await learning.decide(cluster_id, state="done", by=by, outcome=outcome)


def _with_question(question: str, answer: str) -> Written:
    def written(sheet: dict[str, Any]) -> dict[str, Any]:
        told = [way for faq in sheet["faqs"] for way in (faq["question"], *faq.get("also", ()))]
        _must_be_new(question, told)
        return {**sheet, "faqs": [*sheet["faqs"], {"question": question, "answer": answer}]}

    return written


async def _in_draft(cluster_id: int, slug: str, written: Written, outcome: dict[str, Any], by: Actor) -> GuideDraft:
    async with database.transaction():
        saved = await _saved(slug, written, by)
        await learning.decide(cluster_id, state="done", by=by, outcome={**outcome, "slug": slug, "draft_id": saved.id})
        return saved


async def _saved(slug: str, written: Written, by: Actor) -> GuideDraft:
    draft = await drafting.begin(slug=slug, by=by)
    return await drafting.save(draft_id=draft.id, revision=draft.revision, sheet=written(draft.sheet), by=by)


def _must_be_new(words: str, known: list[str]) -> None:
    if analysis.canon(words) in map(analysis.canon, known):
        raise NameKnown
