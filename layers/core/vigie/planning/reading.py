"""YAML text and pydantic errors, turned into values and `Problem`s."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from vigie.planning.problems import Problem, shown

M = TypeVar("M", bound=BaseModel)

# pydantic's own error types → (expected, mend); what is missing here keeps pydantic's words.
_WORDS = {
    "missing": ("this field", "add it; plan.yaml of the release shows an example"),
    "extra_forbidden": ("no such field", "remove it, or correct its spelling"),
    "model_type": ("a mapping of fields", "write `name: value` lines, indented by two spaces"),
    "list_type": ("a list", "write it as [a, b] or as lines that begin with `- `"),
    "dict_type": ("a mapping of fields", "write `name: value` lines, indented by two spaces"),
    "string_type": ("a text", "write it in letters, or put it in quotes"),
    "too_short": ("at least one entry", "add one"),
    "too_long": ("fewer entries", "remove some"),
    "int_type": ("a whole number", "write digits only, without quotes"),
    "greater_than_equal": ("a whole number of at least 1", "write 1 or more"),
    "less_than_equal": ("a whole number of at most 1000000000", "write a smaller number"),
}


class _OnceOnly(yaml.SafeLoader):
    """YAML lets a key stand twice and keeps the last: half a ladder would vanish unseen."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key.value!r} stands twice", key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def read_yaml(text: str) -> tuple[Any, list[Problem]]:
    """The document, or None and why it cannot be read."""
    try:
        return yaml.load(text, _OnceOnly), []
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = "the file" if mark is None else f"line {mark.line + 1}, column {mark.column + 1}"
        return None, [
            Problem(
                path=where,
                found=f"what YAML cannot read ({error.problem})",
                expected="YAML",
                mend=(
                    "write handles without the @, and other texts with an @ in quotes"
                    if "'@'" in str(error.problem)
                    else "check indentation, colons and quotes there"
                ),
            )
        ]
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        return None, [
            Problem(
                path="the file",
                found=f"what YAML cannot read ({type(error).__name__})",
                expected="YAML in UTF-8",
                mend="save it again as plain text",
            )
        ]


def validate(model: type[M], data: Any, prefix: str = "") -> tuple[M | None, list[Problem]]:
    """The validated model, or None and all problems at once."""
    try:
        return model.model_validate(data), []
    except ValidationError as error:
        return None, [_problem(details, prefix, model) for details in error.errors()]


def _problem(details: ErrorDetails, prefix: str, model: type[BaseModel]) -> Problem:
    context = details.get("ctx", {})
    kind = details["type"]
    if kind == "plan":
        expected, mend = context["expected"], context["mend"]
    elif kind == "literal_error":
        expected, mend = f"one of {context['expected']}", "choose one of them"
    else:
        expected, mend = _WORDS.get(kind, (details["msg"], "correct it"))
    if kind == "extra_forbidden" and (near := _near(model, details["loc"])):
        mend = f"write {near}, or remove it"
    found = "nothing" if kind == "missing" else shown(details["input"])
    return Problem(path=_path(details["loc"], prefix), found=found, expected=expected, mend=mend)


def _near(model: type[BaseModel], location: tuple[int | str, ...]) -> str:
    """The field that was probably meant, among those of the model that refused."""
    *outer, wrong = location
    models = [model]
    for part in outer:
        fields = [one.model_fields[part] for one in models if part in one.model_fields]
        models = [inner for field in fields for inner in _models(field.annotation)] or models
    names = {field.alias or name for one in models for name, field in one.model_fields.items()}
    return next(iter(get_close_matches(str(wrong), sorted(names), 1)), "")


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)


def _path(location: tuple[int | str, ...], prefix: str) -> str:
    path = prefix
    for part in location:
        if part == "[key]":  # pydantic's mark for a mapping's own keys
            continue
        if isinstance(part, int):
            path += f"[{part}]"
        else:
            path += f".{part}" if path else part
    return path or "the file"
