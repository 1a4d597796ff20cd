"""JSON lines of posts on standard input become JSON lines of labels on standard output.

    {"text": "…", "lang": "fr"}  →  {"urgency": …, "kind": …, "sentiment": …, "scores": {…}, …}

Each line is answered before the next is read. A line that cannot be read ends the run with
exit code 2 and a message on standard error.
"""

import json
import sys
from dataclasses import asdict
from io import TextIOWrapper
from typing import Any

from vigie.classifier import classify
from vigie.domain.labels import Labels

_KEYS = ("urgency", "kind", "sentiment", "scores", "kind_scores", "sentiment_scores", "reasons")
_EXPECTED = 'expected an object like {"text": "..."}'


def main() -> int:
    # UTF-8 whatever the locale. Bytes that are none become U+FFFD: a person may be behind them.
    lines = TextIOWrapper(sys.stdin.buffer, encoding="utf-8-sig", errors="replace", newline="\n")
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            text, lang = _read(line)
        except ValueError as error:
            print(f"line {number}: {error}", file=sys.stderr)
            return 2
        # ASCII JSON: a lone surrogate of the input stays valid output.
        print(json.dumps(_answer(classify(text, lang))), flush=True)
    return 0


def _read(line: str) -> tuple[str, str]:
    """Raises ValueError with the field, what was found and what was expected."""
    try:
        post = json.loads(line)
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON, {error.msg} at column {error.colno}; {_EXPECTED}") from error
    except (ValueError, RecursionError) as error:
        raise ValueError(f"not JSON that can be read; {_EXPECTED}") from error
    if not isinstance(post, dict):
        raise ValueError(f"{_shape(post)}; {_EXPECTED}")
    text, lang = post.get("text"), post.get("lang")
    if not isinstance(text, str):
        found = _shape(text) if "text" in post else "missing"
        raise ValueError(f"field `text`: {found}; expected a string")
    if lang is not None and not isinstance(lang, str):
        raise ValueError(f"field `lang`: {_shape(lang)}; expected a string, or leave it out")
    return text, lang or ""


def _shape(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "a string", bool: "a boolean"}
    return "null" if value is None else names.get(type(value), "a number")


def _answer(labels: Labels) -> dict[str, Any]:
    answer = asdict(labels)
    return {key: answer[key] for key in _KEYS}


if __name__ == "__main__":
    sys.exit(main())
