"""The crisis plan on its way from the people who write it to the functions that read it.

    plan.yaml ──read──▶ models (pydantic) ──cross checks──▶ domain.plan.Plan ──▶ plan.json

Build time and command line only: no function imports this package.
"""

from vigie.planning.compiler import compile_file, compile_text
from vigie.planning.problems import Problem, WrongPlan

__all__ = ["Problem", "WrongPlan", "compile_file", "compile_text"]
