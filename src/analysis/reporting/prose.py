"""Sentences with results in them: `{id}` becomes an annotated number; the rest is escaped text with a little markup.

| written | shown |
| --- | --- |
| `{id}` | the result's value, then how it is known |
| `{id|bare}` | the value alone |
| `{id|:people}` | the value, the noun it counts, then how it is known |
| `{id|interval}`, `{id|interval|bare}` | the interval, with and without how it is known |
| `{@name}` | a link to the table or figure of that name: Table 1 |
| `{@05_sroi:parts}` | a link to a table, figure or result of another appendix of the study, or to one of its other pages |
| `{=CP-012, line 40}` | digits that name and do not measure: claim ids, places in print, dates of sources; `named(text)` for any text from data |
| `**bold**`, `*italic*`, a text in backticks, `[text](#anchor)` | as in Markdown |
| `{{`, `}}` | a brace |

A blank line starts a new paragraph; lines that start with `- ` make a list.
"""

import difflib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from analysis.errors import InputError
from analysis.reporting.markup import Display, escape, has_digit, interval, kind_word, number
from analysis.results import Result

_TOKEN = re.compile(
    r"(?P<brace>\{\{|\}\})|\{(?P<field>[^{}]*)\}|`(?P<code>[^`]+)`|\*\*(?P<bold>\S(?:.*?\S)??)\*\*(?!\*)"
    r"|\*(?P<italic>[^\s*](?:[^*]*[^\s*])?)\*|\[(?P<label>[^\]]+)\]\((?P<href>[^()\s]+)\)",
    re.DOTALL,
)
_HREF = re.compile(r"https?://[^\s]+|#[^\s]+|(?!//)[^\s:?#]+(?:[?#][^\s]*)?")
_ELSEWHERE = re.compile(r"[a-z0-9_]+:[A-Za-z0-9_.:\-]+")
_FLAGS = {"bare", "interval"}
_SIGNS = "{}*`[]()|"  # that mean something in a template; within a name private characters stand for them
_HIDDEN = str.maketrans(_SIGNS + "\r\n", "".join(chr(0xE000 + place) for place in range(len(_SIGNS))) + "  ")
_SHOWN = {0xE000 + place: sign for place, sign in enumerate(_SIGNS)}


@dataclass(frozen=True)
class References:
    """What a text may refer to: results by id, and tables and figures (`Table 1`) by name."""

    find: Callable[[str], Result]
    shown: dict[str, str]
    place: str

    def error(self, found: str, expected: str, action: str) -> InputError:
        """An error that names the notebook."""
        return InputError(self.place, found=found, expected=expected, action=action)


def nearest(wanted: str, known: Iterable[str], count: int = 3) -> str:
    """The known names most like the wanted one, for an error message.

    >>> nearest("sroi.rato", ["sroi.ratio", "cost"])
    'sroi.ratio'
    """
    known = list(known)
    close = difflib.get_close_matches(wanted, known, count, cutoff=0.4) or sorted(known)[:count]
    return ", ".join(close) or "none so far"


def named(text: object) -> str:
    """A text from data, to put into a template as a name: shown as it is, whatever signs and digits it holds.

    >>> inline(named("50 % {of} *all*"), References(lambda name: None, {}, "")).plain
    '50 % {of} *all*'
    """
    return f"{{={str(text).translate(_HIDDEN)}}}"


def paragraphs(template: str, references: References) -> Display:
    """A text of one or more paragraphs and lists. Raises InputError as `inline` does."""
    blocks = [_block(block, references) for block in re.split(r"\n\s*\n", template.strip())]
    return Display("\n".join(b.html for b in blocks), "\n\n".join(b.plain for b in blocks))


def _block(text: str, references: References) -> Display:
    lines = text.strip().splitlines()
    if all(line.lstrip().startswith("- ") for line in lines):
        items = [inline(line.lstrip()[2:], references) for line in lines]
        return Display(_list(item.html for item in items), "\n".join(f"- {item.plain}" for item in items))
    body = inline(" ".join(line.strip() for line in lines), references)
    return Display(f"<p>{body.html}</p>", body.plain)


