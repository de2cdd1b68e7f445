"""Measuring how well the assistant finds guides: `python -m assistant.evaluation --help` says what can be measured.

`foreign` reads a corpus and its questions, `city` a catalogue folder, `disturbing` makes questions worse as people do,
`measuring` asks them all, `summing` counts, `__main__` prints and writes; `labelled` measures the labelled set.
`colloquial.jsonl` and `colloquial_again.jsonl` are questions of ours about a corpus that is not ours (the numbers of
its guides), `colloquial_city.jsonl` about the guides that are shipped: they measure, and nothing is answered from them.
"""
