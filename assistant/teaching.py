"""Teaching: one group of questions made into an everyday name, a common question, or a synonym."""

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
