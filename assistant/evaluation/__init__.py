"""Measuring how well the assistant finds guides: `python -m assistant.evaluation --help` says what can be measured.

`foreign` reads a corpus and its questions, `disturbing` makes them worse as people do, `measuring` asks them all,
`summing` counts, `__main__` prints and writes. `colloquial.jsonl` are questions of ours about a corpus that is not ours
(the numbers of its guides): they measure, and nothing is answered from them.
"""
