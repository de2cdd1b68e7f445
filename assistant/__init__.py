"""The assistant (智能问答): finds the guide a citizen means, answers in the guide's own sentences, or says it does not know.

`corpus` is what may be answered from, `analysis` and `pinyin` turn text into terms, `index` finds guides, `ranking` orders
them, `confidence` decides how sure that is, `dialogue` holds the conversation, `answering` words the reply and `navigation`
offers the next step. None of these knows a database or HTTP; `knowledge` and `asking` bring the catalogue and the citizen.
"""
