"""What published figures allow: the range that all records consistent with them could give, exact wherever it can be.

Nothing here knows a study. The figures come in as arguments (from the claims), the answers go out as plain tables.
These modules rest on `quantities` alone, so that domain modules may use them.

| module | what is known | what follows |
| --- | --- | --- |
| `intervals` | a count and its base, two of them, or a correlation | Wilson, Newcombe and Fisher intervals |
| `r_squared` | R² of a sample | an interval for R² in the population |
| `correlation` | R² as printed, a range of sample sizes | slope, F, t, p-value, intervals; smallest size that would be significant |
| `paired` | two means on a bounded scale | share improved, standardised change, p-values |
| `wilcoxon` | the same | the range of Wilcoxon p-values found by search |
| `groups` | percentages of groups of unknown size | every possible group size and count |
| `brackets` | how many people fall in each bracket, and the total | quartiles, top shares, Gini, the whole attendance curve |
| `splits` | a number of contacts and their value | every possible split by type, and what all splits share |
"""
