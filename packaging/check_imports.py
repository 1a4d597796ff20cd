"""Import every handler from what was built, with nothing else on the path and no environment.

Catches a module that a layer forgot, a library that only the developers' environment has, a
compiled module for the wrong Python, and code that reads its environment while it is imported.
"""

import json
import subprocess
import sys
import tempfile

from artefacts import BuiltFunction, functions, interpreter, says_which, search_path

# Neither validation nor YAML belongs on the way of a mention (STYLE.md, section 3).
HEAVY = {"pydantic", "yaml", "jinja2"}
MAY_BE_HEAVY = {"api"}

SCRIPT = """
import json, sys
from importlib import import_module
folders, module, name = json.loads(sys.argv[1])
sys.path[:0] = folders
handler = getattr(import_module(module), name)
assert callable(handler), f"{module}.{name} is no function"
print(json.dumps(sorted({it.partition(".")[0] for it in sys.modules})))
"""


def check(function: BuiltFunction) -> str | None:
    """What is wrong with the function, or None."""
    module, _, name = function.handler.rpartition(".")
    folders = [str(it) for it in search_path(function)]
    with tempfile.TemporaryDirectory() as elsewhere:
        answer = subprocess.run(
            # -I, -S: neither the current folder, the user's, PYTHONPATH nor site-packages.
            [
                *(interpreter().path, "-I", "-S", "-B", "-W", "error::SyntaxWarning"),
                *("-c", SCRIPT, json.dumps([folders, module, name])),
            ],
            cwd=elsewhere,
            env={},
            capture_output=True,
            text=True,
            check=False,
        )
    if answer.returncode:
        return answer.stderr.strip()
    loaded = set(json.loads(answer.stdout))
    if function.stage not in MAY_BE_HEAVY and loaded & HEAVY:
        return f"imports {', '.join(sorted(loaded & HEAVY))}, which only api may"
    return None


def main() -> int:
    wrong = 0
    print(f"imports from the built artefacts ({says_which()}):")
    for function in functions():
        problem = check(function)
        print(f"  {function.stage:<12} {'ok' if problem is None else 'FAILED'}")
        if problem:
            wrong += 1
            print("    " + problem.replace("\n", "\n    "))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
