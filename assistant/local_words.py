"""Local words (本地说法): what people of a place say for a word of the guides, in use there at once."""

from assistant import analysis, knowledge_bases
from assistant.knowledge_base_errors import LocalWordNotFound, LocalWordTaken
from assistant.knowledge_base_models import LocalWord
from catalogue.synonym_errors import SynonymOfItself
from foundation import database
from foundation.actor import Actor


async def of_base(base_id: int) -> list[LocalWord]:
    """The words of a base."""
    return await LocalWord.filter(base_id=base_id).order_by("id")


async def add(*, base_id: int, said: str, word: str, by: Actor) -> LocalWord:
    """Raises BaseNotFound, BaseIsTheCity, SynonymOfItself, LocalWordTaken."""
    said, word = said.strip(), word.strip()
    if not said or not word or analysis.canon(said) == analysis.canon(word):
        raise SynonymOfItself
    async with database.transaction():
        base = await knowledge_bases.locked(base_id, below_the_city=True)
        known = {analysis.canon(one.said) for one in await of_base(base_id)}
        if analysis.canon(said) in known:
            raise LocalWordTaken
        made = await LocalWord.create(base=base, said=said, word=word)
        await knowledge_bases.changed("local.worded", base, by, detail={"words": f"{said}＝{word}"})
        return made


async def remove(*, base_id: int, word_id: int, by: Actor) -> None:
    """Raises BaseNotFound, LocalWordNotFound."""
    async with database.transaction():
        base = await knowledge_bases.locked(base_id)
        row = await LocalWord.get_or_none(id=word_id, base_id=base_id)
        if row is None:
            raise LocalWordNotFound
        await row.delete()
        await knowledge_bases.changed("local.unworded", base, by, detail={"words": f"{row.said}＝{row.word}"})
