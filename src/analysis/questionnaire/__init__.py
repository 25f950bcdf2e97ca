"""Questionnaires before and after: what changed, for how many, how surely, and for whom it is not known.

| module | what it does |
| --- | --- |
| `answers` | items, the rule for missing answers, pairs of answers |
| `shift` | shift tables, shares improved, same and worse, thresholds, ceiling |
| `proportions` | McNemar, Stuart-Maxwell, Tango and Newcombe for paired shares |
| `change` | mean change, d_z and d_av, rank-biserial correlation, Wilcoxon, bootstrap intervals |
| `ordinal` | ordered logit as a check that does not treat the scale as equally spaced |
| `attrition` | who did not answer, and what their answers could do to the result |
| `response_shift` | looking back against having asked beforehand |
| `summary` | one row for each item, with Holm's correction over a stated list |

Changes are signed so that positive means better. Nothing here decides what may be shown: see `analysis.disclosure`.
"""
