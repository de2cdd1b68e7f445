"""Wording: what people say differently from how it is written in the guides (同义词), and names in both wordings."""

from collections.abc import Mapping
from dataclasses import replace

from assistant import analysis
from assistant.corpus import QUESTION, VARIANT, GuideDocument, Section


class Wording:
    """`synonyms` says which words of the guides (values) people say differently (keys)."""

    def __init__(self, synonyms: Mapping[str, str]) -> None:
        meant = {analysis.canon(said): analysis.canon(word) for said, word in synonyms.items()}
        self._meant = {said: meant[said] for said in sorted(meant, key=len, reverse=True)}

    def ours(self, text: str) -> str:
        """Canonical text in the words of the guides."""
        for said, meant in self._meant.items():
            if said in text and meant not in text:
                text = text.replace(said, meant)
        return text

    def both(self, document: GuideDocument) -> GuideDocument:
        """A guide that can also be found by its names in the words of the guides, as questions are."""
        return replace(
            document,
            aliases=self._with_ours(document.aliases),
            sections=tuple(self._section(section) for section in document.sections),
        )

    def _section(self, section: Section) -> Section:
        if section.kind not in (QUESTION, VARIANT):
            return section
        return replace(section, also=self._with_ours((section.title, *section.also))[1:])

    def _with_ours(self, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*names, *(self.ours(analysis.canon(name)) for name in names))))
