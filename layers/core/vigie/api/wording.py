"""The dictionary of all that people read here: `words.json`, once for each language."""

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def words() -> Mapping[str, Any]:
    """By language, with English or French typography."""
    said: dict[str, Any] = json.loads(text_of("words.json"))
    return said | {"fr": _spaced(said["fr"])}


@cache
def text_of(name: str) -> str:
    """A file that stands beside this module."""
    return (files("vigie.api") / name).read_text(encoding="utf-8")


def language_of(text: str) -> str:
    """The language of pages for somebody who speaks `text`: French for `fr`, else English."""
    return "fr" if text.lower().startswith("fr") else "en"


def _spaced(value: Any) -> Any:
    """French: no line may begin with the sign that a space stands before."""
    match value:
        case str():
            return re.sub(r" (?=[:;?!»])|(?<=«) ", "\u00a0", value)
        case list():
            return [_spaced(inner) for inner in value]
        case _:
            return {name: _spaced(inner) for name, inner in value.items()}
