"""The dictionary of a study's own tables, generated from the models that validate them."""

from typing import Any, get_args, get_origin

from pydantic import BaseModel

from analysis.study import StudyInfo
from analysis.study.claims import Claim
from analysis.study.register import Assumption, Source

TABLES: tuple[tuple[str, str, type[BaseModel]], ...] = (
    ("study.yaml", "What a study is and what it was published as.", StudyInfo),
    ("claims.csv", "The ledger: one row for each quantitative statement of the source.", Claim),
    (
        "assumptions.yaml",
        "The assumption register: one entry for each figure that a model takes for granted.",
        Assumption,
    ),
    ("assumptions.yaml, source", "Where an assumption comes from.", Source),
)


def fields(model: type[BaseModel]) -> list[tuple[str, str, str]]:
    """The fields of a model: name, what it holds, and what it means."""
    return [(field, holds(info), info.description or "") for field, info in model.model_fields.items()]


def holds(info: Any) -> str:
    """What a field holds, in words, and whether it may be left out."""
    needed = "" if info.is_required() else ", optional"
    return f"{_type(info.annotation)}{needed}"


def _type(annotation: Any) -> str:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if str(origin) == "typing.Literal":
        return "one of " + ", ".join(f"`{argument}`" if argument != "" else "nothing" for argument in arguments)
    if arguments and type(None) in arguments:
        return " or ".join(dict.fromkeys("nothing" if a is type(None) else _type(a) for a in arguments))
    if str(origin) in ("typing.Union", "<class 'types.UnionType'>"):
        return " or ".join(dict.fromkeys(map(_type, arguments)))
    if origin is tuple:
        fixed = arguments[-1] is not Ellipsis
        return f"a list of {len(arguments) if fixed else ''} {_type(arguments[0])}".replace("  ", " ")
    if origin is dict:
        return f"{_type(arguments[1])}, by name"
    if arguments:
        return _type(arguments[0])
    names = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}
    return names.get(annotation, "the fields of `" + getattr(annotation, "__name__", str(annotation)) + "`")
