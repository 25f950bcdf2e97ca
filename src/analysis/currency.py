"""Currencies: their codes, signs and names, and texts of a page in the currency of its study."""

import re

DEFAULT = "GBP"
_KNOWN = {
    "GBP": ("£", "pound", "pounds"),
    "EUR": ("€", "euro", "euros"),
    "USD": ("$", "US dollar", "US dollars"),
    "AUD": ("A$", "Australian dollar", "Australian dollars"),
    "CAD": ("C$", "Canadian dollar", "Canadian dollars"),
    "NZD": ("NZ$", "New Zealand dollar", "New Zealand dollars"),
}
_MONEY = re.compile(r"([A-Z]{3})\b")
_DATA = re.compile(r"(\{[^{}]*\})")  # results and names from data in a template, which are left as they are


def currency_of(unit: str) -> str:
    """The code of the currency that a unit begins with; empty if it is no money.

    >>> currency_of("EUR per week"), currency_of("people"), currency_of("GBP")
    ('EUR', '', 'GBP')
    """
    found = _MONEY.match(unit)
    return found[1] if found else ""


def sign(code: str) -> str:
    """The sign before an amount: that of the currency, or its code and a space that does not break.

    >>> sign("EUR"), sign("CHF")
    ('€', 'CHF\\xa0')
    """
    return _KNOWN[code][0] if code in _KNOWN else f"{code}\N{NO-BREAK SPACE}"


def names(code: str) -> tuple[str, str]:
    """The currency's name, for one and for several.

    >>> names("EUR"), names("CHF")
    (('euro', 'euros'), ('CHF', 'CHF'))
    """
    return _KNOWN[code][1:] if code in _KNOWN else (code, code)  # type: ignore[return-value]


def with_sign(unit: str) -> str:
    """A unit with the sign of its currency in place of the code.

    >>> with_sign("EUR per week"), with_sign("people")
    ('€ per week', 'people')
    """
    code = currency_of(unit)
    return unit.replace(code, sign(code).strip()) if code else unit


def in_currency(text: str, code: str) -> str:
    """A unit or a template of our own, written in pounds, in another currency; names from data in it stay.

    >>> in_currency("Value for each pound, {=Lost pounds}", "EUR"), in_currency("GBP per GBP", "EUR")
    ('Value for each euro, {=Lost pounds}', 'EUR per EUR')
    """
    if code == DEFAULT:
        return text
    one, several = names(code)
    swaps = (
        (r"\bGBP\b", code),
        (r"£", sign(code)),
        (r"\bpounds\b", several),
        (r"\bpound\b", one),
        (r"\bPounds\b", several.capitalize()),
    )
    parts = _DATA.split(text)
    for place in range(0, len(parts), 2):
        for pattern, new in swaps:
            parts[place] = re.sub(pattern, new, parts[place])
    return "".join(parts)
