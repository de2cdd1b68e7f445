"""How synonyms say no."""

from foundation.errors import Conflict, Invalid, NotFound


class SynonymTaken(Conflict):
    """其中一个词已经属于另一组同义词，一个词只能属于一组。请换一个词，或改用组里的第一个词。"""


class SynonymNotFound(NotFound):
    """没有这个同义词，它可能已被删去，请刷新页面查看。"""


class SynonymOfItself(Invalid):
    """请填写两个不同的词：市民的说法，和指南里的写法。"""
