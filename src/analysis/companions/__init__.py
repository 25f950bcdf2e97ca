"""The pages of a study beside its appendices: overview, assumptions, methods, data dictionary.

They are made at publication, from results, raw tables and the appendices themselves; no stage of the pipeline depends on
them, so that a word changed here reruns no notebook.
"""
