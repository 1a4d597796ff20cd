"""Does events/env.json reach every variable of every function under `sam local invoke`?

The SAM CLI silently drops an override of a variable that the template does not name, so this asks
the CLI's own code what each function would get. Runs in the environment of the SAM CLI.
"""

import json
import sys
from pathlib import Path

from samcli.commands.local.lib.local_lambda import LocalLambdaRunner
from samcli.lib.providers.sam_function_provider import SamFunctionProvider
from samcli.lib.providers.sam_stack_provider import SamLocalStackProvider

ROOT = Path(__file__).resolve().parents[1]
# The same locally and on AWS.
FROM_THE_TEMPLATE = {
    "LOG_LEVEL",
    "PLAN_PATH",
    "POWERTOOLS_METRICS_NAMESPACE",
    "POWERTOOLS_SERVICE_NAME",
    "X_BEARER_TOKEN_PARAMETER",
    "X_CONSUMER_SECRET_PARAMETER",
}


def main() -> int:
    overrides = json.loads((ROOT / "events" / "env.json").read_text(encoding="utf-8"))
    stacks, _ = SamLocalStackProvider.get_stacks(str(ROOT / "template.yaml"))
    provider = SamFunctionProvider(stacks)
    runner = LocalLambdaRunner(
        local_runtime=None,
        function_provider=provider,
        cwd=str(ROOT),
        real_path=str(ROOT),
        env_vars_values=overrides,
        debug_context=None,
    )
    given = overrides["Parameters"]
    wrong = []
    for function in provider.get_all():
        variables = runner._make_env_vars(function).resolve()
        for name in function.environment["Variables"].keys() - FROM_THE_TEMPLATE:
            if variables[name] != given.get(name):
                wrong.append(f"{function.name} gets {name}={variables[name]!r} from the template")
    named = {name for it in provider.get_all() for name in it.environment["Variables"]}
    wrong += [f"no function has {name}: the SAM CLI would drop it" for name in given.keys() - named]
    print("events/env.json under sam local invoke:", "FAILED" if wrong else "ok")
    for line in sorted(wrong):
        print("  " + line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
