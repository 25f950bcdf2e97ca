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
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from analysis.errors import InputError
from analysis.names import in_sentence
from analysis.reporting import nodes
from analysis.reporting.markup import Display, has_digit
from analysis.reporting.nodes import Inline, Run
from analysis.results import NOT_AVAILABLE, Result

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


def points(first: str, *others: str) -> str:
    """A text that opens with what was found and goes on point by point; empty points are left out.

    >>> points("It fell.", "Most in one place.", "")
    'It fell.\\n\\n- Most in one place.'
    """
    return f"{first}\n\n" + "\n".join(f"- {point.strip()}" for point in others if point.strip())


def within(label: object) -> str:
    """A label from data within a sentence of a template, as `named` and `in_sentence`."""
    return named(in_sentence(str(label)))


def results_in(template: str) -> Iterator[str]:
    """The ids of the results that a template names, in its order.

    >>> list(results_in("Of {cost|bare}, **{sroi.ratio}** ({@05_sroi:parts}, {=CP-012}, {{not}})."))
    ['cost', 'sroi.ratio']
    """
    for match in _TOKEN.finditer(template):
        if (field := match["field"]) is not None and not field.startswith(("=", "@")):
            yield field.split("|")[0]
        yield from results_in(match["bold"] or match["italic"] or match["label"] or "")


def paragraphs(template: str, references: References) -> Display:
    """A text of one or more paragraphs and lists. Raises InputError as `inline` does."""
    shown: dict[str, Result] = {}
    blocks = [_block(block, references, shown) for block in re.split(r"\n\s*\n", template.strip())]
    return Display(tuple(blocks), shown, "\n\n".join(_plain(block, shown) for block in blocks))


def _block(text: str, references: References, shown: dict[str, Result]) -> nodes.Block:
    lines = text.strip().splitlines()
    if all(line.lstrip().startswith("- ") for line in lines):
        return nodes.bullets(_run(line.lstrip()[2:], references, shown) for line in lines)
    return nodes.paragraph(_run(" ".join(line.strip() for line in lines), references, shown))


def _plain(block: nodes.Block, shown: dict[str, Result]) -> str:
    if block["type"] == "list":
        return "\n".join(f"- {nodes.plain(item, shown)}" for item in block["items"])
    return nodes.plain(block["of"], shown)


def inline(template: str, references: References) -> Display:
    """One run of text, as nodes and as plain text (for alternative texts, where kinds are left out).

    What is put in is never read again: braces, tags and markup in a result's text stay what they are.
    Raises InputError for an unknown id, table or figure, a link of another sort, or a digit that is no result.
    """
    shown: dict[str, Result] = {}
    run = _run(template, references, shown)
    return Display(({"type": "run", "of": run},), shown, nodes.plain(run, shown))


def _run(template: str, references: References, shown: dict[str, Result]) -> Run:
    found: Run = []
    position = 0
    for match in _TOKEN.finditer(template):
        found += [*_literal(template[position : match.start()], references), _token(match, references, shown)]
        position = match.end()
    return [*found, *_literal(template[position:], references)]


def _literal(text: str, references: References) -> Run:
    if has_digit(text):
        raise references.error(
            text.strip(),
            "numbers only as results",
            "write {result.id}; for ids, dates and places in the source {=text}",
        )
    return [text] if text else []


def _token(match: re.Match[str], references: References, shown: dict[str, Result]) -> Inline:
    if match["brace"]:
        return match["brace"][0]
    if match["code"] is not None:
        return nodes.code(match["code"])
    if match["field"] is not None:
        return _field(match["field"], references, shown)
    if match["label"] is not None:
        return _link(match["label"], match["href"], references, shown)
    style, text = ("strong", match["bold"]) if match["bold"] is not None else ("em", match["italic"])
    return {"type": style, "of": _run(text, references, shown)}


def _link(label: str, href: str, references: References, shown: dict[str, Result]) -> Inline:
    if not _HREF.fullmatch(href):
        raise references.error(f"a link to {href}", "#anchor, a relative address or https://", "change the link")
    return nodes.link(href, _run(label, references, shown))


def _field(text: str, references: References, shown: dict[str, Result]) -> Inline:
    if text.startswith("="):
        return nodes.name(text[1:].translate(_SHOWN))
    if text.startswith("@"):
        return _reference(text[1:], references)
    result_id, *flags = text.split("|")
    noun = next((flag[1:].strip() for flag in flags if flag.startswith(":")), "")
    flags = [flag for flag in flags if not flag.startswith(":")]
    if unknown := set(flags) - _FLAGS:
        raise references.error(
            f"{{{text}}}", "bare, interval or :noun after the |", f"leave out {', '.join(sorted(unknown))}"
        )
    result = references.find(result_id)
    shown[result.id] = result
    return _result(result, set(flags), noun, references)


def _reference(name: str, references: References) -> Inline:
    if ":" in name:
        return _elsewhere(name, references)
    if name not in references.shown:
        raise references.error(
            f"{{@{name}}}",
            f"a table or figure shown above; nearest: {nearest(name, references.shown)}",
            "correct the name",
        )
    return {"type": "reference", "to": name, "label": references.shown[name]}


def _elsewhere(name: str, references: References) -> Inline:
    """A link to another page, put into words when pages are published, since only then is known what stands there."""
    page, _, wanted = name.partition(":")
    if not _ELSEWHERE.fullmatch(name):
        raise references.error(f"{{@{name}}}", "{@page:name}, such as {@05_sroi:parts}", "correct the reference")
    return {"type": "elsewhere", "to": name, "href": f"{page}.html", "label": f"{page}, {wanted}"}


def _result(result: Result, flags: set[str], noun: str, references: References) -> Inline:
    one_point = result.low is not None and result.low == result.high and result.value is not None
    if "interval" in flags and not (one_point or result.interval_text or result.value is None):
        raise references.error(
            f"{{{result.id}|interval}}", "a result with low and high", "record them or leave out |interval"
        )
    part = "interval" if "interval" in flags and not one_point else "value"
    words = " · ".join(filter(None, (str(result.kind), result.interval if "interval" in flags else "")))
    plain = "bare" in flags or (
        part == "value" and result.text == NOT_AVAILABLE
    )  # what is not there is known in no way
    return nodes.number(result.id, part, "" if plain else words, noun)
