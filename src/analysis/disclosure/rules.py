"""The thresholds below which nothing about people is shown, and where they come from."""

from collections.abc import Mapping
from dataclasses import dataclass

from analysis.errors import InputError

# Ten people in a cell is the threshold that the Office for National Statistics applies, among other principles, to outputs
# of its Longitudinal Study (advice of ONS, reproduced by the study's support unit CeLSIUS, celsius.lshtm.ac.uk/onscell.html).
# Ten, in a cell and as residual degrees of freedom, are also the defaults of acro, the checking tool that grew out of a
# Eurostat project (github.com/AI-SDC/ACRO, acro/default.yaml). Where such rules of thumb come from: S. Bond, M. Brandt and
# P.-P. de Wolf, Guidelines for the checking of output based on microdata research (2015,
# cros.ec.europa.eu/system/files/2024-02/Output-checking-guidelines.pdf), whose wording was not checked for these numbers.
MINIMUM_CELL = 10  # people in a cell, and behind a mean
MINIMUM_RESIDUAL_DF = 10  # observations less parameters of a model
LARGEST_SHARE = (
    0.9  # of a group in one category; above it the group itself is disclosed. Our value, after those guidelines
)
LOWEST_MINIMUM_CELL = 5  # our value: allowed only with a written reason; no cell of four or fewer is ever shown
# 5: what the Higher Education Statistics Agency rounds to (its page Rounding and suppression to anonymise statistics).
ROUNDING_BASES = (5, 10)

SINGLE_CASES = frozenset({"minimum", "maximum", "range", "mode", "outlier", "single case", "residual"})


@dataclass(frozen=True)
class Rules:
    """The rules of one run. A minimum below 10 needs a reason; `rounding_base` None means suppression."""

    minimum_cell: int = MINIMUM_CELL
    reason: str = ""
    rounding_base: int | None = None
    minimum_residual_df: int = MINIMUM_RESIDUAL_DF
    largest_share: float = LARGEST_SHARE

    @property
    def width(self) -> int:
        """How far apart the least and the greatest value of a hidden small cell must be for any reader.

        With suppression a reader must be left with as many values as lie below the threshold; with rounding, with as
        many as are rounded to zero: 0 to 4 of base 10, 0 to 2 of base 5.
        """
        return self.minimum_cell - 1 if self.rounding_base is None else (self.rounding_base - 1) // 2


def read_rules(params: Mapping[str, object], file: str = "params.yaml") -> Rules:
    """The rules that `params` asks for (`minimum_cell`, `reason`, `rounding_base`); raises InputError if not allowed."""
    unknown = sorted(set(params) - {"minimum_cell", "reason", "rounding_base"})
    if unknown:
        raise _refusal(file, unknown[0], "a setting of that name", "minimum_cell, reason or rounding_base", "remove it")
    minimum, reason, base = (
        params.get("minimum_cell", MINIMUM_CELL),
        str(params.get("reason") or ""),
        params.get("rounding_base"),
    )
    if not isinstance(minimum, int) or isinstance(minimum, bool) or minimum < LOWEST_MINIMUM_CELL:
        raise _refusal(
            file, "minimum_cell", repr(minimum), f"a whole number of at least {LOWEST_MINIMUM_CELL}", "raise it"
        )
    if minimum < MINIMUM_CELL and len(reason.split()) < 3:
        raise _refusal(
            file, "reason", repr(reason), f"a sentence, since minimum_cell is below {MINIMUM_CELL}", "write why"
        )
    if base is not None and base not in ROUNDING_BASES:
        raise _refusal(
            file, "rounding_base", repr(base), "5 or 10", "choose one of them, or leave it out to suppress cells"
        )
    return Rules(minimum, reason, base)  # type: ignore[arg-type]


MORE = "would show more"


def shows_more(minimum_cell: int, less_parted: str = "fewer and larger groups") -> str:
    """What would let a page show more, in words of prose: people taken together, or the lowest minimum where this is a higher one."""
    lower = f", or a minimum of {{={LOWEST_MINIMUM_CELL}}} with a reason in full,"
    return f"{less_parted}{lower if minimum_cell > LOWEST_MINIMUM_CELL else ''} {MORE}"


def _refusal(file: str, column: str, found: str, expected: str, action: str) -> InputError:
    return InputError(file, column=f"disclosure.{column}", found=found, expected=expected, action=action)
