"""The names under which disclosure control judges statistics that stand beside protected counts (`Basis.by`)."""

BASE = "how many answered"
DIRECTIONS = ("improved", "same", "worse")  # shares; so are those of `share_at` and `best_at`
NET, INTERVAL, HOLM = (
    "share improved less share worse",
    "Tango's interval of that difference",
    "McNemar's test after Holm",
)
RANK, PRATT, RESAMPLED = "rank-biserial correlation", "rank-biserial correlation, Pratt", "bootstrap intervals"
ODDS, ODDS_INTERVAL = "odds ratio of the ordered logit", "interval of that odds ratio"
MEANS, T_INTERVALS, SPREADS, THRESHOLD, THRESHOLD_INTERVAL = (
    "means",
    "t intervals of the means",
    "standardised changes",
    "change at a threshold",
    "interval and test at a threshold",
)
WORST = "worst-case change among those who did not answer"
IMPUTED, IMPUTED_SIDE, IMPUTED_INTERVAL = (
    "mean change with imputed answers",
    "side of zero on which its interval lies",
    "interval of that mean and its tipping point",
)
SHIFT = "response shift"
UPPER_BAND, BEST = "in the upper band {row}", "best answer {row}"
