"""Names from data, in any script: one normal form, and which characters a name may have."""

from functools import cache
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

# Letters of any script with their marks, and the two joiners that Persian and the scripts of India write between letters.
_LETTERS = "\\p{L}\\p{M}\\p{N}\u200c\u200d"
_SIGNS = " .,:/()#&+'‘’·・،、׳״"  # no < > = ; { } and no double quotes: neither markup nor a formula can pass
_BEGIN = r"[\p{L}\p{N}_]"


def pattern(most: int) -> str:
    """What a name of up to `most` characters matches: letters, digits, dashes and plain signs, a letter or digit first.

    In the regular expressions of pydantic and of JSON schemas, which know the categories of Unicode; `\\w` of Python's
    knows no combining marks.
    """
    return rf"^{_BEGIN}[{_LETTERS}_{_SIGNS}\p{{Pd}}]{{0,{most - 1}}}$"


CODE = rf"^[\p{{L}}\p{{N}}][{_LETTERS}_.:\-]{{0,23}}$"  # without blanks


def normal(text: str) -> str:
    """The form in which names are kept and compared: accents and letters as one character (NFC), single blanks.

    >>> normal("Cafe\\u0301\\u00a0 A") == "Caf\\u00e9 A"
    True
    """
    from unicodedata import normalize

    return " ".join(normalize("NFC", text).split())


def is_name(text: str, most: int = 64) -> bool:
    """Whether a text is a name of `pattern`.

    >>> is_name("हिन्दी – सुबह"), is_name("<b>"), is_name("=1+1")
    (True, False, False)
    """
    return _matches(pattern(most), text)


def is_code(text: str) -> bool:
    """Whether a text is a code for a person, such as E6: no blank, and at least one digit, so that it is no name.

    >>> is_code("E6"), is_code("学员3"), is_code("Amina"), is_code("Interview 1")
    (True, True, False, False)
    """
    return any(sign.isdigit() for sign in text) and _matches(CODE, text)


@cache
def _adapter(of: str) -> TypeAdapter[str]:
    return TypeAdapter(Annotated[str, Field(pattern=of)])


def _matches(of: str, text: str) -> bool:
    try:
        _adapter(of).validate_python(text)
    except ValidationError:
        return False
    return True
