"""English at joining against time in the UK: how fast newcomers learn without support, as far as one moment can tell.

Everybody was seen once, so a slope over people stands in for a path over time. It is one only if those who came
earlier did not differ from those who came later in anything else that matters for English.

| module | what it does |
| --- | --- |
| `sample` | the people with both answers, and the forms time may take in a model |
| `models` | least squares with HC3 errors, gain over a year, fitted band, ordered logit, Spearman |
| `influence` | whether any one person carries the result, without saying who |
| `specification` | the same gain under every combination of choices, arbitrary ones apart from principled ones |
"""
