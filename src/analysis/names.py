"""Names from data, in any script: one normal form, and which characters a name may have."""

import re
from functools import cache
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

# Letters of any script with their marks, and the two joiners that Persian and the scripts of India write between letters.
_LETTERS = "\\p{L}\\p{M}\\p{N}\u200c\u200d"
_SIGNS = " .,:/()#&+'‘’·・،؛、。，：（）「」『』《》〈〉【】፡፣׳״"  # no < > = ; { } and no double quotes: neither markup nor a formula can pass
_SHAPELESS = re.compile("[\u200b\u200e\u200f\u061c\ufeff]")
_BEGIN = r"[\p{L}\p{N}_]"


def pattern(most: int) -> str:
    """What a name of up to `most` characters matches: letters, digits, dashes and plain signs, a letter or digit first.

    In the regular expressions of pydantic and of JSON schemas, which know the categories of Unicode; `\\w` of Python's
    knows no combining marks.
    """
    return rf"^{_BEGIN}[{_LETTERS}_{_SIGNS}\p{{Pd}}]{{0,{most - 1}}}$"


_PROPER = {"English", "Welsh", "Roma", "European", "British"}  # languages and peoples keep their capital
CODE = rf"^[\p{{L}}\p{{N}}][{_LETTERS}_.:\-]{{0,23}}$"  # without blanks


def in_sentence(label: str) -> str:
    """A label within a sentence: its first letter small, unless its first word is a name, an abbreviation or holds a digit.

    >>> in_sentence("Wellbeing (SWEMWBS)"), in_sentence("GAD-7"), in_sentence("Speaking English"), in_sentence("English")
    ('wellbeing (SWEMWBS)', 'GAD-7', 'speaking English', 'English')
    """
    first = label.partition(" ")[0]
    plain = first.strip(",:;") not in _PROPER and not any(letter.isupper() or letter.isdigit() for letter in first[1:])
    return label[:1].lower() + label[1:] if plain else label


def normal(text: str) -> str:
    """The form in which names are kept and compared: accents and letters as one character (NFC), single blanks, and none of
    the marks without a shape that programs put around words written from the right.

    >>> normal("Cafe\\u0301\\u00a0 A") == "Caf\\u00e9 A"
    True
    """
    from unicodedata import normalize

    return " ".join(normalize("NFC", _SHAPELESS.sub("", text)).split())


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


def described(of: str) -> str:
    """What a text that has to match a pattern is expected to be, in words where the pattern is one of a few kinds.

    >>> described(pattern(64)), described(r"^[a-z][a-z0-9_]*$"), described(r"^x$")
    ('a name of letters, digits and plain signs', 'small letters, digits and _, a letter first', 'text of the form ^x$')
    """
    if of.startswith(rf"^{_BEGIN}[{_LETTERS}"):
        return "a name of letters, digits and plain signs"
    return _FORMS.get(of, f"text of the form {of}")


_FORMS = {
    r"^\d{0,2}$": "a whole number of at most two digits",
    CODE: "a code without blanks, such as E6",
    r"^[a-z][a-z0-9_]*$": "small letters, digits and _, a letter first",
    r"^[a-z][a-z0-9_]{0,63}$": "small letters, digits and _, a letter first",
    r"^[a-z_]{1,40}$": "small letters and _",
    r"^[A-Z]{2,4}$": "two to four capital letters",
    r"^[A-Z]{2,4}-\d{3,}$": "capital letters, a hyphen and at least three digits, such as AB-001",
    r"^[A-Za-z0-9]{1,9}$": "a code of letters and digits, such as E06000044",
    r"^(\d{4}-\d{2}-\d{2})?$": "a day as yyyy-mm-dd, or nothing",
    r"^\d{4}(-\d{2}(-\d{2})?)?$": "a year, a month or a day as yyyy, yyyy-mm or yyyy-mm-dd",
}


@cache
def _adapter(of: str) -> TypeAdapter[str]:
    return TypeAdapter(Annotated[str, Field(pattern=of)])


def _matches(of: str, text: str) -> bool:
    try:
        _adapter(of).validate_python(text)
    except ValidationError:
        return False
    return True