def _list(items: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{item}</li>" for item in items) + "</ul>"


def inline(template: str, references: References) -> Display:
    """One run of text, as HTML and as plain text (for alternative texts, where kinds are left out).

    What is put in is never read again: braces, tags and markup in a result's text stay what they are.
    Raises InputError for an unknown id, table or figure, a link of another sort, or a digit that is no result.
    """
    parts, position = [], 0
    for match in _TOKEN.finditer(template):
        parts += [_literal(template[position : match.start()], references), _token(match, references)]
        position = match.end()
    parts.append(_literal(template[position:], references))
    return Display("".join(p.html for p in parts), "".join(p.plain for p in parts))


def _literal(text: str, references: References) -> Display:
    if has_digit(text):
        raise references.error(
            text.strip(), "numbers only as results", "write {result.id}; for ids, dates and places in print {=text}"
        )
    return Display(escape(text), text)


def _token(match: re.Match[str], references: References) -> Display:
    if match["brace"]:
        return Display(match["brace"][0], match["brace"][0])
    if match["code"] is not None:
        return Display(f"<code>{escape(match['code'])}</code>", match["code"])
    if match["field"] is not None:
        return _field(match["field"], references)
    if match["label"] is not None:
        return _link(match["label"], match["href"], references)
    tag, text = ("strong", match["bold"]) if match["bold"] is not None else ("em", match["italic"])
    body = inline(text, references)
    return Display(f"<{tag}>{body.html}</{tag}>", body.plain)


def _link(label: str, href: str, references: References) -> Display:
    if not _HREF.fullmatch(href):
        raise references.error(f"a link to {href}", "#anchor, a relative address or https://", "change the link")
    body = inline(label, references)
    return Display(f'<a href="{escape(href)}">{body.html}</a>', body.plain)


def _field(text: str, references: References) -> Display:
    if text.startswith("="):
        words = text[1:].translate(_SHOWN)
        return Display(f"<span data-structural>{escape(words)}</span>", words)
    if text.startswith("@"):
        return _reference(text[1:], references)
    result_id, *flags = text.split("|")
    noun = next((flag[1:].strip() for flag in flags if flag.startswith(":")), "")
    flags = [flag for flag in flags if not flag.startswith(":")]
    if unknown := set(flags) - _FLAGS:
        raise references.error(
            f"{{{text}}}", "bare, interval or :noun after the |", f"leave out {', '.join(sorted(unknown))}"
        )
    return _result(references.find(result_id), set(flags), noun, references)


def _reference(name: str, references: References) -> Display:
    if ":" in name:
        return _elsewhere(name, references)
    if name not in references.shown:
        raise references.error(
            f"{{@{name}}}",
            f"a table or figure shown above; nearest: {nearest(name, references.shown)}",
            "correct the name",
        )
    label = references.shown[name]
    return Display(f'<a href="#{escape(name)}" data-structural>{escape(label)}</a>', label)


def _elsewhere(name: str, references: References) -> Display:
    """A link to another page, put into words when pages are published, since only then is known what stands there."""
    page, _, wanted = name.partition(":")
    if not _ELSEWHERE.fullmatch(name):
        raise references.error(f"{{@{name}}}", "{@page:name}, such as {@05_sroi:parts}", "correct the reference")
    return Display(
        f'<a href="{escape(page)}.html" data-elsewhere="{escape(name)}" data-structural>{escape(f"{page}, {wanted}")}</a>',
        f"{page}, {wanted}",
    )


def _result(result: Result, flags: set[str], noun: str, references: References) -> Display:
    if "interval" not in flags:
        shown, plain = number(result), result.text
    elif result.interval_text or result.value is None:
        shown, plain = interval(result), result.interval_text or result.text
    else:
        raise references.error(
            f"{{{result.id}|interval}}", "a result with low and high", "record them or leave out |interval"
        )
    words = " · ".join(filter(None, (str(result.kind), result.interval if "interval" in flags else "")))
    if noun:
        shown, plain = f"{shown} {escape(noun)}", f"{plain} {noun}"
    return Display(shown if "bare" in flags or not words else f"{shown}\N{NO-BREAK SPACE}{kind_word(words)}", plain)
