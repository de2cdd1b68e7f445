"""The assistant (智能问答): finds the guide a citizen means and answers in its own sentences, or says it does not know.

`corpus` is what may be answered from; `analysis`, `pinyin` and `terms` turn text into terms; `index` finds guides,
`ranking` orders them, `confidence` says how sure that is; `question` and `aspects` take a message apart, `choosing`
decides which guide is meant, `answering` quotes it, `navigation` offers the next step, `dialogue` holds it together.
None of these knows a database or HTTP: `knowledge` and `asking` bring the catalogue and the citizen.
"""
