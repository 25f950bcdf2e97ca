"""Text and numbers as HTML. Whatever comes from data is escaped here, so that it is read and never run."""

import html
import re
from dataclasses import dataclass

from analysis.results import Result

# Characters that HTML forbids or that turn the direction of the text around them; none belongs in a label.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
_WEB = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d+)?(?:[/?#][\w./?&=%+,;:@!~#$*()'-]*)?", re.ASCII)
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True)
class Display:
    """Something a notebook cell shows: as HTML on a page, as plain text everywhere else."""

    html: str
    plain: str

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return self.plain


NOTHING = Display("", "")  # where a section has said already that there is nothing to show


def clean(text: object) -> str:
    """A text without control, direction-changing and unencodable characters; each becomes a replacement mark.

    >>> clean("safe \\u202e txet")
    'safe � txet'
    """
    return _UNSAFE.sub("\ufffd", str(text))


def escape(text: object) -> str:
    """A text from data as it may stand between tags and inside quoted attributes.

    >>> escape("<b onclick='x'>")
    '&lt;b onclick=&#x27;x&#x27;&gt;'
    """
    return html.escape(clean(text), quote=True)


def is_web_address(text: str) -> bool:
    """Whether a text is the address of a web page and nothing else, and so may be made a link.

    >>> is_web_address("https://example.org/a?b=1"), is_web_address("javascript:x"), is_web_address("https://example.org/ x")
    (True, False, False)
    """
    return bool(_WEB.fullmatch(text))


def has_digit(text: object) -> bool:
    """Whether a reader would see a digit in it."""
    return bool(_DIGIT.search(str(text)))


def structural(text: object) -> str:
    """Escaped text whose digits name things (table numbers, claim ids, places in print) and measure nothing.

    >>> structural("Table 1"), structural("Women")
    ('<span data-structural>Table 1</span>', 'Women')
    """
    return f"<span data-structural>{escape(text)}</span>" if has_digit(text) else escape(text)


def number(result: Result, address: str = "") -> str:
    """A result's value, annotated with its id and kind; as a link where an address says where it comes from.

    >>> from analysis.results import Kind
    >>> number(Result("a.b", "Ratio", 4.67, "GBP per GBP", Kind.PUBLISHED, decimals=2))
    '<span class="num" data-result="a.b" data-kind="published">£4.67</span>'
    """
    marks = f' class="num"{_annotation(result)}'
    return (
        f'<a{marks} href="{escape(address)}">{escape(result.text)}</a>'
        if address
        else f"<span{marks}>{escape(result.text)}</span>"
    )


def interval(result: Result) -> str:
    """A result's interval, annotated likewise; `not available` where the result has no value either."""
    text = result.interval_text or "not available"
    return f'<span class="interval"{_annotation(result)} data-part="interval">{escape(text)}</span>'


def kind_word(words: str) -> str:
    """How a number is known, in small words beside it; nothing beside a tally, which is of no kind."""
    return f'<small class="kind">{structural(words)}</small>' if words else ""


def _annotation(result: Result) -> str:
    return f' data-result="{escape(result.id)}" data-kind="{escape(result.kind)}"'
