"""What may be shown of people's answers, and the proof that what is shown gives nobody away.

| module | what it does |
| --- | --- |
| `rules` | the thresholds, with their sources, and the rules of one run |
| `decisions` | the record of each decision; single statistics, models and figures |
| `tables` | tables of people with all their margins, and how a protected one is shown |
| `reader` | what a reader can work out from every published cell together (linear programming) |
| `protect` | primary and secondary suppression, rounding, the most telling first, and the proof |
| `merged` | three counts of the same people: the form that loses least of those that leave every hidden count open |
| `witness` | complete sets of answers that fit all that is shown, so that hidden counts are open |
| `scan` | the search of finished pages for anything about single people |

The words of the field are used: primary suppression hides a sensitive cell, secondary suppression hides others so that
the first cannot be worked out.
"""
