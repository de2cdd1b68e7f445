"""The assistant (智能问答): finds the guide that is meant and answers in its own sentences, or says it does not know.

`corpus` is what may be answered from, `elsewhere` what has no guide here; `analysis`, `segmenting`, `pinyin`,
`everyday` and `terms` turn text into terms; `weighing` lays guides out as `postings` and `names`, a `layer`
holds them, `base` all of one edition; `index` finds guides, `ranking` orders them, `semantic` knows what names
mean, `confidence` says how sure that is; `question`, `aspects` and `places` take a message apart, `safety`
keeps danger from the search, `choosing` decides which guide is meant, `pinpointing` finds the place in it,
`answering` quotes it, `navigation` offers the next step, `dialogue` holds it together; `evaluation` measures
and `fitting` fits.
`knowledge_bases` are the city's and those of places and departments: `local_guides` and `local_words` say what differs
there, `local_view` lays it over the city, `localities` and `whereabouts` tell which is meant, `thresholds` how sure one
must be; `search_engine_use` finds guides where they are too many for one machine.
`learning` gathers what was missed, `teaching` makes something of it, `effect` shows what that would change in the
`labelling` set; `hit_test` takes scores apart, `quality` counts.
`filed` hands what nobody took up to the consultations, `filed_answers` brings back what was said of it;
`answered_before` offers published answers where no guide tells.
None of the first knows a database or HTTP: `reading`, `knowledge` and `asking` bring the catalogue and the citizen.
"""
