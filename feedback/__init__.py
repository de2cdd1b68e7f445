"""好差评, and 咨询 投诉 建议 answered by people.

`ratings` take a mark of what `subjects` finds finished, `levels` says what a mark must say; `words` decides what of it
everybody reads, `averages` publishes. A bad mark opens a `rectification`: `rectifying` works on it,
`rectification_appeals` decides whose it is, `mark_list` and `mark_figures` show it to staff.
`consultations` are asked and looked up (`consultation_lookup`), sent to a desk (`routing`) or the right door
(`right_door`), answered (`answering`), refused and appealed (`moderation`), read (`consultation_inbox`,
`consultation_figures`), published (`public_answers`), taught (`faq_proposal`), or come `from_chat`.
`traces` and `known_names` keep persons out of what is published; `lateness` reminds.
"""
