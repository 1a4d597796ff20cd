"""What is wrong with a plan, said so that whoever wrote it can mend it."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One mistake: where it stands, what stands there, what was expected, how to mend it."""

    path: str
    found: str
    expected: str
    mend: str

    def __str__(self) -> str:
        return f"{self.path}: found {self.found}; expected {self.expected}. Mend: {self.mend}"


class WrongPlan(Exception):
    """Every mistake of a file at once; the message has one line each."""

    def __init__(self, file: str, problems: tuple[Problem, ...]) -> None:
        lines = "\n".join(f"  {problem}" for problem in problems)
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        super().__init__(f"{file}: {count}\n{lines}")
        self.problems = problems


def shown(value: Any) -> str:
    """The value as it is quoted in a message, short."""
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return f"a mapping with {', '.join(map(str, value)) or 'no keys'}"[:80]
    text = repr(value)
    return text if len(text) <= 80 else text[:79] + "…"
