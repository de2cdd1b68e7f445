"""Synonyms (同义词): groups of words, the word of the guides first, then what people say instead."""

import functools

from catalogue import edition, intake
from catalogue.models import SynonymGroup
from catalogue.synonym_errors import SynonymNotFound, SynonymOfItself, SynonymTaken
from foundation import audit, database
from foundation.actor import Actor


async def groups() -> list[list[str]]:
    """All groups in their order."""
    return [group.words for group in await SynonymGroup.all().order_by("id")]


async def holding(words: str) -> list[SynonymGroup]:
    """The groups in which a word holds `words`; all without."""
    known = await SynonymGroup.all().order_by("id")
    return [one for one in known if any(words.strip() in word for word in one.words)]


async def remove(*, group_id: int, said: str, by: Actor) -> None:
    """People's word `said` means the group's first one no more; a group of one word is none. Raises SynonymNotFound."""
    async with database.transaction() as tx:
        await tx.execute(intake.ONE_AT_A_TIME)
        group = await SynonymGroup.get_or_none(id=group_id)
        if group is None or said not in group.words[1:]:
            raise SynonymNotFound
        word, *others = group.words
        group.words = [word, *(one for one in others if one != said)]
        await (group.save() if len(group.words) > 1 else group.delete())
        detail = {"words": f"{said}＝{word}"}
        await audit.record("synonym.removed", subject=f"synonym:{group_id}", by=by, detail=detail)
        await database.after_commit(functools.partial(edition.shout, await edition.move_on()))


async def add(*, said: str, word: str, by: Actor) -> SynonymGroup:
    """People say `said` where the guides say `word`; the bot knows it at once. A word is in one group only.

    Raises SynonymOfItself, SynonymTaken.
    """
    said, word = said.strip(), word.strip()
    if said == word or not said or not word:
        raise SynonymOfItself
    async with database.transaction() as tx:
        await tx.execute(intake.ONE_AT_A_TIME)
        known = await SynonymGroup.all().order_by("id")
        if any(said in group.words or word in group.words[1:] for group in known):
            raise SynonymTaken
        group = next((one for one in known if one.words[0] == word), None) or SynonymGroup(words=[word])
        group.words = [*group.words, said]
        await group.save()
        detail = {"words": f"{said}＝{word}"}
        await audit.record("synonym.added", subject=f"synonym:{group.id}", by=by, detail=detail)
        await database.after_commit(functools.partial(edition.shout, await edition.move_on()))
    return group
