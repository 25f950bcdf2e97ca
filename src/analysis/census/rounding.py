"""How many digits an estimate can bear."""

import math

Z_95 = 1.959963984540054


def decimals_borne(low: float, high: float) -> int:
    """Decimal places to show of an estimate with the 95% interval low to high; negative: tens, hundreds ...

    The last digit shown is the place of the leading digit of the standard error, (high − low) / 2 / 1.96; further digits
    would be noise. An interval without width, or without end, gives 0: whole persons.

    >>> decimals_borne(4370, 5230)
    -2
    """
    width = high - low
    if not math.isfinite(width) or width <= 0:
        return 0
    return -math.floor(math.log10(width / 2 / Z_95) + 1e-12)


def rounded(value: float, decimals: int) -> float:
    """The value at that many decimals, halves away from zero; NaN stays NaN.

    >>> rounded(4850.0, -2)
    4900.0
    """
    if not math.isfinite(value):
        return value
    scale = 10.0**decimals
    return math.copysign(math.floor(abs(value) * scale + 0.5) / scale, value)
