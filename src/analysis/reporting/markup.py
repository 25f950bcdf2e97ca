"""Text and numbers as HTML. Whatever comes from data is escaped here, so that it is read and never run."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from analysis.reporting.nodes import Block, Run
from analysis.results import Result

# Characters that HTML forbids or that turn the direction of the text around them; none belongs in a label.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
_WEB = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d+)?(?:[/?#][\w./?&=%+,;:@!~#$*()'-]*)?", re.ASCII)
_DIGIT = re.compile(r"\d")


MIME = "application/vnd.migrant-programme-evaluation.display+json"  # of displays in a notebook's outputs


@dataclass(frozen=True)
class Display:
    """Something a notebook cell shows: blocks of nodes, the results they name by id, and a readable text.

    In a notebook's output it stands as HTML, as text, and as data from which pages are made.
    """

    blocks: tuple[Block, ...]
    results: Mapping[str, Result] = field(default_factory=dict, repr=False)
    plain: str = ""

    @property
    def html(self) -> str:
        """The blocks as HTML."""
        from analysis.reporting.render import html

        return html(self.blocks, self.results)

    @property
    def run(self) -> Run:
        """The run of text of a display that is nothing else."""
        return list(self.blocks[0]["of"]) if self.blocks else []

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, object]:
        return {"text/html": self.html, "text/plain": self.plain, MIME: {"blocks": list(self.blocks)}}

    def __repr__(self) -> str:
        return self.plain


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


def kind_word(words: str) -> str:
    """How a number is known, in small words beside it; nothing beside a tally, which is of no kind."""
    return f'<small class="kind">{structural(words)}</small>' if words else ""


def tidy(text: str) -> str:
    """A page without trailing blanks and blank lines at its end."""
    return tidy_lines(text).strip() + "\n"


def tidy_lines(text: str) -> str:
    """A text without blanks at the ends of its lines."""
    return re.sub(r"[ \t]+\n", "\n", text)
